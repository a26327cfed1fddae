"""Files that artifacts of generators and sets of samples share: JSON descriptions, arrays without pickles."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from fer.errors import RequestError
from fer.generators.base import Images, Labels

DESCRIPTION = "generator.json"
WEIGHTS = "weights.safetensors"
"""The averaged weights at the end of training, or where it diverged the last good ones before."""
PREFERRED = "preferred.safetensors"
"""The averaged weights of the snapshot that the judge preferred."""


Snapshot = Literal["preferred", "last"]
"""Which of them samples are made with."""

Form = TypeVar("Form", bound=BaseModel)


def weights_file(snapshot: Snapshot) -> str:
    """The name of the file with these weights."""
    return PREFERRED if snapshot == "preferred" else WEIGHTS


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write indented JSON under a temporary name and rename it."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    unfinished.replace(path)


def read_description(folder: Path) -> dict[str, Any]:
    """A generator's ``generator.json``. Raises RequestError where the folder holds none that can be read."""
    path = folder / DESCRIPTION
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError(f"{path}: is not the description of a trained generator ({error})") from None
    if not isinstance(described, dict):
        raise RequestError(f"{path}: is not the description of a trained generator (no JSON object)")
    return described


def read_network(folder: Path, form: type[Form]) -> Form:
    """What ``generator.json`` says of the network to build, as ``form``; other keys are passed over.

    Raises RequestError where the folder holds no description that can be read, or one of another kind of network.
    """
    try:
        return form.model_validate(read_description(folder))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise RequestError(
            f"{folder / DESCRIPTION}: does not describe a network of this kind ({place}: {problem['msg']})"
        ) from None


def save_labelled(path: Path, images: Images, labels: Labels) -> None:
    """Write ``images`` uint8 (n, 48, 48) and ``labels`` int64 (n,) as an npz file without pickles."""
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, images=images, labels=labels)
    unfinished.replace(path)


def load_labelled(path: Path) -> tuple[Images, Labels]:
    """Images and labels that ``save_labelled`` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]


def seen_per_class(labels: Labels, classes: Sequence[str]) -> dict[str, int]:
    """Images of each class, by its name."""
    counts = np.bincount(labels, minlength=len(classes))
    return {name: int(count) for name, count in zip(classes, counts, strict=True)}
