"""The augmentation probability p, which follows how far the discriminator overfits (arXiv 2006.06676, section 3)."""

from torch import Tensor

EVERY = 4
"""Minibatches between two moves of p, and those that r_t is a mean over."""


class AdaptiveProbability:
    """p in [0, 1], moved so that r_t stays at its target.

    r_t is the mean sign of the discriminator's outputs on real images: 0 when they are as often taken for real as for
    generated, 1 when the discriminator knows them all. Above the target p rises, below it falls, at a pace at which
    ``kimg`` thousand real images bring it from 0 to 1.
    """

    def __init__(self, target: float, kimg: float) -> None:
        self.p = 0.0
        self.overfitting: float | None = None
        """r_t over the last full four minibatches; None before the first."""
        self._target, self._images = target, 1000.0 * kimg
        self._signs: float | Tensor = 0.0
        self._shown = 0
        self._batches = 0

    def observe(self, real_logits: Tensor) -> None:
        """Take note of the discriminator's outputs on one minibatch of real images, augmented as it saw them."""
        # Left on its device: only every fourth minibatch waits for the sum.
        self._signs = real_logits.detach().sign().sum() + self._signs
        self._shown += real_logits.numel()
        self._batches += 1
        if self._batches == EVERY:
            self.overfitting = float(self._signs) / self._shown
            self._move(self.overfitting)
            self._signs, self._shown, self._batches = 0.0, 0, 0

    def state(self) -> dict[str, float | None]:
        """All that ``restore`` needs, as plain numbers."""
        return {
            "p": self.p,
            "overfitting": self.overfitting,
            "signs": float(self._signs),
            "shown": self._shown,
            "batches": self._batches,
        }

    def restore(self, state: dict[str, float | None]) -> None:
        """Go on from where ``state`` was taken."""
        numbers = {name: value or 0.0 for name, value in state.items()}
        self.p, self.overfitting = numbers["p"], state["overfitting"]
        self._signs, self._shown, self._batches = numbers["signs"], int(numbers["shown"]), int(numbers["batches"])

    def _move(self, overfitting: float) -> None:
        if overfitting == self._target:
            return
        step = self._shown / self._images
        moved = self.p + (step if overfitting > self._target else -step)
        self.p = min(max(moved, 0.0), 1.0)
