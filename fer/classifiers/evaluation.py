"""Logits of whole sets, and the figures that every epoch records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    """What is measured after each epoch; images lie on the device."""

    images: Mapping[str, Tensor]
    """uint8 (n, 48, 48) of ``real`` (the validation split), ``mix`` (held out) and ``test``."""
    labels: Mapping[str, NDArray[np.int64]]
    leak_free: NDArray[np.bool_]
    """(n_test,)"""

    @classmethod
    def of(cls, mix: Mix, dataset: Dataset, device: torch.device) -> "EvaluationSets":
        """Bring the sets to the device."""
        splits: dict[str, Split] = {"real": dataset.validation, "mix": mix.validation, "test": dataset.test}
        return cls(
            {name: torch.from_numpy(split.images).to(device) for name, split in splits.items()},
            {name: split.labels for name, split in splits.items()},
            ~dataset.test_leaked,
        )

    def measured(self, logits: Mapping[str, Float16]) -> dict[str, tuple[Float16, NDArray[np.int64]]]:
        """Logits and labels of ``real``, ``mix``, ``test`` and ``leak_free``, of those of the first three."""
        sets = {name: (logits[name], labels) for name, labels in self.labels.items()}
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


def autocast(numerics: Numerics) -> torch.autocast:
    """The context in which a network computes."""
    return torch.autocast(numerics.device, dtype=torch.bfloat16, enabled=numerics.precision == "bf16")
