"""Learning rates: a warm-up of one epoch, then constant or falling along a cosine."""

import math

from fer.study import TrainingSpec


def learning_rate(spec: TrainingSpec, step: int, steps_per_epoch: int, epochs: int) -> float:
    """The rate of optimizer step ``step`` (from 0): linear to the full rate over the first epoch, then the schedule.

    The cosine (arXiv 1608.03983, without restarts) ends near zero with the budget's last epoch.
    """
    if step < steps_per_epoch:
        return spec.learning_rate * (step + 1) / steps_per_epoch
    if spec.schedule == "constant":
        return spec.learning_rate
    progress = (step - steps_per_epoch) / (steps_per_epoch * (epochs - 1))
    return spec.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))
