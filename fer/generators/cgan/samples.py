"""Samples of a trained cGAN."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from pydantic import BaseModel
from safetensors.torch import load_file

from fer.generators.artifact import read_network, weights_file
from fer.generators.base import Images, Labels
from fer.generators.cgan.config import CganOptions, CganSampling
from fer.generators.cgan.networks import Generator
from fer.generators.sampling import sample_noise

if TYPE_CHECKING:
    from fer.runtime.device import Numerics


class CganSamples:
    """A generator network in evaluation mode, on its device. Samples are made in single precision."""

    def __init__(self, generator: Generator, rows: Labels, device: torch.device) -> None:
        """``rows`` (classes,): where each label's embedding lies in the network; -1 for a label it does not know."""
        self._generator, self._rows, self._device = generator, rows, device

    def sample(self, labels: Labels, indices: Labels, seed: int) -> Images:
        """See ``fer.generators.base.TrainedGenerator.sample``."""
        noise = torch.from_numpy(sample_noise(labels, indices, seed, self._generator.embedding.embedding_dim))
        rows = torch.from_numpy(self._rows[labels])
        with torch.inference_mode():
            made = self._generator(noise.to(self._device), rows.to(self._device))
        pixels = made.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).squeeze(1)
        samples: Images = pixels.contiguous().cpu().numpy()
        return samples


class _Described(BaseModel):
    """What the network is built from."""

    classes: list[str]
    options: CganOptions


def load_samples(folder: Path, classes: Sequence[str], sampling: CganSampling, numerics: "Numerics") -> CganSamples:
    """The network of an artifact, for labels that are positions in ``classes``.

    Raises RequestError where ``folder`` does not describe one.
    """
    described = read_network(folder, _Described)
    own = described.classes
    rows = np.array([own.index(name) if name in own else -1 for name in classes], dtype=np.int64)
    device = torch.device(numerics.device)
    generator = Generator(described.options, len(own))
    generator.load_state_dict(load_file(folder / weights_file(sampling.snapshot)))
    generator.eval().requires_grad_(False)
    return CganSamples(generator.to(device).to(memory_format=torch.channels_last), rows, device)
