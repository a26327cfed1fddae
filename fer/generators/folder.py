"""``folder:<uri>``: images that somebody already has, in class folders, handed out as if a generator had made them."""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fer.data.images import read_image_folder
from fer.errors import RequestError
from fer.generators.artifact import (
    DESCRIPTION,
    load_labelled,
    read_description,
    save_labelled,
    seen_per_class,
    write_json,
)
from fer.generators.base import Images, Labels
from fer.generators.sheets import first_of_each, write_sheet
from fer.store.uris import fetch_uri

if TYPE_CHECKING:
    from fer.evaluators.judge import Judge
    from fer.runtime.device import Numerics
    from fer.runtime.work import Work

_IMAGES = "images.npz"


class FolderGenerator:
    """The entry of ``folder:<uri>``, a folder or zip of class folders at a path or store URI."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def check_options(self, name: str, options: dict[str, Any]) -> None:
        """There is nothing to configure: raises RequestError for any option."""
        for key in options:
            raise RequestError(f"generators.{name}.options.{key}: unknown key; a folder of images has no options")

    def check_sampling(self, name: str, sampling: dict[str, Any]) -> None:
        """The images are as they are: raises RequestError for any setting."""
        for key in sampling:
            raise RequestError(f"generators.{name}.sampling.{key}: unknown key; a folder of images is not sampled")

    def images_per_second(self, classes: int, options: dict[str, Any], numerics: "Numerics") -> float:  # noqa: ARG002
        """Without limit, since nothing is trained."""
        return math.inf

    def train(
        self,
        images: Images,  # noqa: ARG002 - the real images are not looked at
        labels: Labels,  # noqa: ARG002
        classes: Sequence[str],
        *,
        kimg: float,  # noqa: ARG002
        options: dict[str, Any],
        seed: int,  # noqa: ARG002
        numerics: "Numerics",  # noqa: ARG002
        judge: "Judge | None",  # noqa: ARG002
        work: "Work",
    ) -> None:
        """Read the images and keep them, in ``images.npz`` (labels are positions in ``classes``).

        ``generator.json`` and a sheet are written too. Raises RequestError for a class folder that is none of
        ``classes``, for one of ``classes`` without images, and for images that cannot be read.
        """
        self.check_options(f"folder:{self.uri}", options)
        with tempfile.TemporaryDirectory() as scratch:
            found = read_image_folder(fetch_uri(self.uri, Path(scratch)), classes)
        save_labelled(work.folder / _IMAGES, found.images, found.labels)
        rows = [found.images[places] for places in first_of_each(found.labels, len(classes))]
        write_sheet(work.folder / "sheets" / "images.png", rows, classes)
        described = {
            "model": f"folder:{self.uri}",
            "classes": list(classes),
            "images": seen_per_class(found.labels, classes),
        }
        write_json(work.folder / DESCRIPTION, described)

    def available(self, folders: Sequence[Path], classes: Sequence[str]) -> list[int]:
        """Images of each class."""
        counts = [read_description(folder)["images"] for folder in folders]
        return [sum(count.get(name, 0) for count in counts) for name in classes]

    def load(
        self,
        folder: Path,
        classes: Sequence[str],
        sampling: dict[str, Any],  # noqa: ARG002
        numerics: "Numerics",  # noqa: ARG002
    ) -> "FolderSamples":
        """The images of an artifact that ``train`` has written for the same ``classes``."""
        images, labels = load_labelled(folder / _IMAGES)
        return FolderSamples(images, labels, classes)


class FolderSamples:
    """Somebody's images, each handed out at most once."""

    def __init__(self, images: Images, labels: Labels, classes: Sequence[str]) -> None:
        self._images = images
        self._classes = classes
        self._labels = labels

    def sample(self, labels: Labels, indices: Labels, seed: int) -> Images:
        """The images with these numbers in a shuffled order of their class; ``seed`` decides the order.

        Raises RequestError where a class has no image of that number.
        """
        chosen = np.empty(len(labels), dtype=np.int64)
        for label in np.unique(labels):
            members = np.flatnonzero(self._labels == label)
            numbers = indices[labels == label]
            if numbers.max() >= len(members):
                raise RequestError(
                    f"class {self._classes[label]} has {len(members)} images, but {int(numbers.max()) + 1} are needed"
                )
            order = np.random.default_rng([seed, int(label)]).permutation(len(members))
            chosen[labels == label] = members[order[numbers]]
        return self._images[chosen]
