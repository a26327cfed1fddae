"""Samples of a trained cGAN."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from fer.generators.artifact import read_description
from fer.generators.base import Images, Labels
from fer.generators.cgan.config import CganOptions
from fer.generators.cgan.networks import Generator
from fer.generators.sampling import sample_noise

if TYPE_CHECKING:
    from fer.runtime.device import Numerics

WEIGHTS = "weights.safetensors"


class CganSamples:
    """A generator network in evaluation mode, on its device. Samples are made in single precision."""

    available = None
    """There is no limit."""

    def __init__(self, generator: Generator, device: torch.device) -> None:
        self._generator, self._device = generator, device

    def sample(self, labels: Labels, indices: Labels, seed: int) -> Images:
        """See ``fer.generators.base.TrainedGenerator.sample``."""
        noise = torch.from_numpy(sample_noise(labels, indices, seed, self._generator.embedding.embedding_dim))
        with torch.inference_mode():
            made = self._generator(noise.to(self._device), torch.from_numpy(labels).to(self._device))
        pixels = made.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).squeeze(1)
        samples: Images = pixels.contiguous().cpu().numpy()
        return samples


def save_weights(folder: Path, weights: dict[str, Tensor]) -> None:
    """Write the generator's weights under a temporary name and rename them."""
    unfinished = folder / f"{WEIGHTS}.part"
    unfinished.write_bytes(save({name: tensor.cpu().contiguous() for name, tensor in weights.items()}))
    unfinished.replace(folder / WEIGHTS)


def load_samples(folder: Path, numerics: "Numerics") -> CganSamples:
    """The network of an artifact. Raises RequestError where ``folder`` does not describe one."""
    described = read_description(folder)
    device = torch.device(numerics.device)
    generator = Generator(CganOptions.model_validate(described["options"]), len(described["classes"]))
    generator.load_state_dict(load_file(folder / WEIGHTS))
    generator.eval().requires_grad_(False)
    return CganSamples(generator.to(device).to(memory_format=torch.channels_last), device)
