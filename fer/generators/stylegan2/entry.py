"""The registry's entries of StyleGAN2. Torch is imported only when something is trained or loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer.data.resize import resized
from fer.generators.base import Images, Labels, TrainedGenerator
from fer.generators.options import parse_options
from fer.generators.stylegan2.config import StyleGan2Options, StyleGan2Sampling, parse

if TYPE_CHECKING:
    from fer.evaluators.judge import Judge
    from fer.generators.stylegan2.step import Trainer
    from fer.runtime.device import Numerics
    from fer.runtime.work import Work


class StyleGan2Entry:
    """See ``fer.generators.base.Generator`` for what each method promises."""

    def __init__(self, model: str, side: int, *, ada: bool) -> None:
        """``side``: of the images that the networks work on; ``ada``: with adaptive augmentation."""
        self._model, self._side, self._ada = model, side, ada

    def check_options(self, name: str, options: dict[str, Any]) -> None:
        """Raise RequestError where ``options`` do not fit ``StyleGan2Options``."""
        parse(f"{name}.options", options)

    def check_sampling(self, name: str, sampling: dict[str, Any]) -> None:
        """Raise RequestError where ``sampling`` does not fit ``StyleGan2Sampling``."""
        parse_options(StyleGan2Sampling, f"{name}.sampling", sampling)

    def images_per_second(self, classes: int, options: dict[str, Any], numerics: "Numerics") -> float:
        """Measured on random images, without the lazy regularisers."""
        from fer.generators.throughput import measure
        from fer.runtime.device import apply_numerics

        apply_numerics(numerics)
        parsed = parse(self._model, options)
        trainer = self._trainer(parsed, classes, 0, numerics, kimg=1.0)
        return measure(trainer, self._side, classes, parsed.batch_size, numerics.device)

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

        parsed = parse(self._model, options)
        assignment = Assignment(
            model=self._model,
            images=resized(images, self._side),
            labels=labels,
            classes=classes,
            schedule=Schedule(kimg, parsed.batch_size, parsed.tick_kimg, parsed.snapshot_kimg),
            options=parsed.model_dump(mode="json"),
            seed=seed,
            judge=needed(judge, self._model),
        )
        train_network(
            assignment, lambda applied: self._trainer(parsed, len(classes), seed, applied, kimg=kimg), numerics, work
        )

    def available(self, folders: Sequence[Path], classes: Sequence[str]) -> None:
        """Without limit."""

    def load(
        self, folder: Path, classes: Sequence[str], sampling: dict[str, Any], numerics: "Numerics"
    ) -> TrainedGenerator:
        """The averaged generator of an artifact."""
        from fer.generators.stylegan2.samples import load_samples

        return load_samples(folder, classes, StyleGan2Sampling.model_validate(sampling), numerics)

    def _trainer(
        self, options: StyleGan2Options, classes: int, seed: int, numerics: "Numerics", *, kimg: float
    ) -> "Trainer":
        import torch

        from fer.generators.stylegan2.step import Trainer

        device = torch.device(numerics.device)
        return Trainer(options, self._side, classes, seed, device, numerics.precision, kimg=kimg, ada=self._ada)


STYLEGAN2_32 = StyleGan2Entry("stylegan2-32", 32, ada=False)
STYLEGAN2_64 = StyleGan2Entry("stylegan2-64", 64, ada=False)
STYLEGAN2_64_ADA = StyleGan2Entry("stylegan2-64-ada", 64, ada=True)
