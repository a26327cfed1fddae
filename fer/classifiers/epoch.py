"""One epoch: N images shown to a network, changed at random, and what they cost it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from fer.classifiers.augment import augment, draw_changes
from fer.classifiers.evaluation import autocast
from fer.classifiers.schedule import learning_rate
from fer.classifiers.stream import Stream, batch_sizes
from fer.runtime.device import Numerics
from fer.study import TrainingSpec


@dataclass(frozen=True)
class TrainingSet:
    """Images to train on; both tensors lie on the device."""

    images: Tensor
    """uint8 (m, 48, 48)."""
    labels: Tensor
    """int64 (m,)."""
    epoch_size: int
    """N, the images shown in one epoch."""


@dataclass
class Tally:
    """What an epoch has come to so far. The sums lie on the device, so that a GPU never waits for the processor."""

    batches: int
    """Batches shown."""
    images: int
    """Images shown in them."""
    loss_sum: Tensor
    """float64 (): the loss summed over these images."""
    hits: Tensor
    """int64 (): how many of them were told right."""

    @classmethod
    def empty(cls, device: torch.device) -> "Tally":
        """That of an epoch which is about to begin."""
        loss_sum = torch.zeros((), dtype=torch.float64, device=device)
        return cls(0, 0, loss_sum, torch.zeros((), dtype=torch.int64, device=device))

    def to(self, device: torch.device) -> "Tally":
        """The same with its sums on ``device``."""
        return Tally(self.batches, self.images, self.loss_sum.to(device), self.hits.to(device))


def to_device(model: nn.Module, device: torch.device) -> None:
    """Bring a model to the device, its filters stored channels last: what convolutions prefer on either device."""
    model.to(device)
    model.to(memory_format=torch.channels_last)


def make_optimizer(model: nn.Module, spec: TrainingSpec) -> torch.optim.AdamW:
    """AdamW that decays matrices and filters only: pulling biases and normalisations to zero helps nobody."""
    decayed = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups: list[dict[str, Any]] = [{"params": decayed}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=spec.learning_rate, weight_decay=spec.weight_decay, fused=True)


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """Loss weights (classes,) by inverse frequency, one on average over the images; zero where a class is absent."""
    counts = torch.bincount(labels, minlength=classes).float()
    return torch.where(counts > 0, counts.sum() / ((counts > 0).sum() * counts.clamp(min=1)), 0.0)


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    data: TrainingSet,
    stream: Stream,
    generator: torch.Generator,
    *,
    spec: TrainingSpec,
    weight: Tensor | None,
    epoch: int,
    epochs: int,
    numerics: Numerics,
    tally: Tally,
    after_batch: Callable[[int], None],
) -> dict[str, float]:
    """Train for epoch ``epoch`` (from 0) of ``epochs``; returns mean ``loss`` and ``accuracy`` of the images shown.

    ``tally`` is brought up to date with every batch; ``after_batch`` is then given the batch's size and may raise to
    stop. An epoch that was stopped goes on with the tally of then, the stream and the generator as they were at its
    start, and everything else as it was left. The loss is NaN or infinite where it was so once.
    """
    model.train()
    device = data.images.device
    order = stream.take(data.epoch_size)
    matrices, rectangles = draw_changes(spec.augmentation, data.epoch_size, data.images.shape[-1], generator)
    sizes = batch_sizes(data.epoch_size, spec.batch_size)
    # Whole epochs of draws go to the device at once, and sums stay there: a GPU never waits for the processor.
    parts = zip(*(torch.split(part.to(device), sizes) for part in (order, matrices, rectangles)), strict=True)
    for indices, matrix, rectangle in islice(parts, tally.batches, None):
        rate = learning_rate(spec, epoch * len(sizes) + tally.batches, len(sizes), epochs)
        for group in optimizer.param_groups:
            group["lr"] = rate
        labels = data.labels[indices]
        with autocast(numerics):
            logits = model(augment(data.images[indices], matrix, rectangle)).float()
        loss = F.cross_entropy(logits, labels, weight=weight, label_smoothing=spec.label_smoothing)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        tally.loss_sum += loss.detach() * len(indices)
        tally.hits += (logits.detach().argmax(dim=1) == labels).sum()
        tally.batches += 1
        tally.images += len(indices)
        after_batch(len(indices))
    return {"loss": tally.loss_sum.item() / data.epoch_size, "accuracy": tally.hits.item() / data.epoch_size}
