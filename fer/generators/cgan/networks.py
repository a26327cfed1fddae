"""The two networks: noise times label embedding, brought up to 48 px; image and label map, brought down."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from fer.generators.cgan.config import CganOptions

SIDE = 48
_COARSE = 6
_SLOPE = 0.2
_MAP_STRENGTH = 0.5


class Generator(nn.Module):
    """Noise (b, noise_size) and labels (b,) to images (b, 1, 48, 48) in [-1, 1].

    The noise is multiplied by the label's embedding element by element (Mirza and Osindero 2014, arXiv 1411.1784, as
    the study varies it), then transposed convolutions double the side three times (Radford et al. 2015,
    arXiv 1511.06434).
    """

    def __init__(self, options: CganOptions, classes: int) -> None:
        super().__init__()
        width = options.generator_width
        self.noise_mean = options.noise_mean
        self.embedding = nn.Embedding(classes, options.noise_size)
        self.coarse = nn.Linear(options.noise_size, 4 * width * _COARSE**2, bias=False)
        self.upsampling = nn.Sequential(
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
            nn.Tanh(),
        )
        for module in self.modules():
            if isinstance(module, nn.ConvTranspose2d):
                nn.init.normal_(module.weight, std=0.02)
        nn.init.normal_(self.coarse.weight, std=0.05)
        # Signs: a product of two normal numbers is mostly near zero, and such noise makes flat grey images.
        self.embedding.weight.data.sign_()

    def forward(self, noise: Tensor, labels: Tensor) -> Tensor:
        """Images for standard normal ``noise``; its mean is added here."""
        product = (noise + self.noise_mean) * self.embedding(labels)
        coarse = self.coarse(product).unflatten(1, (-1, _COARSE, _COARSE))
        images: Tensor = self.upsampling(coarse.contiguous(memory_format=torch.channels_last))
        return images


class Discriminator(nn.Module):
    """Images (b, 1, 48, 48) and labels (b,) to logits (b,): real with this label, or not.

    The label is embedded as a 48 x 48 map, the image's second channel. Batch normalisation sees real and generated
    images in batches of their own, in training as in any other use.
    """

    def __init__(self, options: CganOptions, classes: int) -> None:
        super().__init__()
        width = options.discriminator_width
        self.embedding = nn.Embedding(classes, SIDE**2)
        # Smooth maps to begin with: independent pixels would drown the image in the first convolution.
        coarse = torch.randn(classes, 1, _COARSE, _COARSE) * _MAP_STRENGTH
        self.embedding.weight.data = functional.interpolate(coarse, size=SIDE, mode="bilinear").flatten(1)
        self.downsampling = nn.Sequential(
            nn.Conv2d(2, width, 4, stride=2, padding=1),
            nn.LeakyReLU(_SLOPE),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(2 * width, track_running_stats=False),
            nn.LeakyReLU(_SLOPE),
            nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(4 * width, track_running_stats=False),
            nn.LeakyReLU(_SLOPE),
        )
        self.verdict = nn.Linear(4 * width * _COARSE**2, 1)

    def forward(self, images: Tensor, labels: Tensor) -> Tensor:
        """One logit per image."""
        maps = self.embedding(labels).view(-1, 1, SIDE, SIDE)
        both = torch.cat([images, maps], dim=1).contiguous(memory_format=torch.channels_last)
        logits: Tensor = self.verdict(self.downsampling(both).flatten(1)).squeeze(1)
        return logits


def build_networks(
    options: CganOptions, classes: int, seed: int, device: torch.device
) -> tuple[Generator, Discriminator]:
    """Both networks with initial weights that the seed decides, on ``device``, channels last."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator, discriminator = Generator(options, classes), Discriminator(options, classes)
    return (
        generator.to(device).to(memory_format=torch.channels_last),
        discriminator.to(device).to(memory_format=torch.channels_last),
    )
