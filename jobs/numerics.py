"""Precision and threads of a generator's stages and its assessment, and the device's name for manifests."""

from typing import TYPE_CHECKING

from fer.generators.registry import get_generator
from fer.recipes import PlannedStudy, is_folder
from fer.store import Store
from fer.study import NumericsSpec
from jobs.stage import CPU

if TYPE_CHECKING:
    from fer.runtime.device import Numerics


def generator_numerics(planned: PlannedStudy, name: str, store: Store) -> "Numerics":
    """What the generator is trained and sampled with here, applied; measured first where the study says ``auto``."""
    from fer.runtime.device import choose_numerics

    study = planned.study
    generator, options = get_generator(study.model_of(name)), study.generators[name].options
    spec = NumericsSpec(precision="fp32", threads=1) if is_folder(planned, name) else study.numerics
    return choose_numerics(
        spec,
        study.model_of(name),
        lambda numerics: generator.images_per_second(len(planned.classes), options, numerics),
        store,
        options=options,
    )


def reading_numerics(planned: PlannedStudy) -> "Numerics":
    """What evaluators read with here, applied: single precision, and all cores where the study leaves the number open.

    Reading gains from every core alike, so that there is nothing to measure.
    """
    from fer.runtime.device import Numerics, apply_numerics, cores_available, pick_device

    threads = planned.study.numerics.threads
    numerics = Numerics(pick_device(), "fp32", cores_available() if threads == "auto" else threads)
    apply_numerics(numerics)
    return numerics


def device_name(numerics: "Numerics") -> str:
    """``cpu``, or the name of the GPU."""
    from fer.runtime.device import device_kind

    return CPU if numerics.device == "cpu" else device_kind(numerics.device)
