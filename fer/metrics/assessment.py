"""The assessment of a generator: its first N samples beside real images. Importing this costs no torch."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import Dataset, Split
from fer.errors import RequestError
from fer.generators.sheets import first_of_each, write_sheet
from fer.metrics.comparison import Comparison
from fer.runtime.progress import progress

if TYPE_CHECKING:
    from fer.metrics.evidence import Evidence

ASSESSMENT = "assessment.json"
SHEET = "sheet.png"
REAL_SHEET = "real.png"
PAIRS = "pairs.png"
PLANE = "plane.npz"


def compare(
    dataset: Dataset, synthetic: Split, *, uniform: bool = False, seen: NDArray[np.int64] | None = None
) -> Comparison:
    """What is to be assessed. ``uniform``: the samples were asked for in equal class proportions.

    ``seen``: the places in the training split of the images that the generator was trained on; None for all, and where
    nobody knows.
    Raises RequestError where there are no samples, or labels beyond the data set's classes.
    """
    if len(synthetic) == 0:
        raise RequestError("the synthetic set is empty; there is nothing to assess")
    classes, label = len(dataset.classes), int(synthetic.labels.max())
    if label >= classes:
        raise RequestError(f"the synthetic set has the label {label}, but the data set has {classes} classes")
    return Comparison(dataset, synthetic, uniform, seen)


def assess(evidence: "Evidence") -> dict[str, Any]:
    """Every registered figure of the samples, as JSON-able values."""
    from fer.metrics.registry import OF_IMAGES, OF_READINGS

    comparison = evidence.comparison
    found: dict[str, Any] = {"samples": len(comparison.synthetic), "classes": list(comparison.dataset.classes)}
    with progress(len(OF_IMAGES) + len(OF_READINGS), "measure samples", "figures") as bar:
        for name, of_images in OF_IMAGES.items():
            found[name] = of_images(comparison)
            bar.update()
        for name, of_readings in OF_READINGS.items():
            found[name] = of_readings(evidence)
            bar.update()
    return found


def save_assessment(assessment: dict[str, Any], evidence: "Evidence", folder: Path) -> None:
    """Write ``assessment.json``, ``plane.npz`` (see ``fer.metrics.embedding``), and three sheets.

    ``sheet.png`` holds the first samples of each class and ``real.png`` test images; ``pairs.png`` the samples that are
    the nearest to a training image, each above that image, by pixels and by features.
    """
    from fer.metrics.embedding import save_plane

    text = json.dumps(assessment, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / ASSESSMENT).write_text(f"{text}\n", encoding="utf-8")
    save_plane(folder / PLANE, evidence.plane)
    dataset = evidence.comparison.dataset
    for name, split in ((SHEET, evidence.comparison.synthetic), (REAL_SHEET, dataset.test)):
        rows = [split.images[places] for places in first_of_each(split.labels, len(dataset.classes))]
        write_sheet(folder / name, rows, dataset.classes)
    _write_pairs(evidence, folder / PAIRS)


def _write_pairs(evidence: "Evidence", path: Path) -> None:
    from fer.metrics.memorisation import closest_pairs

    comparison = evidence.comparison
    samples = comparison.synthetic.images[comparison.matched.synthetic]
    rows, names = [], []
    for space, found in evidence.neighbours.items():
        closest = closest_pairs(found)
        rows += [samples[closest], comparison.training.images[found.places[closest]]]
        names += [f"samples, by {space}", "nearest training image"]
    write_sheet(path, rows, names)
