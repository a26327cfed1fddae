"""Logits of whole sets, and the figures that every epoch records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer.classifiers.augment import as_floats
from fer.data.dataset import Dataset, Split
from fer.data.mix import Mix
from fer.metrics.classification import quick_scores
from fer.runtime.device import Numerics

_BATCH = 256
_LARGEST = 60000.0
"""Logits are kept as float16, which ends at 65504."""

Float16 = NDArray[np.float16]


@dataclass(frozen=True)
class EvaluationSets:
    """What is measured after each epoch."""

    images: Mapping[str, Tensor]
    """uint8 (n, 48, 48) of ``real`` (the validation split), and for a cell of ``mix`` (held out) and ``test``."""
    labels: Mapping[str, NDArray[np.int64]]
    leak_free: NDArray[np.bool_] | None = None
    """(n_test,); None without a test split."""

    @classmethod
    def of_cell(cls, mix: Mix, dataset: Dataset) -> "EvaluationSets":
        """All of them."""
        splits = {"real": dataset.validation, "mix": mix.validation, "test": dataset.test}
        return cls(_tensors(splits), {name: split.labels for name, split in splits.items()}, ~dataset.test_leaked)

    @classmethod
    def of_validation(cls, validation: Split) -> "EvaluationSets":
        """``real`` alone, for whoever has no business with the test split."""
        return cls(_tensors({"real": validation}), {"real": validation.labels})

    def to(self, device: torch.device) -> "EvaluationSets":
        """The same with its images on ``device``."""
        return replace(self, images={name: images.to(device) for name, images in self.images.items()})

    def measured(self, logits: Mapping[str, Float16]) -> dict[str, tuple[Float16, NDArray[np.int64]]]:
        """Logits and labels of each set, and with a test split those of its ``leak_free`` part."""
        sets = {name: (logits[name], labels) for name, labels in self.labels.items()}
        if self.leak_free is None:
            return sets
        return {**sets, "leak_free": (logits["test"][self.leak_free], self.labels["test"][self.leak_free])}

    def scores(self, logits: Mapping[str, Float16]) -> dict[str, dict[str, float | None]]:
        """Macro-F1, accuracy and loss of each set."""
        return {name: quick_scores(*pair) for name, pair in self.measured(logits).items()}


def predict(model: nn.Module, images: Tensor, numerics: Numerics, check: Callable[[], None]) -> Float16:
    """Logits (n, classes) of uint8 ``images`` (n, h, w), in batches, without training anything.

    They are rounded to float16 at once, so that every figure can be found again from the file that is kept. ``check``
    is called before each batch and may raise to stop.
    """
    model.eval()
    parts = []
    with torch.inference_mode(), autocast(numerics):
        for batch in torch.split(images, _BATCH):
            check()
            parts.append(model(as_floats(batch)).float().clamp(-_LARGEST, _LARGEST).half())
    return np.asarray(torch.cat(parts).cpu().numpy())


def _tensors(splits: Mapping[str, Split]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(split.images) for name, split in splits.items()}


def autocast(numerics: Numerics) -> torch.autocast:
    """The context in which a network computes."""
    return torch.autocast(numerics.device, dtype=torch.bfloat16, enabled=numerics.precision == "bf16")
