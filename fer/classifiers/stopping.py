"""Early stopping: which epoch was the best, and whether to go on."""

from dataclasses import dataclass
from typing import Literal

StopReason = Literal["budget", "patience"]


@dataclass
class EarlyStopping:
    """The best epoch so far by validation macro-F1; the earlier one where two are equal."""

    epochs: int
    """At most so many."""
    patience: int
    """Stop after so many epochs without a better one."""
    best_epoch: int = 0
    best_score: float = -1.0

    def is_best(self, epoch: int, score: float) -> bool:
        """Take note of an epoch (from 1); whether it is better than all before."""
        if score <= self.best_score:
            return False
        self.best_epoch, self.best_score = epoch, score
        return True

    def reason(self, epoch: int) -> StopReason | None:
        """Why training ends after this epoch; None where it goes on."""
        if epoch >= self.epochs:
            return "budget"
        if epoch - self.best_epoch >= self.patience:
            return "patience"
        return None
