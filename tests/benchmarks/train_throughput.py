"""Our training loop against a plain one (PIL images, torchvision transforms, DataLoader), per classifier.

Network, batch size, augmentation, precision and threads are the same in both. The plain loop is run with its images
changed in its own process and in as many workers as there are cores, and the faster of the two counts. They take turns
in one run, and a figure is the median of what the turns give. The last line is one JSON object, for each classifier:

- ``ratios``: images per second of our loop over the plain loop's;
- ``network_share``: the part of the plain loop's time that the network alone takes (a loop gains 1 / share at most);
- ``epoch_over_network``: a whole epoch of ours (augmentation, training, measuring both validations and test, one
  checkpoint) over the network's bare time (forward, backward and step on a batch that is ready);
- ``precision_over_best``: pace of the precision that is chosen over that of the best of fp32 and bf16.

``augmentation_ratio`` is the pace of our augmentation alone over the transforms'. The exit status is 1 where one of the
last three misses its limit, which is then named on standard error.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from fer.classifiers.augment import as_floats, augment, draw_changes
from fer.classifiers.epoch import Tally, TrainingSet, make_optimizer, to_device, train_epoch
from fer.classifiers.evaluation import autocast, predict
from fer.classifiers.pace import measure_pace
from fer.classifiers.registry import build_classifier, known_classifiers
from fer.classifiers.stream import Stream
from fer.metrics.classification import quick_scores
from fer.runtime.device import (
    Numerics,
    Precision,
    apply_numerics,
    choose_numerics,
    cores_available,
    device_kind,
    has_fast_bf16,
    measured_paces,
)
from fer.runtime.state import pack_state
from fer.store import open_store
from fer.study import Augmentation, NumericsSpec, TrainingSpec

CLASSES = 7
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")
EPOCH = 28709
MEASURED = 3589 + 3589 + 2871
"""Images that are measured after an epoch of FER2013: validation, test, held out."""
AT_MOST = {"epoch_over_network": 1.15}
AT_LEAST = {"augmentation_ratio": 3.0, "precision_over_best": 0.95}
"""The best precision is 1.0, of which noise may take a twentieth."""


class PlainFaces(Dataset[tuple[Tensor, int]]):
    """PIL images and a chain of transforms, as tutorials have it."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64], spec: Augmentation) -> None:
        self.images = [Image.fromarray(image) for image in images]
        self.labels = labels
        self.transform = transforms.Compose(
            [
                transforms.RandomHorizontalFlip(spec.flip),
                transforms.RandomAffine(
                    spec.rotation,
                    translate=(spec.shift, spec.shift),
                    scale=(1 - spec.scale, 1 + spec.scale),
                    interpolation=transforms.InterpolationMode.BILINEAR,
                ),
                transforms.ToTensor(),
                transforms.RandomErasing(spec.erasing, scale=(0.02, 0.2)),
            ]
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.images[index]), int(self.labels[index])


class Contest:
    """One classifier, and the pieces of work whose pace is compared."""

    def __init__(self, name: str, images: NDArray[np.uint8], spec: TrainingSpec, numerics: Numerics) -> None:
        self.spec, self.numerics, self.count = spec, numerics, len(images)
        device = self.device = torch.device(numerics.device)
        labels = np.arange(self.count, dtype=np.int64) % CLASSES
        torch.manual_seed(0)
        self.model = build_classifier(name, CLASSES)
        to_device(self.model, device)
        self.optimizer = make_optimizer(self.model, spec)
        self.data = TrainingSet(
            torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device), epoch_size=self.count
        )
        self.generator = torch.Generator().manual_seed(0)
        self.stream = Stream(self.count, self.generator)
        faces = PlainFaces(images, labels, spec.augmentation)
        self.plain_loops = {
            f"plain, {workers} workers": partial(self._plain, self._loader(faces, workers))
            for workers in (0, cores_available())
        }
        self.ready = as_floats(self.data.images[: spec.batch_size]), self.data.labels[: spec.batch_size]

    def _loader(self, faces: PlainFaces, workers: int) -> DataLoader[tuple[Tensor, int]]:
        return DataLoader(
            faces,
            self.spec.batch_size,
            shuffle=True,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=self.numerics.device == "cuda",
        )

    def _step(self, faces: Tensor, labels: Tensor) -> Tensor:
        with autocast(self.numerics):
            logits = self.model(faces).float()
        loss = F.cross_entropy(logits, labels)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return loss

    def bare(self) -> None:
        """The network alone, for as many batches as an epoch has."""
        self.model.train()
        for _ in range(-(-self.count // self.spec.batch_size)):
            loss = self._step(*self.ready)
        loss.item()

    def _plain(self, loader: DataLoader[tuple[Tensor, int]]) -> None:
        self.model.train()
        for faces, labels in loader:
            loss = self._step(faces.to(self.device, non_blocking=True), labels.to(self.device, non_blocking=True))
        loss.item()

    def ours(self) -> None:
        """An epoch of our loop, without measuring."""
        train_epoch(
            self.model,
            self.optimizer,
            self.data,
            self.stream,
            self.generator,
            spec=self.spec,
            weight=None,
            epoch=0,
            epochs=1,
            numerics=self.numerics,
            tally=Tally.empty(self.device),
            after_batch=lambda _: None,
        )

    def measuring(self) -> None:
        """What follows an epoch: the measured images, in their proportion to the epoch."""
        images = self.data.images[: max(1, self.count * MEASURED // EPOCH)]
        logits = predict(self.model, images, self.numerics, lambda: None)
        quick_scores(logits, self.data.labels[: len(images)].cpu().numpy())

    def checkpoint(self, folder: Path) -> float:
        """Seconds for one checkpoint in a folder store."""
        started = time.perf_counter()
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        open_store(str(folder)).checkpoints("0" * 64).save(1, pack_state(state))
        return time.perf_counter() - started


def interleaved(work: dict[str, Callable[[], None]], rounds: int) -> list[dict[str, float]]:
    """Seconds of each piece of work in each turn, after one that warms up.

    What is compared is done within a moment, in alternating order, so that other programs disturb all of it alike.
    """
    turns = []
    for turn in range(rounds + 1):
        seconds = {}
        for name, do in sorted(work.items(), reverse=turn % 2 == 0):
            started = time.perf_counter()
            do()
            seconds[name] = time.perf_counter() - started
        turns.append(seconds)
    return turns[1:]


def median(values: Iterable[float]) -> float:
    """Of what the turns give."""
    return statistics.median(list(values))


def chosen_numerics(name: str, spec: TrainingSpec, folder: Path) -> tuple[Numerics, float]:
    """What is chosen on this machine, and its pace over that of the best of fp32 and bf16, measured again."""

    def pace(numerics: Numerics, batch_size: int = spec.batch_size) -> float:
        return measure_pace(name, CLASSES, spec.model_copy(update={"batch_size": batch_size}), numerics, lambda: None)

    chosen = choose_numerics(NumericsSpec(), name, pace, open_store(str(folder)))
    # Where bf16 is imitated, a full batch of a large network takes minutes; the answer is the same with a few images.
    batch_size = spec.batch_size if has_fast_bf16(chosen.device) else 16
    both = [Numerics(chosen.device, precision, chosen.threads) for precision in PRECISIONS]
    paces = measured_paces(both, lambda numerics: pace(numerics, batch_size), f"measure the pace of {name} again")
    apply_numerics(chosen)
    best = max(paces.values())
    return chosen, next(paces[numerics] for numerics in both if numerics.precision == chosen.precision) / best


def augmentation_ratio(images: NDArray[np.uint8], spec: TrainingSpec, numerics: Numerics, rounds: int) -> float:
    """Pace of our augmentation over the transforms', per image and with nothing else in either."""
    apply_numerics(numerics)
    faces = torch.from_numpy(images).to(numerics.device)
    plain = PlainFaces(images, np.zeros(len(images), dtype=np.int64), spec.augmentation)
    generator = torch.Generator().manual_seed(0)

    def ours() -> None:
        drawn = (part.to(numerics.device) for part in draw_changes(spec.augmentation, len(faces), 48, generator))
        for batch, matrices, rectangles in zip(
            torch.split(faces, spec.batch_size), *(torch.split(part, spec.batch_size) for part in drawn), strict=True
        ):
            changed = augment(batch, matrices, rectangles)
        changed.sum().item()

    def transformed() -> None:
        for index in range(len(plain)):
            _ = plain[index]

    turns = interleaved({"ours": ours, "plain": transformed}, rounds)
    return median(turn["plain"] / turn["ours"] for turn in turns)


def compared(name: str, images: NDArray[np.uint8], rounds: int) -> dict[str, float]:
    """The figures of one classifier."""
    spec = TrainingSpec()
    with tempfile.TemporaryDirectory() as scratch:
        numerics, over_best = chosen_numerics(name, spec, Path(scratch, "choices"))
        contest = Contest(name, images, spec, numerics)
        work = {work.__name__: work for work in (contest.bare, contest.ours, contest.measuring)}
        turns = interleaved(work | contest.plain_loops, rounds)
        checkpoint = contest.checkpoint(Path(scratch, "store")) * contest.count / EPOCH
    plain = min(contest.plain_loops, key=lambda loop: median(turn[loop] for turn in turns))
    figures = {
        "ratios": median(turn[plain] / turn["ours"] for turn in turns),
        "network_share": median(turn["bare"] / turn[plain] for turn in turns),
        "epoch_over_network": median((turn["ours"] + turn["measuring"] + checkpoint) / turn["bare"] for turn in turns),
        "precision_over_best": over_best,
    }
    pace = {name: contest.count / median(turn[name] for turn in turns) for name in ("ours", plain, "bare")}
    print(
        f"{name:20} {numerics.precision} x {numerics.threads}  images/s: "
        + ", ".join(f"{key} {value:.0f}" for key, value in pace.items())
        + "; "
        + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()),
        flush=True,
    )
    return figures


def missed(result: Mapping[str, Any]) -> list[str]:
    """In words, every figure of the result that misses its limit."""
    lines = []
    for figure, limit in {**AT_MOST, **AT_LEAST}.items():
        value = result[figure]
        for name, found in value.items() if isinstance(value, dict) else [("", value)]:
            if figure in AT_MOST and found > limit:
                lines.append(f"{figure} {name}".strip() + f" is {found}; at most {limit} is allowed")
            elif figure in AT_LEAST and found < limit:
                lines.append(f"{figure} {name}".strip() + f" is {found}; at least {limit} is needed")
    return lines


def main() -> int:
    """Print a line per classifier and the JSON object; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifiers", nargs="+", default=known_classifiers(), metavar="NAME")
    parser.add_argument("--images", type=int, default=1024, help="images of one turn; a multiple of 128")
    parser.add_argument("--rounds", type=int, default=7, help="turns of which the median is taken")
    parser.add_argument("--quick", action="store_true", help="128 images and 5 rounds")
    arguments = parser.parse_args()
    count, rounds = (128, 5) if arguments.quick else (arguments.images, arguments.rounds)
    images = np.random.default_rng(0).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    figures: dict[str, dict[str, float]] = {}
    for name in arguments.classifiers:
        for figure, value in compared(name, images, rounds).items():
            figures.setdefault(figure, {})[name] = round(value, 3)
    one_thread = Numerics("cuda" if torch.cuda.is_available() else "cpu", "fp32", 1)
    ratio = augmentation_ratio(images, TrainingSpec(), one_thread, rounds)
    result = {**figures, "augmentation_ratio": round(ratio, 1), "device": device_kind(), "images": count}
    print(json.dumps(result), flush=True)
    for line in (lines := missed(result)):
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
