"""The two regularisers: a gradient penalty on real images, and path lengths that should not differ."""

import math

import torch
from torch import Tensor

PATH_TRACKING = 0.01


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """R1: the mean over images of the squared gradient of their logits (Mescheder et al. 2018, arXiv 1801.04406).

    ``logits`` (b,) were computed from ``images`` (b, 1, s, s), which require gradients.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


def path_lengths(images: Tensor, latents: Tensor, noise: Tensor) -> Tensor:
    """How far each image moves along random directions when its latents move (arXiv 1912.04958, section 3.2).

    ``images`` (b, 1, s, s) were computed from ``latents`` (b, layers, style_size), which require gradients; ``noise``
    is standard normal and like ``images``. Returns (b,): the root of the mean over layers of the squared lengths.
    """
    scaled = noise / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad((images * scaled).sum(), latents, create_graph=True)
    return gradient.square().sum(dim=2).mean(dim=1).sqrt()
