"""Options of a StyleGAN2 whose training takes no time, and trainings with them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from fer.evaluators.judge import Judge
from fer.generators.stylegan2.entry import StyleGan2Entry
from fer.runtime.device import Numerics
from fer.runtime.signals import StopFlag
from tests.unit.generators.helpers import ONE_THREAD, bright_and_dark, brightness_judge, work_at

ON_GPU = (
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU that torch can use"),
)
"""Marks of what needs one."""
GPU = Numerics(device="cuda", precision="bf16", threads=1)

CLASSES = ("dark", "bright")
MINUTE: dict[str, Any] = {
    "channel_base": 128,
    "channel_max": 8,
    "noise_size": 8,
    "style_size": 8,
    "batch_size": 8,
    "tick_kimg": 0.04,
    "snapshot_kimg": 0.1,
}


def train(
    entry: StyleGan2Entry,
    folder: Path,
    *,
    kimg: float = 0.2,
    stop: StopFlag | None = None,
    numerics: Numerics = ONE_THREAD,
    judge: Judge | None = None,
    seed: int = 1,
    **options: Any,
) -> Path:
    """Train on dark and bright images; returns the artifact's folder."""
    images, labels = bright_and_dark(100)
    work = work_at(folder, stop)
    entry.train(
        images,
        labels,
        CLASSES,
        kimg=kimg,
        options={**MINUTE, **options},
        seed=seed,
        numerics=numerics,
        judge=judge or brightness_judge(),
        work=work,
    )
    return work.folder
