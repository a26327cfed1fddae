"""How many real images per second a training step shows on this machine."""

import time

import torch

from fer.generators.cgan.config import CganOptions
from fer.generators.cgan.step import Trainer
from fer.generators.randomness import step_random
from fer.runtime.device import Numerics, apply_numerics

_SECONDS = 1.0
_WARM_UP_STEPS = 3


def measure(options: CganOptions, classes: int, numerics: Numerics) -> float:
    """Images per second over about a second, after a short warm-up. Applies ``numerics``."""
    apply_numerics(numerics)
    device = torch.device(numerics.device)
    trainer = Trainer(options, classes, 0, device, numerics.precision)
    images = torch.zeros((options.batch_size, 1, 48, 48), dtype=torch.uint8, device=device)
    labels = torch.arange(options.batch_size, device=device) % classes
    for step in range(_WARM_UP_STEPS):
        trainer.step(images, labels, step_random(0, step), 0).tolist()
    started, steps = time.perf_counter(), 0
    while time.perf_counter() - started < _SECONDS:
        trainer.step(images, labels, step_random(0, steps), 0).tolist()  # reading the figures waits for the device
        steps += 1
    return steps * options.batch_size / (time.perf_counter() - started)
