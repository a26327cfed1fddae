"""How many real images per second a training step shows on this machine."""

import time

import torch

from fer.generators.randomness import step_random
from fer.generators.trainer import Trainer

_SECONDS = 1.0
_WARM_UP_STEPS = 2


def measure(trainer: Trainer, side: int, classes: int, batch_size: int, device: str) -> float:
    """Images per second over about a second, after a short warm-up, of a trainer that is thrown away."""
    images = torch.randint(0, 256, (batch_size, 1, side, side), dtype=torch.uint8, device=device)
    labels = torch.arange(batch_size, device=device) % classes
    # A number of images shown at which nothing happens that most steps do without.
    shown = batch_size
    for step in range(_WARM_UP_STEPS):
        trainer.step(images, labels, step_random(0, step), shown).tolist()
    started, steps = time.perf_counter(), 0
    while time.perf_counter() - started < _SECONDS:
        trainer.step(images, labels, step_random(0, steps), shown).tolist()  # reading waits for the device
        steps += 1
    return steps * batch_size / (time.perf_counter() - started)
