"""Studies small enough for two cores, each on data of its own, so that nothing of it is in the store yet."""

import io
import time
import zipfile
import zlib

import numpy as np
from PIL import Image

NEW = int(time.time())
"""Another one each time that the tests are run."""


def study(
    name: str,
    *,
    faces: str = "",
    train: int = 140,
    classifiers: str = "cnn",
    ratios: str = "0.5, 1.0",
    controls: str = "",
    seeds: str = "0",
    epochs: int = 1,
    generator: bool = True,
    reuse: bool = False,
    features: str = "resnet18",
) -> str:
    """The YAML text. What is named alike shares its faces, and what is made of them, unless ``faces`` differ."""
    seed = (NEW + zlib.crc32(f"{name} {faces}".encode())) % 2**31
    generators = "generators: {cgan-48: {options: {batch_size: 16}}}" if generator else ""
    return f"""
name: {name}
data: {{source: drawn, drawn: {{train: {train}, validation: 70, test: 70, seed: {seed}}}}}
{generators}
grids:
  - name: main
    generators: [{"cgan-48" if generator else ""}]
    classifiers: [{classifiers}]
    ratios: [{ratios}]
    controls: [{controls}]
    reuse_generator_seed: {str(reuse).lower()}
seeds: [{seeds}]
budgets:
  train-gan: {{kimg: 0.032}}
  train: {{epochs: {epochs}, patience: {epochs}}}
training: {{batch_size: 32}}
evaluators:
  judge: {{epochs: 1, training: {{batch_size: 32}}}}
  features: &small {{classifier: "{features}", epochs: 1, training: {{batch_size: 32}}}}
  reader: *small
numerics: {{precision: fp32, threads: 1}}
"""


HUNDRED = study(
    "hundred",
    train=70,
    ratios="0.0, 0.1, 0.2, 0.3, 0.4",
    controls="0.1, 0.2, 0.3, 0.4, 0.5",
    seeds="0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    reuse=True,
)
"""A hundred cells: half of them follow one training of a generator, half hold real images alone."""
PACK = 10
"""How many of them a pod trains."""

PARTED = """
name: parted
generators:
  matched: {model: cgan-48, classes: separate, real: match, options: {batch_size: 4}}
  whole: {model: cgan-48, options: {batch_size: 4}}
grids:
  - {name: matched, generators: [matched], classifiers: [cnn], ratios: [0.5]}
  - {name: more, generators: [whole], classifiers: [cnn], ratios: [0.0], volumes: [2]}
budgets:
  train-gan: {kimg: 0.016}
  train: {epochs: 1, patience: 1}
training: {batch_size: 8}
evaluators:
  judge: {epochs: 1, training: {batch_size: 8}}
  features: &small {classifier: resnet18, epochs: 1, training: {batch_size: 8}}
  reader: *small
numerics: {precision: fp32, threads: 1}
"""
"""A network for each class, trained on the real images of a mix alone; and a cell that takes two volumes of samples."""
LATE = study("late", train=2100, ratios="1.0", epochs=10, generator=False)
"""A cell that takes longer than DEADLINE."""
DEADLINE = 30
"""Seconds, in which a busy machine starts a pod and trains it a little."""


def pictures(seed: int) -> bytes:
    """A zip of class folders with pictures of noise."""
    random = np.random.default_rng(seed)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for split, count in (("train", 12), ("validation", 6), ("test", 6)):
            for number in range(count):
                picture = io.BytesIO()
                Image.fromarray(random.integers(256, size=(48, 48), dtype=np.uint8)).save(picture, "PNG")
                file.writestr(f"{split}/{('cat', 'dog')[number % 2]}/{number}.png", picture.getvalue())
    return buffer.getvalue()
