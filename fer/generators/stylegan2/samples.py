"""Samples of a trained StyleGAN2."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from pydantic import BaseModel
from safetensors.torch import load_file

from fer.data.dataset import IMAGE_SIZE
from fer.data.resize import restored
from fer.generators.artifact import read_network, weights_file
from fer.generators.base import Images, Labels
from fer.generators.sampling import sample_noise
from fer.generators.stylegan2.config import StyleGan2Options, StyleGan2Sampling
from fer.generators.stylegan2.generator import Generator

if TYPE_CHECKING:
    from fer.runtime.device import Numerics


class StyleGan2Samples:
    """A generator network on its device, in the precision that it was built with."""

    def __init__(
        self,
        generator: Generator,
        options: StyleGan2Options,
        rows: Labels,
        device: torch.device,
        sampling: StyleGan2Sampling | None = None,
    ) -> None:
        """``rows`` (classes,): the network's own number of each label; -1 for one that it does not know."""
        self._generator, self._options, self._rows, self._device = generator, options, rows, device
        self._sampling = sampling or StyleGan2Sampling()

    def sample(self, labels: Labels, indices: Labels, seed: int) -> Images:
        """See ``fer.generators.base.TrainedGenerator.sample``. The maps of noise belong to the sample as its z does."""
        sides = self._generator.synthesis.noise_sides()
        sizes = [self._options.noise_size, *(side * side for side in sides)]
        drawn = torch.from_numpy(sample_noise(labels, indices, seed, sum(sizes))).to(self._device)
        noise, *flat = torch.split(drawn, sizes, dim=1)
        maps = [part.view(-1, 1, side, side) for part, side in zip(flat, sides, strict=True)]
        rows = torch.from_numpy(self._rows[labels]).to(self._device)
        with torch.inference_mode():
            made = self._generator(
                noise, rows, maps, truncation=self._sampling.truncation, towards=self._sampling.towards
            )
        pixels = made.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).squeeze(1)
        return restored(pixels.contiguous().cpu().numpy(), IMAGE_SIZE)


class _Described(BaseModel):
    """What the network is built from."""

    classes: list[str]
    side: int
    options: StyleGan2Options


def load_samples(
    folder: Path, classes: Sequence[str], sampling: StyleGan2Sampling, numerics: "Numerics"
) -> StyleGan2Samples:
    """The network of an artifact, for labels that are positions in ``classes``.

    Raises RequestError where ``folder`` does not describe one.
    """
    described = read_network(folder, _Described)
    own, options = described.classes, described.options
    rows = np.array([own.index(name) if name in own else -1 for name in classes], dtype=np.int64)
    device = torch.device(numerics.device)
    generator = Generator(options, described.side, len(own), reduced=numerics.precision == "bf16")
    generator.load_state_dict(load_file(folder / weights_file(sampling.snapshot)))
    generator.eval().requires_grad_(False)
    return StyleGan2Samples(generator.to(device).to(memory_format=torch.channels_last), options, rows, device, sampling)
