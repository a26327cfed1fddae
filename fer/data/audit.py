"""What is wrong with a data set before anybody trains on it: repeated images, conflicting labels, empty images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import SPLITS, Dataset
from fer.data.duplicates import identical_groups


def audit(dataset: Dataset) -> dict[str, Any]:
    """Count what matters for the figures; images are identical where all their decoded pixels are.

    Keys (all counts are of images unless they say groups):
    ``classes``; ``images`` and ``class_counts`` per split; ``occurs_also``: test images also in train, validation
    images also in train, test images also in train or validation; ``test_leak_free``; ``identical``: ``groups`` of two
    or more identical images over all splits, ``images`` in them, ``conflicting_groups`` with more than one label, and
    ``conflicting_groups_in_train`` that conflict within train alone; ``single_valued``: images whose pixels are all
    equal; ``pixels``: mean and standard deviation of train, 0 to 255; ``notes`` of the reader.
    """
    splits = dataset.splits
    images = np.concatenate([split.images for split in splits.values()])
    labels = np.concatenate([split.labels for split in splits.values()])
    of_split = np.repeat(np.arange(len(SPLITS)), [len(split) for split in splits.values()])
    groups, sizes = identical_groups(images)
    in_split = np.zeros((len(SPLITS), len(sizes)), bool)
    in_split[of_split, groups] = True
    in_train, in_validation, _ = in_split
    validation_groups, test_groups = groups[of_split == 1], groups[of_split == 2]
    flat = images.reshape(len(images), -1)
    names = dataset.classes
    return {
        "classes": list(names),
        "images": {name: len(split) for name, split in splits.items()},
        "class_counts": {
            name: dict(zip(names, np.bincount(split.labels, minlength=len(names)).tolist(), strict=True))
            for name, split in splits.items()
        },
        "occurs_also": {
            "test_in_train": int(in_train[test_groups].sum()),
            "validation_in_train": int(in_train[validation_groups].sum()),
            "test_in_train_or_validation": int((in_train | in_validation)[test_groups].sum()),
        },
        "test_leak_free": int((~dataset.test_leaked).sum()),
        "identical": {
            "groups": int((sizes > 1).sum()),
            "images": int(sizes[sizes > 1].sum()),
            "conflicting_groups": _conflicting(groups, labels),
            "conflicting_groups_in_train": _conflicting(groups[of_split == 0], labels[of_split == 0]),
        },
        "single_valued": int((flat == flat[:, :1]).all(axis=1).sum()),
        "pixels": {
            "mean": round(float(dataset.train.images.mean()), 3),
            "std": round(float(dataset.train.images.std()), 3),
        },
        "notes": list(dataset.notes),
    }


def _conflicting(groups: NDArray[np.int64], labels: NDArray[np.int64]) -> int:
    """Groups whose images carry more than one label."""
    pairs = np.unique(np.stack([groups, labels]), axis=1)
    _, labels_of_group = np.unique(pairs[0], return_counts=True)
    return int((labels_of_group > 1).sum())


def format_audit(audit: dict[str, Any]) -> str:
    """The audit as text for a terminal: a table of classes by split, then one line for each finding."""
    names = list(audit["classes"])
    counts = audit["class_counts"]
    rows = [["class", *SPLITS], *([name, *(f"{counts[split][name]:,}" for split in SPLITS)] for name in names)]
    rows.append(["all", *(f"{audit['images'][split]:,}" for split in SPLITS)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    lines.insert(-1, "-" * len(lines[0]))
    also, identical = audit["occurs_also"], audit["identical"]
    findings = [
        (also["test_in_train_or_validation"], "test images occur in train or validation too (leaked)"),
        (also["test_in_train"], "test images occur in train"),
        (also["validation_in_train"], "validation images occur in train"),
        (audit["test_leak_free"], "test images are leak-free"),
        (identical["groups"], f"groups of identical images ({identical['images']:,} images)"),
        (identical["conflicting_groups"], "of these groups have conflicting labels"),
        (identical["conflicting_groups_in_train"], "groups have conflicting labels within train alone"),
        (audit["single_valued"], "images have one single value"),
    ]
    width = max(len(f"{count:,}") for count, _ in findings)
    lines += ["", *(f"{count:>{width},} {finding}" for count, finding in findings)]
    lines.append(
        f"pixels of train: mean {audit['pixels']['mean']:.1f}, standard deviation {audit['pixels']['std']:.1f}"
    )
    return "\n".join([*lines, *(f"note: {note}" for note in audit["notes"])])
