"""How many images per second a classifier's training step shows with given numerics."""

import time
from collections.abc import Callable

import torch

from fer.classifiers.epoch import Tally, TrainingSet, make_optimizer, to_device, train_epoch
from fer.classifiers.registry import build_classifier
from fer.classifiers.stream import Stream
from fer.runtime.device import Numerics, apply_numerics
from fer.study import TrainingSpec

_STEPS = 3
_SECONDS = 3.0
_SIDE = 48


def measure_pace(name: str, classes: int, spec: TrainingSpec, numerics: Numerics, check: Callable[[], None]) -> float:
    """Images per second of the real loop, over the fastest of a few steps.

    The first one warms up, and counts only where it is so slow that it has to do. Applies ``numerics``. ``check`` may
    raise to stop.
    """
    apply_numerics(numerics)
    device = torch.device(numerics.device)
    model = build_classifier(name, classes)
    to_device(model, device)
    optimizer = make_optimizer(model, spec)
    images = torch.zeros(spec.batch_size, _SIDE, _SIDE, dtype=torch.uint8, device=device)
    data = TrainingSet(images, torch.arange(spec.batch_size, device=device) % classes, spec.batch_size)
    generator = torch.Generator()
    stream = Stream(spec.batch_size, generator)
    seconds = []
    for _ in range(1 + _STEPS):
        started = time.perf_counter()
        # One epoch here is one batch; reading its loss waits for the device.
        train_epoch(
            model,
            optimizer,
            data,
            stream,
            generator,
            spec=spec,
            weight=None,
            epoch=0,
            epochs=1,
            numerics=numerics,
            tally=Tally.empty(device),
            after_batch=lambda _: check(),
        )
        seconds.append(time.perf_counter() - started)
        if sum(seconds) > _SECONDS:
            break
    return spec.batch_size / min(seconds[1:] or seconds)
