"""The registry's entry of ``cgan-48``. Torch is imported only when something is trained or loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer.generators.base import Images, Labels, TrainedGenerator
from fer.generators.cgan.config import CganOptions
from fer.generators.options import parse_options

if TYPE_CHECKING:
    from fer.evaluators.judge import Judge
    from fer.runtime.device import Numerics
    from fer.runtime.work import Work


class CganEntry:
    """See ``fer.generators.base.Generator`` for what each method promises."""

    def check_options(self, name: str, options: dict[str, Any]) -> None:
        """Raise RequestError where ``options`` do not fit ``CganOptions``."""
        parse_options(CganOptions, name, options)

    def images_per_second(self, classes: int, options: dict[str, Any], numerics: "Numerics") -> float:
        """Measured on random images."""
        from fer.generators.cgan.throughput import measure

        return measure(parse_options(CganOptions, "cgan-48", options), classes, numerics)

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
        judge: "Judge | None",  # noqa: ARG002
        work: "Work",
    ) -> None:
        """Train one network."""
        from fer.generators.cgan.training import Training

        parsed = parse_options(CganOptions, "cgan-48", options)
        Training(images, labels, classes, kimg=kimg, options=parsed, seed=seed, numerics=numerics, work=work).run()

    def available(self, folders: Sequence[Path], classes: Sequence[str]) -> None:
        """Without limit."""

    def load(self, folder: Path, classes: Sequence[str], numerics: "Numerics") -> TrainedGenerator:
        """The averaged generator of an artifact."""
        from fer.generators.cgan.samples import load_samples

        return load_samples(folder, classes, numerics)


CGAN_48 = CganEntry()
