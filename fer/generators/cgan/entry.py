"""The registry's entry of ``cgan-48``. Torch is imported only when something is trained or loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer.generators.base import Images, Labels, TrainedGenerator
from fer.generators.cgan.config import CganOptions, CganSampling
from fer.generators.options import parse_options

if TYPE_CHECKING:
    from fer.evaluators.judge import Judge
    from fer.generators.cgan.step import Trainer
    from fer.runtime.device import Numerics
    from fer.runtime.work import Work

MODEL = "cgan-48"
ROW_KIMG = 1.0
"""Thousands of images between two rows of the history."""


class CganEntry:
    """See ``fer.generators.base.Generator`` for what each method promises."""

    def check_options(self, name: str, options: dict[str, Any]) -> None:
        """Raise RequestError where ``options`` do not fit ``CganOptions``."""
        parse_options(CganOptions, f"{name}.options", options)

    def check_sampling(self, name: str, sampling: dict[str, Any]) -> None:
        """Raise RequestError where ``sampling`` does not fit ``CganSampling``."""
        parse_options(CganSampling, f"{name}.sampling", sampling)

    def images_per_second(self, classes: int, options: dict[str, Any], numerics: "Numerics") -> float:
        """Measured on random images."""
        from fer.generators.cgan.networks import SIDE
        from fer.generators.throughput import measure
        from fer.runtime.device import apply_numerics

        apply_numerics(numerics)
        parsed = CganOptions.model_validate(options)
        return measure(_trainer(parsed, classes, 0, numerics), SIDE, classes, parsed.batch_size, numerics.device)

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
        """Train one network."""
        from fer.generators.assignment import Assignment, Schedule, needed
        from fer.generators.training import train_network

        parsed = CganOptions.model_validate(options)
        assignment = Assignment(
            model=MODEL,
            images=images,
            labels=labels,
            classes=classes,
            schedule=Schedule(kimg, parsed.batch_size, ROW_KIMG, parsed.sheet_kimg),
            options=parsed.model_dump(mode="json"),
            seed=seed,
            judge=needed(judge, MODEL),
        )
        train_network(assignment, lambda applied: _trainer(parsed, len(classes), seed, applied), numerics, work)

    def available(self, folders: Sequence[Path], classes: Sequence[str]) -> None:
        """Without limit."""

    def load(
        self, folder: Path, classes: Sequence[str], sampling: dict[str, Any], numerics: "Numerics"
    ) -> TrainedGenerator:
        """The averaged generator of an artifact."""
        from fer.generators.cgan.samples import load_samples

        return load_samples(folder, classes, CganSampling.model_validate(sampling), numerics)


def _trainer(options: CganOptions, classes: int, seed: int, numerics: "Numerics") -> "Trainer":
    import torch

    from fer.generators.cgan.step import Trainer

    return Trainer(options, classes, seed, torch.device(numerics.device), numerics.precision)


CGAN_48 = CganEntry()
