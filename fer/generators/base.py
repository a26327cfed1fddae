"""What a generator is to the stages: an entry that trains and loads, and the trained network that hands out samples."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fer.evaluators.judge import Judge
    from fer.runtime.device import Numerics
    from fer.runtime.work import Work

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


class TrainedGenerator(Protocol):
    """A generator that has been trained and loaded."""

    def sample(self, labels: Labels, indices: Labels, seed: int) -> Images:
        """Make samples.

        ``labels`` (b,) are positions in the ``classes`` that the network was loaded for. ``indices`` (b,) number the
        samples of each label from 0. Returns uint8 (b, 48, 48). Label, index and seed decide a sample, whatever the
        rest of the batch holds; to the last bit only for the same b and place in the batch, since kernels differ.
        """


class Generator(Protocol):
    """A generative model that a study can name. Nothing here imports torch before it trains or loads."""

    def check_options(self, name: str, options: dict[str, Any]) -> None:
        """Raise RequestError naming ``generators.<name>.options.<key>`` where ``options`` do not fit the model."""

    def check_sampling(self, name: str, sampling: dict[str, Any]) -> None:
        """Raise RequestError naming ``generators.<name>.sampling.<key>`` where ``sampling`` does not fit the model."""

    def images_per_second(self, classes: int, options: dict[str, Any], numerics: "Numerics") -> float:
        """Real images shown per second of training, measured in seconds: decides on precision and threads."""

    def train(
        self,
        images: Images,
        labels: Labels,
        classes: Sequence[str],
        *,
        kimg: float,
        options: dict[str, Any],
        seed: int,
        numerics: "Numerics",
        judge: "Judge | None",
        work: "Work",
    ) -> None:
        """Train one network and leave the artifact in ``work.folder``.

        ``images`` uint8 (n, 48, 48) and ``labels`` int64 (n,) are what the network may see; ``labels`` are positions in
        ``classes``, which holds a single name for a network of its own class. ``kimg`` is the budget in thousands of
        real images shown. ``judge`` scores snapshots of the network; None for a model that trains nothing. Written are
        ``weights.safetensors``, ``preferred.safetensors`` (the snapshot with the judge's smallest distance),
        ``generator.json`` (what was trained, how far, whether it diverged, what the judge says), ``history.csv``,
        ``snapshots.csv`` and ``sheets/*.png``. Goes on from ``work.checkpoints``, whose precision and threads win.
        Raises Stopped once a requested stop is saved, RequestError where options or images do not fit, where a class
        has no image, or where training diverged before it had anything worth keeping.
        """

    def available(self, folders: Sequence[Path], classes: Sequence[str]) -> Sequence[int] | None:
        """How many different samples of each of ``classes`` the artifacts hold; None where there is no limit."""

    def load(
        self, folder: Path, classes: Sequence[str], sampling: dict[str, Any], numerics: "Numerics"
    ) -> TrainedGenerator:
        """The network of an artifact that ``train`` has written.

        ``classes``: the data set's, in which its samples' labels are positions, whichever of them it was trained for.
        ``sampling``: how samples are made, as a study gives it.
        """
