"""In which order images are shown: pass after pass, each shuffled anew."""

from typing import Any

import torch
from torch import Tensor


class Stream:
    """An endless sequence of indices below ``count``. Every image is shown once before any is shown again.

    What one epoch leaves of a pass the next one takes up, so that an epoch may be shorter or longer than a pass.
    """

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self._count = count
        self._generator = generator
        self._rest = torch.empty(0, dtype=torch.int64)

    def take(self, count: int) -> Tensor:
        """The next ``count`` indices, int64 on the CPU."""
        while len(self._rest) < count:
            self._rest = torch.cat([self._rest, torch.randperm(self._count, generator=self._generator)])
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs, besides the generator's own state."""
        return {"rest": self._rest}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._rest = state["rest"]


def batch_sizes(images: int, batch_size: int) -> list[int]:
    """Sizes of an epoch's batches: as few as ``batch_size`` allows, as equal as can be, and ``images`` in all.

    Equal ones, because a last batch of a single image would have no variance to normalise by.
    """
    batches = -(-images // batch_size)
    if images // batches < 2:
        batches = max(1, images // 2)
    small, larger = divmod(images, batches)
    return [small + 1] * larger + [small] * (batches - larger)
