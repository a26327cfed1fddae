"""The assessment of a generator: what its first N samples look like beside real images. No torch needed."""

import json
from pathlib import Path
from typing import Any

from fer.data.dataset import Dataset, Split
from fer.errors import RequestError
from fer.generators.sheets import first_of_each, write_sheet
from fer.metrics.comparison import Comparison
from fer.metrics.registry import ASSESSMENT

SHEET = "sheet.png"
REAL_SHEET = "real.png"


def assess(dataset: Dataset, synthetic: Split, *, uniform: bool = False) -> dict[str, Any]:
    """Every registered figure of the samples, as JSON-able values.

    ``uniform``: the samples were asked for in equal class proportions. Raises RequestError where there are no samples,
    or labels beyond the data set's classes.
    """
    if len(synthetic) == 0:
        raise RequestError("the synthetic set is empty; there is nothing to assess")
    classes, label = len(dataset.classes), int(synthetic.labels.max())
    if label >= classes:
        raise RequestError(f"the synthetic set has the label {label}, but the data set has {classes} classes")
    comparison = Comparison(dataset, synthetic, uniform)
    figures = {name: measure(comparison) for name, measure in ASSESSMENT.items()}
    return {"samples": len(synthetic), "classes": list(dataset.classes), **figures}


def save_assessment(assessment: dict[str, Any], dataset: Dataset, synthetic: Split, folder: Path) -> None:
    """Write ``assessment.json``, the sample sheet ``sheet.png``, and one of real test images ``real.png``."""
    text = json.dumps(assessment, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "assessment.json").write_text(f"{text}\n", encoding="utf-8")
    for name, split in ((SHEET, synthetic), (REAL_SHEET, dataset.test)):
        rows = [split.images[places] for places in first_of_each(split.labels, len(dataset.classes))]
        write_sheet(folder / name, rows, dataset.classes)
