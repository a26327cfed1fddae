"""The training run of a generator: from images to an artifact, with history, a judge, checkpoints and a watch."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fer.errors import RequestError
from fer.generators.artifact import DESCRIPTION, PREFERRED, WEIGHTS, seen_per_class, write_json
from fer.generators.assignment import Assignment
from fer.generators.base import Images
from fer.generators.history import Row, Snapshot, divergence, write_history, write_snapshots
from fer.generators.randomness import images_shown, step_random
from fer.generators.sampling import BATCH, number_within_label
from fer.generators.sheets import COLUMNS, write_sheet
from fer.generators.trainer import Trainer
from fer.generators.weights import save_weights
from fer.runtime.device import Numerics, apply_numerics
from fer.runtime.progress import Progress, progress
from fer.runtime.saving import CheckpointTimer
from fer.runtime.state import pack_state, unpack_state
from fer.runtime.work import Work

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_CHECKPOINTS = 60.0
_KEPT = "kept"  # sorts after the numbers of images that name the other sheets


@dataclass(frozen=True)
class Saved:
    """A checkpoint that training goes on from."""

    step: int
    state: Mapping[str, Any]

    @classmethod
    def of(cls, work: Work) -> "Saved | None":
        """The work's newest checkpoint, if it has any."""
        checkpoint = work.checkpoints.load()
        return None if checkpoint is None else cls(checkpoint[0], unpack_state(checkpoint[1]))

    def numerics(self, device: str) -> Numerics:
        """What it was trained with until then: with it the bits stay the same."""
        return Numerics(**{**self.state["numerics"], "device": device})


class Training:
    """One network's training; ``run`` reads from top to bottom."""

    def __init__(
        self, assignment: Assignment, trainer: Trainer, numerics: Numerics, work: Work, saved: Saved | None
    ) -> None:
        """``trainer``: of new networks, with ``numerics``; ``saved``: what to go on from."""
        self._assignment, self._trainer, self._numerics, self._work = assignment, trainer, numerics, work
        self._device = torch.device(numerics.device)
        self._images = torch.from_numpy(assignment.images).unsqueeze(1).to(self._device)
        self._labels = torch.from_numpy(assignment.labels).to(self._device)
        self._batch = assignment.schedule.batch_size
        self._steps = max(1, round(assignment.schedule.kimg * 1000 / self._batch))
        self._step = 0
        self._rows: list[Row] = []
        self._snapshots: list[Snapshot] = []
        self._diverged: str | None = None
        self._figures = torch.zeros(len(trainer.figures), device=self._device)  # over the steps since the last row
        self._steps_in_row = 0
        self._good = self._preferred = self._average()
        self._good_kimg = 0.0
        self._sheets: dict[str, Tensor] = {}  # by the images shown until then
        self._before, self._since = 0.0, time.monotonic()
        self._timer = CheckpointTimer(SECONDS_BETWEEN_CHECKPOINTS)
        if saved is not None:
            self._restore(saved.step, saved.state)

    def run(self) -> None:
        """Train to the budget or until divergence, then write the artifact.

        Raises RequestError where training diverged before there was anything worth keeping.
        """
        with progress(
            self._steps * self._batch, f"training {self._assignment.model}", "image", self._step * self._batch
        ) as bar:
            while self._step < self._steps and self._diverged is None:
                self._one_step()
                bar.update(self._batch)
                self._account(bar)
                if self._work.stop.requested or self._timer.due():
                    self._save()
                    self._work.stop.check()
        self._write()

    def _one_step(self) -> None:
        before = self._step * self._batch
        shown = images_shown(len(self._images), before, self._batch, self._assignment.seed)
        chosen = torch.from_numpy(shown).to(self._device)
        random = step_random(self._assignment.seed, self._step)
        self._figures += self._trainer.step(self._images[chosen], self._labels[chosen], random, before)
        self._step += 1
        self._steps_in_row += 1

    def _account(self, bar: Progress) -> None:
        """Close a row of the history and take a snapshot where one is due."""
        if self._crossed(self._assignment.schedule.row_kimg) or self._step == self._steps:
            self._close_row(bar)
        if self._diverged is None and (
            self._crossed(self._assignment.schedule.snapshot_kimg) or self._step == self._steps
        ):
            with self._not_counted() as seconds:
                self._snapshot(seconds, bar)

    def _close_row(self, bar: Progress) -> None:
        means = (self._figures / self._steps_in_row).tolist()  # waits for the device
        seconds = self._seconds()
        spent = seconds - (self._rows[-1].seconds if self._rows else 0.0)
        pace = self._steps_in_row * self._batch / spent if spent > 0 else 0.0
        figures = dict(zip(self._trainer.figures, means, strict=True))
        row = Row(self._shown(self._step), round(seconds, 3), round(pace, 2), figures)
        self._rows.append(row)
        self._figures.zero_()
        self._steps_in_row = 0
        bar.note(**{name: value for name, value in figures.items() if name.endswith("loss")})
        limits = self._trainer.beyond_limits
        self._diverged = self._broken() or divergence(self._rows, limits, ended=self._step == self._steps)
        if self._diverged is None and row.is_good(limits):
            self._good, self._good_kimg = self._average(), row.kimg

    def _snapshot(self, seconds: float, bar: Progress) -> None:
        """Draw a sheet, and hear the judge."""
        self._diverged = self._broken()
        if self._diverged is not None:
            return
        self._sheets[f"{self._step * self._batch:09d}"] = self._sheet()
        self._hear_judge(self._shown(self._step), seconds)
        bar.note(agreement=self._snapshots[-1].agreement, frechet=self._snapshots[-1].frechet)

    def _broken(self) -> str | None:
        """What is wrong with the averaged weights: no figure shows what a lazy step has done to them."""
        if all(tensor.isfinite().all() for tensor in self._trainer.average.state_dict().values()):
            return None
        return f"a weight was no finite number at {self._shown(self._step):g} kimg"

    def _hear_judge(self, kimg: float, seconds: float) -> None:
        """Keep the averaged weights where the judge prefers them to all before."""
        verdict = self._assignment.judge.verdict(self._samples_for_judge())
        if verdict.frechet <= min((earlier.frechet for earlier in self._snapshots), default=verdict.frechet):
            self._preferred = self._average()
        fault = self._assignment.judge.label_fault(verdict)
        figures = (verdict.agreement, verdict.chance, verdict.frechet)
        self._snapshots.append(Snapshot(kimg, round(seconds, 3), *figures, fault))

    def _shown(self, step: int) -> float:
        return step * self._batch / 1000

    def _crossed(self, kimg: float) -> bool:
        images = kimg * 1000
        return self._step * self._batch // images > (self._step - 1) * self._batch // images

    def _seconds(self) -> float:
        return self._before + time.monotonic() - self._since

    @contextmanager
    def _not_counted(self) -> Iterator[float]:
        """Time spent within is not training; gives the seconds spent in training until then."""
        before = self._seconds()
        yield before
        self._before, self._since = before, time.monotonic()

    def _average(self) -> dict[str, Tensor]:
        return {name: tensor.clone() for name, tensor in self._trainer.average.state_dict().items()}

    def _sheet(self) -> Tensor:
        """The same COLUMNS samples of every class each time, uint8 (classes, COLUMNS, 48, 48)."""
        count = len(self._assignment.classes)
        labels = np.repeat(np.arange(count), COLUMNS)
        numbers = np.tile(np.arange(COLUMNS), count)
        samples = self._trainer.sampler().sample(labels, numbers, self._assignment.seed)
        return torch.from_numpy(samples.reshape(count, COLUMNS, *samples.shape[1:]))

    def _samples_for_judge(self) -> Images:
        """The same samples each time, and none of those that ``generate`` makes: who chooses must not see them."""
        seed = int(np.random.SeedSequence([self._assignment.seed, 1]).generate_state(1)[0])
        asked, sampler = self._assignment.judge.asked, self._trainer.sampler()
        numbers = number_within_label(asked, np.zeros(len(self._assignment.classes), dtype=np.int64))
        parts = [slice(first, first + BATCH) for first in range(0, len(asked), BATCH)]
        return np.concatenate([sampler.sample(asked[part], numbers[part], seed) for part in parts])

    def _save(self) -> None:
        with self._not_counted() as seconds, self._timer.saving():
            state: dict[str, Any] = {
                "numerics": asdict(self._numerics),
                "trainer": self._trainer.state(),
                "rows": [asdict(row) for row in self._rows],
                "snapshots": [asdict(snapshot) for snapshot in self._snapshots],
                "diverged": self._diverged,
                "figures": self._figures,
                "steps_in_row": self._steps_in_row,
                "good": self._good,
                "good_kimg": self._good_kimg,
                "preferred": self._preferred,
                "sheets": self._sheets,
                "seconds": seconds,
            }
            self._work.checkpoints.save(self._step, pack_state(state))

    def _restore(self, step: int, state: Mapping[str, Any]) -> None:
        self._step = step
        self._trainer.restore(state["trainer"])
        self._rows = [Row(**row) for row in state["rows"]]
        self._snapshots = [Snapshot(**snapshot) for snapshot in state["snapshots"]]
        self._diverged = state["diverged"]
        self._figures = state["figures"].to(self._device)
        self._steps_in_row = state["steps_in_row"]
        self._good, self._preferred = (
            {name: tensor.to(self._device) for name, tensor in state[kept].items()} for kept in ("good", "preferred")
        )
        self._good_kimg = state["good_kimg"]
        self._sheets = state["sheets"]
        self._before = state["seconds"]

    def _write(self) -> None:
        folder = self._work.folder
        if self._diverged is not None:
            self._keep_good(self._diverged)
        save_weights(folder / WEIGHTS, self._average())
        save_weights(folder / PREFERRED, self._preferred)
        write_history(folder / "history.csv", self._rows)
        write_snapshots(folder / "snapshots.csv", self._snapshots)
        for name, rows in self._sheets.items():
            write_sheet(folder / "sheets" / f"{name}.png", list(rows.numpy()), self._assignment.classes)
        fault = _preferred(self._snapshots).label_fault
        if fault is not None:
            logger.warning("generator %s: %s", self._assignment.model, fault)
        write_json(folder / DESCRIPTION, self._description())

    def _keep_good(self, reason: str) -> None:
        """Go back to the last good weights, and draw their sheet."""
        kept = self._good_kimg
        if kept == 0:
            raise RequestError(
                f"generator {self._assignment.model} diverged at {self._shown(self._step):g} kimg, before it had any "
                f"good weights ({reason}); {self._trainer.advice()}"
            )
        logger.warning(
            "generator %s diverged: %s; the weights of %g kimg are kept", self._assignment.model, reason, kept
        )
        self._trainer.average.load_state_dict(self._good)
        self._sheets[_KEPT] = self._sheet()
        self._hear_judge(kept, self._seconds())

    def _description(self) -> dict[str, Any]:
        reason = self._diverged
        return {
            "model": self._assignment.model,
            "side": self._images.shape[-1],
            "classes": list(self._assignment.classes),
            "images": seen_per_class(self._assignment.labels, self._assignment.classes),
            "kimg": self._assignment.schedule.kimg,
            "kimg_shown": self._shown(self._step),
            "diverged": None if reason is None else {"reason": reason, "weights_of_kimg": self._good_kimg},
            "judge": {
                "samples": len(self._assignment.judge.asked),
                "preferred": _without_time(_preferred(self._snapshots)),
                "last": _without_time(self._snapshots[-1]),
            },
            "options": dict(self._assignment.options),
            "seed": self._assignment.seed,
            "numerics": asdict(self._numerics),
            "parameters": self._trainer.parameters(),
        }


def train_network(
    assignment: Assignment, make_trainer: Callable[[Numerics], Trainer], numerics: Numerics, work: Work
) -> None:
    """Train one network from its beginning, or from its checkpoint with the precision and threads named there.

    ``make_trainer`` is called once precision and threads are applied.
    """
    saved = Saved.of(work)
    if saved is not None:
        numerics = saved.numerics(numerics.device)
    apply_numerics(numerics)
    Training(assignment, make_trainer(numerics), numerics, work, saved).run()


def _preferred(snapshots: Sequence[Snapshot]) -> Snapshot:
    """The last of those with the smallest distance."""
    return min(reversed(snapshots), key=lambda snapshot: snapshot.frechet)


def _without_time(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot for the description, which is the same whenever the same network is trained."""
    return {name: value for name, value in asdict(snapshot).items() if name != "seconds"}
