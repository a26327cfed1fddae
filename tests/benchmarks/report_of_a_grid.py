"""``fer report`` on a grid of more than three hundred cells, and where its seconds go.

The store holds what the published grid makes with three seeds, at the sizes that FER2013 gives: logits of 3,589 images
for validation and as many for the test, histories of a hundred epochs, planes of 3,000 points, sheets. What the figures
say is made up. The last line is one JSON object: ``seconds`` of reading the store, of the page with all that comes with
it, and of both; ``ratio``: both to reading alone. The exit status is 1 where both take longer than the limit.
"""

import csv
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from fer.plan import tasks
from fer.report.gather import gather
from fer.report.results import History, StudyResults
from fer.report.write import write_report
from fer.store import Store, open_store
from fer.studies import built_in_text
from tests.assessments import save_plane
from tests.reports import CLASSES, audit, made_up, run_of, sheet_png

STUDY = built_in_text("paper").replace("seeds: [0]", "seeds: [0, 1, 2]")
IMAGES = 3589
"""For the test, and as many for validation."""
EPOCHS = 100
POINTS = 1000
"""Of each origin in a plane."""
LIMIT = 20.0
"""Seconds."""


def publish_all(store: Store, results: StudyResults, scratch: Path) -> None:
    """Every task of the study as an artifact with the files that a report reads."""
    cells = {cell.manifest.digest: cell for cell in results.cells}
    networks = {(network.run, network.class_name): network for network in results.networks}
    assessments = {assessment.run: assessment for assessment in results.assessments}
    for task in tasks(results.planned):
        folder = scratch / task.digest
        (folder / "sheets").mkdir(parents=True)
        if task.stage == "train":
            cell = cells[task.digest]
            write_json(folder / "cell.json", dict(cell.summary))
            write_history(folder / "history.csv", cell.history)
            write_logits(folder / "logits.npz", seed=int(task.digest[:8], 16))
        elif task.stage == "train-gan":
            network = networks[run_of(task), task.coordinates.get("class")]
            write_json(folder / "generator.json", dict(network.summary))
            write_history(folder / "history.csv", network.history)
            write_history(folder / "snapshots.csv", network.snapshots)
            (folder / "sheets" / "000001.png").write_bytes(sheet_png(seed=1))
        elif task.stage == "assess":
            write_json(folder / "assessment.json", dict(assessments[run_of(task)].figures))
            save_plane(folder / "plane.npz", CLASSES, POINTS)
            for number, name in enumerate(("sheet.png", "real.png", "pairs.png")):
                (folder / name).write_bytes(sheet_png(seed=number))
        else:
            write_json(folder / "made.json", task.coordinates)  # nothing that a report reads
        publish(store, task.recipe.kind, task.recipe.model_dump(mode="json"), task.digest, folder)
    folder = scratch / "dataset"
    folder.mkdir()
    write_json(folder / "audit.json", audit(CLASSES))
    publish(store, "dataset", {"stage": "prepare"}, results.planned.dataset, folder)


def publish(store: Store, kind: str, recipe: dict[str, Any], digest: str, folder: Path) -> None:
    """An artifact that took a minute."""
    store.publish(kind, recipe, digest, folder, wall_seconds=60, device_seconds=60, device="cpu")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """As stages do."""
    path.write_text(json.dumps(content), encoding="utf-8")


def write_history(path: Path, history: History) -> None:
    """As stages do."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(history)
        writer.writerows(zip(*history.values(), strict=True))


def write_logits(path: Path, seed: int) -> None:
    """Those of a network that is right more often than not."""
    rng = np.random.default_rng(seed)
    labels = np.arange(IMAGES) % len(CLASSES)
    logits = rng.normal(size=(IMAGES, len(CLASSES))) + 1.5 * np.eye(len(CLASSES))[labels]
    np.savez(
        path,
        validation=logits.astype(np.float16),
        validation_labels=labels,
        test=logits.astype(np.float16),
        test_labels=labels,
        test_leak_free=np.arange(IMAGES) % 11 > 0,
    )


def main() -> None:
    """Fill a store, report it, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="fer-benchmark-") as scratch:
        store = open_store(str(Path(scratch) / "store"))
        made = made_up(STUDY, epochs=EPOCHS)
        publish_all(store, made, Path(scratch) / "files")
        began = time.perf_counter()
        results = gather(made.planned, store)
        read = time.perf_counter()
        (Path(scratch) / "report").mkdir()
        write_report(results, Path(scratch) / "report")
        ended = time.perf_counter()
    assert not results.missing
    seconds = {"reading": read - began, "page": ended - read, "both": ended - began}
    print(f"{len(results.cells)} cells: " + ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items()))
    rounded = {name: round(value, 2) for name, value in seconds.items()}
    ratio = round(seconds["both"] / seconds["reading"], 1)
    print(json.dumps({"cells": len(results.cells), "limit": LIMIT, "seconds": rounded, "ratio": ratio}))
    if seconds["both"] > LIMIT:
        sys.exit(f"it took longer than {LIMIT:g} s")


if __name__ == "__main__":
    main()
