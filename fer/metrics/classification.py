"""How well logits classify: accuracy, macro-F1, macro AUROC, per-class figures, confusion matrix (scikit-learn).

A set may lack a class: a small mix's held-out part, or a small leak-free test. Macro averages then run over the classes
that have images in the set, since nothing is known about the others; images wrongly taken for an absent class still
cost the recall of their own. AUROC of a class needs images of it and of another; where no class has both it is None.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]


def quick_scores(logits: Logits, labels: Labels) -> dict[str, float | None]:
    """``macro_f1``, ``accuracy`` and ``loss`` (mean cross-entropy in nats) of logits (n, classes); None where n = 0."""
    if len(labels) == 0:
        return {"macro_f1": None, "accuracy": None, "loss": None}
    from sklearn.metrics import f1_score

    predicted = logits.argmax(axis=1)
    present = np.unique(labels)
    log_odds = _log_probabilities(logits)[np.arange(len(labels)), labels]
    return {
        "macro_f1": float(f1_score(labels, predicted, labels=present, average="macro", zero_division=0)),
        "accuracy": float((predicted == labels).mean()),
        "loss": float(-log_odds.mean()),
    }


def full_scores(logits: Logits, labels: Labels, classes: Sequence[str]) -> dict[str, Any]:
    """All figures of logits (n, classes), ready for JSON.

    ``images``, ``macro_f1``, ``accuracy``, ``loss``, ``macro_auroc``; ``per_class``: for each class ``precision``,
    ``recall``, ``f1``, ``auroc``, ``support`` (None where the set has no image of it); ``confusion``: rows are true
    classes, columns predicted ones.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    every = np.arange(len(classes))
    predicted = logits.argmax(axis=1) if len(labels) else labels
    support = np.bincount(labels, minlength=len(classes))
    areas = _areas(logits, labels, len(classes))
    known = [area for area in areas if area is not None]
    if len(labels):
        precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, labels=every, zero_division=0)
        confusion = confusion_matrix(labels, predicted, labels=every)
    else:
        precision = recall = f1 = np.zeros(len(classes))
        confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    return {
        "images": len(labels),
        **quick_scores(logits, labels),
        "macro_auroc": float(np.mean(known)) if known else None,
        "per_class": {
            name: {
                "precision": float(precision[index]) if support[index] else None,
                "recall": float(recall[index]) if support[index] else None,
                "f1": float(f1[index]) if support[index] else None,
                "auroc": areas[index],
                "support": int(support[index]),
            }
            for index, name in enumerate(classes)
        },
        "confusion": confusion.tolist(),
    }


def _areas(logits: Logits, labels: Labels, classes: int) -> list[float | None]:
    """One-vs-rest AUROC of each class by its probability."""
    from sklearn.metrics import roc_auc_score

    probabilities = np.exp(_log_probabilities(logits))
    areas: list[float | None] = []
    for index in range(classes):
        own = labels == index
        mixed = bool(own.any() and not own.all())
        areas.append(float(roc_auc_score(own, probabilities[:, index])) if mixed else None)
    return areas


def _log_probabilities(logits: Logits) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True, initial=-np.inf)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
