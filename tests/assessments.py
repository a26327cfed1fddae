"""An assessment whose every figure is made up, in the shape in which `fer assess` writes it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from fer.report.planes import HELD_OUT, SAMPLES, TRAINING, Plane

SAMPLED = 28709
PER_ORIGIN = 350
"""Points of each origin in the planes, if no other number is asked for."""


def assessment_figures(classes: tuple[str, ...], *, inception: bool = False) -> dict[str, Any]:
    """assessment.json. The second class has too few images for figures of its own."""
    sources = ("features", "judge", *(("inception",) if inception else ()))
    return {
        "samples": SAMPLED,
        "classes": list(classes),
        "networks": {
            "features": {"classifier": "convnext_tiny", "validation_accuracy": 0.61},
            "judge": {"classifier": "cnn", "validation_accuracy": 0.58},
            "reader": {"classifier": "resnet18", "validation_accuracy": 0.6},
            "inception": {"weights": "a" * 64} if inception else None,
        },
        "counts": counts(classes),
        "pixels": pixels(classes),
        "copies": copies(),
        "distances": {source: distances(classes, 10.0 * place) for place, source in enumerate(sources, start=1)},
        "divergence": {"images": 2000, "tsne": divergence(classes, 0.5), "pca": divergence(classes, 0.3)},
        "fidelity": {"reader": fidelity(classes, "resnet18", 0.6), "judge": fidelity(classes, "cnn", 0.8)},
        "memorisation": {"pixels": memorisation(7.25), "features": memorisation(3.5)},
        "diversity": {
            "images": 3000,
            **diverse(9.0, 12.0, error=0.1),
            "per_class": per_class(classes, {"images": 400, **diverse(8.0, 10.0, error=0.4)}),
        },
    }


def diverse(synthetic: float, real: float, error: float) -> dict[str, float]:
    """Mean distances within classes."""
    return {"synthetic": synthetic, "synthetic_error": error, "real": real, "real_error": error / 2}


def per_class(classes: tuple[str, ...], figures: dict[str, Any]) -> dict[str, Any]:
    """The same figures for every class, and none for the second."""
    return {name: None if place == 1 else figures for place, name in enumerate(classes)}


def counts(classes: tuple[str, ...]) -> dict[str, Any]:
    """Two of the first class are missing."""
    asked = {name: 1000 + 111 * place for place, name in enumerate(classes)}
    return {"asked": asked, "made": {**asked, classes[0]: 998}}


def pixels(classes: tuple[str, ...]) -> dict[str, Any]:
    """Samples that are flatter than real images."""
    statistics = {"mean": 127.2, "contrast": 48.1, "saturated": 0.012, "mean_image_distance": 3.4}
    real = {"mean": 129.5, "contrast": 57.3, "saturated": 0.021, "mean_image_distance": 2.2}
    beside = {"images": 512, "synthetic": statistics, "real": real}
    return {"overall": beside, "per_class": per_class(classes, beside)}


def copies() -> dict[str, Any]:
    """A few exact copies, of which real images without duplicates have none."""
    return {
        "images": SAMPLED,
        "of_training": 17,
        "of_real": 19,
        "duplicates": 23,
        "equal_number": {
            "images": 6500,
            "synthetic": {"of_training": 3, "duplicates": 5},
            "real": {"of_training": 0, "duplicates": 0},
        },
    }


def distances(classes: tuple[str, ...], frechet: float) -> dict[str, Any]:
    """Samples at a Fréchet distance, real images at a tenth of it."""
    errors = {"density_error": 0.012, "coverage_error": 0.008}
    rest = {"precision": 0.71, "recall": 0.32, "density": 0.93, "coverage": 0.55, **errors}
    floor = {"precision": 0.85, "recall": 0.86, "density": 1.01, "coverage": 0.96, **errors}
    of_class = {"kid": 0.02, "kid_error": 0.001, "coverage": 0.4}
    floor_of_class = {"kid": 0.0005, "kid_error": 0.0002, "coverage": 0.94}
    return {
        "images": 6500,
        "synthetic": {"fid": frechet, "kid": 0.0123, "kid_error": 0.0004, **rest},
        "real": {"fid": frechet / 10, "kid": 0.0002, "kid_error": 0.0001, **floor},
        "per_class": per_class(classes, {"images": 55, "synthetic": of_class, "real": floor_of_class}),
    }


def divergence(classes: tuple[str, ...], value: float) -> dict[str, Any]:
    """A distance that grows with bins and falls with images."""
    numbers = [(2000, 0.0), (1000, 0.03), (500, 0.06), (250, 0.1)]
    return {
        "bins": 20,
        "synthetic": value,
        "real": value / 4,
        "per_class": per_class(classes, {"images": 55, "synthetic": value + 0.1, "real": value / 2}),
        "by_bins": [
            {"bins": bins, "synthetic": value + added, "real": value / 4 + added}
            for bins, added in ((10, -0.05), (20, 0.0), (40, 0.08), (80, 0.17))
        ],
        "by_images": [
            {"images": images, "synthetic": value + added, "real": value / 4 + added} for images, added in numbers
        ],
    }


def fidelity(classes: tuple[str, ...], classifier: str, agreement: float) -> dict[str, Any]:
    """Of 100 samples of each class so many are read as asked for, the others as the next class."""
    right = round(100 * agreement)
    confusion = np.zeros((len(classes), len(classes)), dtype=int)
    for place in range(len(classes)):
        confusion[place, place] = right
        confusion[place, (place + 1) % len(classes)] += 100 - right
    return {
        "classifier": classifier,
        "images": 100 * len(classes),
        "agreement": agreement,
        "chance": 0.17,
        "confusion": confusion.tolist(),
        "label_fault": None,
        "real": {"images": 6500, "agreement": 0.62, "confusion": confusion.tolist()},
    }


def memorisation(median: float) -> dict[str, Any]:
    """Samples that are a little nearer to training images than held-out ones are."""
    return {
        "images": 3000,
        "training": 27000,
        "synthetic": {"median": median},
        "real": {"median": median + 0.5},
        "near_copies": {"threshold": median / 2, "synthetic": 0.012, "real": 0.009},
        "membership": {"members": 3000, "others": 2900, "auc": 0.523, "auc_error": 0.008},
    }


def plane(classes: tuple[str, ...], per_origin: int = PER_ORIGIN) -> Plane:
    """A cloud for each class; held-out images lie as training images do, samples are shifted and narrower."""
    noise = np.random.default_rng(0)
    labels = np.tile(np.arange(per_origin) % len(classes), 3)
    origin = np.repeat([TRAINING, HELD_OUT, SAMPLES], per_origin)
    angles = 2 * np.pi * labels / len(classes)
    centres = 12 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    width = np.where(origin == SAMPLES, 1.5, 3.0)[:, None]
    tsne = centres + width * noise.normal(size=(len(labels), 2)) + 2.0 * (origin == SAMPLES)[:, None]
    pca = 0.4 * centres + width * noise.normal(size=(len(labels), 2))
    return Plane(tsne.astype("f4"), pca.astype("f4"), origin.astype("u1"), labels.astype("u1"))


def save_plane(path: Path, classes: tuple[str, ...], per_origin: int = PER_ORIGIN) -> None:
    """The same as a file."""
    np.savez(path, **asdict(plane(classes, per_origin)))
