"""A block of labelled samples from one joint network, or from one network per class. Goes on where it was stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fer.data.proportions import label_sequence
from fer.errors import RequestError
from fer.generators.artifact import read_description, save_labelled, seen_per_class, write_json
from fer.generators.base import Images, Labels
from fer.generators.registry import get_generator
from fer.generators.sampling import aligned_batches, number_within_label
from fer.generators.sheets import first_of_each, write_sheet
from fer.runtime.progress import progress
from fer.runtime.saving import CheckpointTimer

if TYPE_CHECKING:
    from fer.runtime.device import Numerics
    from fer.runtime.work import Work

SECONDS_BETWEEN_CHECKPOINTS = 60.0
_CHECKPOINT = "images.bin"


@dataclass(frozen=True)
class _Share:
    """What one network contributes to the block."""

    folder: Path
    places: Labels
    """Where in the block its samples go, ascending."""
    labels: Labels
    """Their labels."""
    numbers: Labels
    """Their numbers among the samples of the same label."""
    first: int
    """Position of the first of them in the network's whole sequence of samples, which the batches are aligned to."""


def generate_block(
    model: str,
    folders: Sequence[Path],
    classes: Sequence[str],
    counts: tuple[int, ...],
    *,
    volume: int,
    size: int,
    seed: int,
    sampling: dict[str, Any],
    numerics: "Numerics",
    work: "Work",
) -> None:
    """Write samples ``(volume - 1) * size`` to ``volume * size`` of a trained generator into ``work.folder``.

    folders: the artifact of the one joint network, or that of each class's own network, in any order. classes: the data
    set's class names. counts: whole numbers whose proportions the labels follow (the real class counts, or equal ones).
    sampling: how samples are made, as the study gives it. Sample i has the same label and the same bits whatever
    ``size`` is; volume k continues volume k - 1. A generator that holds only so many samples of a class brings those:
    the block is smaller then, and a mix that needs more of them says so.

    Written are ``samples.npz`` (images uint8 (n, 48, 48), labels int64 (n,), positions in ``classes``; n is ``size``
    or less), ``synthetic.json`` and ``sheet.png``. Raises RequestError where the networks do not cover the classes, or
    where no sample is left for the block; Stopped once a requested stop is saved.
    """
    start = (volume - 1) * size
    labels = label_sequence(counts, start, size)
    before = np.bincount(label_sequence(counts, 0, start), minlength=len(classes))
    numbers = number_within_label(labels, before)
    generator = get_generator(model)
    available = generator.available(folders, classes)
    if available is not None:
        there = numbers < np.array(available)[labels]
        if not there.any():
            raise RequestError(
                f"generator {model}: holds {sum(available)} images, and none is left for volume {volume}; add images"
            )
        labels, numbers = labels[there], numbers[there]
    shares = _shares(folders, classes, start, labels, numbers)
    order = np.concatenate([share.places for share in shares])
    images = np.empty((len(labels), 48, 48), dtype=np.uint8)
    done = _resume(work, images, order)
    timer = CheckpointTimer(SECONDS_BETWEEN_CHECKPOINTS)
    passed = 0
    with progress(len(labels), f"samples of {model}", "image", done) as bar:
        for share in shares:
            if passed + len(share.places) <= done:
                passed += len(share.places)
                continue
            network = generator.load(share.folder, classes, sampling, numerics)
            for batch in aligned_batches(share.first, len(share.places)):
                wanted = batch.rows[batch.wanted]
                if passed >= done:
                    samples = network.sample(share.labels[batch.rows], share.numbers[batch.rows], seed)
                    images[share.places[wanted]] = samples[batch.wanted]
                    bar.update(len(wanted))
                passed += len(wanted)
                if work.stop.requested or timer.due():
                    with timer.saving():
                        _save(work, max(passed, done), images, order)
                    work.stop.check()
    save_labelled(work.folder / "samples.npz", images, labels)
    write_sheet(work.folder / "sheet.png", [images[places] for places in first_of_each(labels, len(classes))], classes)
    described = {
        "model": model,
        "classes": list(classes),
        "images": seen_per_class(labels, classes),
        "volume": volume,
        "first": start,
        "seed": seed,
        "sampling": sampling,
        "networks": [read_description(share.folder) for share in shares],
    }
    write_json(work.folder / "synthetic.json", described)


def _shares(
    folders: Sequence[Path], classes: Sequence[str], start: int, labels: Labels, numbers: Labels
) -> list[_Share]:
    trained = {tuple(read_description(folder)["classes"]): folder for folder in folders}
    joint = trained.get(tuple(classes))
    if joint is not None and len(folders) == 1:
        return [_Share(joint, np.arange(len(labels)), labels, numbers, start)]
    if sorted(trained) != sorted((name,) for name in classes) or len(folders) != len(classes):
        have = "; ".join(", ".join(names) for names in trained)
        raise RequestError(
            f"the trained networks are for {have}; needed is one for all of {', '.join(classes)}, or one for each"
        )
    shares = []
    for label, name in enumerate(classes):
        places = np.flatnonzero(labels == label)
        if len(places):
            shares.append(_Share(trained[(name,)], places, labels[places], numbers[places], int(numbers[places[0]])))
    return shares


def _resume(work: "Work", images: Images, order: Labels) -> int:
    """Fill in the samples of a checkpoint; returns how many there were."""
    checkpoint = work.checkpoints.load()
    if checkpoint is None:
        return 0
    done, files = checkpoint
    images[order[:done]] = np.frombuffer(files[_CHECKPOINT], dtype=np.uint8).reshape(done, 48, 48)
    return done


def _save(work: "Work", done: int, images: Images, order: Labels) -> None:
    work.checkpoints.save(done, {_CHECKPOINT: images[order[:done]].tobytes()})
