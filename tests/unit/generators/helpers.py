"""What the generators' tests share: a work folder on a real store, and small sets of images."""

from pathlib import Path

import numpy as np

from fer.data.dataset import Split
from fer.evaluators.judge import Judge
from fer.evaluators.network import Reading
from fer.generators.base import Images, Labels
from fer.runtime.device import Numerics
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.store import open_store

ONE_THREAD = Numerics(device="cpu", precision="fp32", threads=1)
SMALL = {"generator_width": 4, "discriminator_width": 4, "noise_size": 8, "batch_size": 16, "sheet_kimg": 0.1}
"""Options of a cGAN whose training takes no time."""


def work_at(folder: Path, stop: StopFlag | None = None, digest: str = "0" * 40) -> Work:
    """Work in ``folder/artifact`` with a store in ``folder/store``; the same folder finds its checkpoints again."""
    artifact = folder / "artifact"
    artifact.mkdir(parents=True, exist_ok=True)
    store = open_store(str(folder / "store"))
    return Work(artifact, store.checkpoints(digest), stop or StopFlag(), store)


class StopAfter(StopFlag):
    """A stop that arrives when it has been asked for ``times`` times, as a signal between two steps would."""

    def __init__(self, times: int) -> None:
        self._left = times
        super().__init__()

    @property
    def requested(self) -> bool:
        self._left -= 1
        return self._left < 0

    @requested.setter
    def requested(self, value: bool) -> None:
        pass


def bright_and_dark(count: int) -> tuple[Images, Labels]:
    """Images of two classes that differ in brightness, with a little noise."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % 2
    noise = random.integers(0, 40, (count, 48, 48))
    return (noise + np.where(labels == 0, 30, 180)[:, None, None]).astype(np.uint8), labels.astype(np.int64)


class BrightnessReader:
    """Reads ``dark`` or ``bright`` off the mean of an image, and the mean brightness of its quarters as features."""

    def read(self, images: Images) -> Reading:
        quarters = images.reshape(len(images), 2, 24, 2, 24).mean(axis=(2, 4)).reshape(len(images), 4)
        bright = (quarters.mean(axis=1) > 120).astype(np.int64)
        return Reading(np.eye(2)[bright], quarters)


def brightness_judge(class_name: str | None = None) -> Judge:
    """A judge of dark and bright images that needs no training."""
    images, labels = bright_and_dark(40)
    return Judge(BrightnessReader(), Split(images, labels), ("dark", "bright"), class_name)
