"""The training run of a cGAN: from images to an artifact, with history, checkpoints and a watch for divergence."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fer.errors import RequestError
from fer.generators.artifact import DESCRIPTION, seen_per_class, write_json
from fer.generators.base import Images, Labels
from fer.generators.cgan.config import CganOptions
from fer.generators.cgan.history import Row, divergence, write_history
from fer.generators.cgan.samples import CganSamples, save_weights
from fer.generators.cgan.step import Trainer
from fer.generators.randomness import images_shown, step_random
from fer.generators.sheets import COLUMNS, write_sheet
from fer.runtime.device import Numerics, apply_numerics
from fer.runtime.progress import Progress, progress
from fer.runtime.state import pack_state, unpack_state
from fer.runtime.work import Work

logger = logging.getLogger(__name__)

MODEL = "cgan-48"
ROW_KIMG = 1.0
"""Thousands of images between two rows of the history, at which the watch looks."""
SECONDS_BETWEEN_CHECKPOINTS = 60.0
_FIGURES = 6
_KEPT = "kept"  # sorts after the numbers of images that name the other sheets


class Training:
    """One network's training; ``run`` reads from top to bottom."""

    def __init__(
        self,
        images: Images,
        labels: Labels,
        classes: Sequence[str],
        *,
        kimg: float,
        options: CganOptions,
        seed: int,
        numerics: Numerics,
        work: Work,
    ) -> None:
        self._seen = seen_per_class(labels, classes)
        absent = [name for name, count in self._seen.items() if count == 0]
        if absent:
            raise RequestError(
                f"generator {MODEL}: there is no image of {', '.join(absent)} to learn from; it needs some of each"
            )
        checkpoint = work.checkpoints.load()
        saved = None if checkpoint is None else unpack_state(checkpoint[1])
        if saved is not None:  # with the checkpoint's precision and threads the bits stay the same
            numerics = Numerics(**{**saved["numerics"], "device": numerics.device})
        apply_numerics(numerics)
        self._device = torch.device(numerics.device)
        self._images = torch.from_numpy(images).unsqueeze(1).to(self._device)
        self._labels = torch.from_numpy(labels).to(self._device)
        self._classes, self._kimg, self._options, self._seed = classes, kimg, options, seed
        self._numerics, self._work = numerics, work
        self._trainer = Trainer(options, len(classes), seed, self._device, numerics.precision)
        self._steps = max(1, round(kimg * 1000 / options.batch_size))
        self._step = 0
        self._rows: list[Row] = []
        self._diverged: str | None = None
        self._figures = torch.zeros(_FIGURES, device=self._device)  # summed over the steps since the last row
        self._steps_in_row = 0
        self._good = self._average()
        self._sheets: dict[str, Tensor] = {}  # by the images shown until then
        self._seconds_before, self._started = 0.0, time.monotonic()
        if checkpoint is not None and saved is not None:
            self._restore(checkpoint[0], saved)

    def run(self) -> None:
        """Train to the budget or until divergence, then write the artifact.

        Raises RequestError where training diverged before there was anything worth keeping.
        """
        batch = self._options.batch_size
        saved = time.monotonic()
        total = self._steps * batch
        with progress(total, f"training {MODEL}", "image", self._step * batch) as bar:
            while self._step < self._steps and self._diverged is None:
                self._one_step()
                bar.update(batch)
                self._account(bar)
                if self._work.stop.requested or time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
                    self._save()
                    self._work.stop.check()
                    saved = time.monotonic()
        self._write()

    def _one_step(self) -> None:
        batch = self._options.batch_size
        shown = images_shown(len(self._images), self._step * batch, batch, self._seed)
        chosen = torch.from_numpy(shown).to(self._device)
        random = step_random(self._seed, self._step)
        self._figures += self._trainer.step(self._images[chosen], self._labels[chosen], random, self._step * batch)
        self._step += 1
        self._steps_in_row += 1

    def _account(self, bar: Progress) -> None:
        """Close a row of the history and draw a sheet where one is due."""
        if self._crossed(ROW_KIMG) or self._step == self._steps:
            means = (self._figures / self._steps_in_row).tolist()
            self._rows.append(Row(self._shown(self._step), self._seconds(), *means))
            self._figures.zero_()
            self._steps_in_row = 0
            bar.note(discriminator_loss=self._rows[-1].discriminator_loss, generator_loss=self._rows[-1].generator_loss)
            if self._rows[-1].is_good:
                self._good = self._average()
            self._diverged = divergence(self._rows)
        if self._crossed(self._options.sheet_kimg) or self._step == self._steps:
            self._sheets[f"{self._step * self._options.batch_size:09d}"] = self._sheet()

    def _shown(self, step: int) -> float:
        return step * self._options.batch_size / 1000

    def _crossed(self, kimg: float) -> bool:
        return self._shown(self._step) // kimg > self._shown(self._step - 1) // kimg

    def _seconds(self) -> float:
        return round(self._seconds_before + time.monotonic() - self._started, 3)

    def _average(self) -> dict[str, Tensor]:
        return {name: tensor.clone() for name, tensor in self._trainer.average.state_dict().items()}

    def _sheet(self) -> Tensor:
        """The same COLUMNS samples of every class each time, uint8 (classes, COLUMNS, 48, 48)."""
        count = len(self._classes)
        labels = np.repeat(np.arange(count), COLUMNS)
        numbers = np.tile(np.arange(COLUMNS), count)
        samples = CganSamples(self._trainer.average, np.arange(count), self._device).sample(labels, numbers, self._seed)
        return torch.from_numpy(samples.reshape(count, COLUMNS, *samples.shape[1:]))

    def _save(self) -> None:
        state: dict[str, Any] = {
            "numerics": asdict(self._numerics),
            "trainer": self._trainer.state(),
            "rows": [asdict(row) for row in self._rows],
            "figures": self._figures,
            "steps_in_row": self._steps_in_row,
            "good": self._good,
            "sheets": self._sheets,
            "seconds": self._seconds(),
        }
        self._work.checkpoints.save(self._step, pack_state(state))

    def _restore(self, step: int, state: dict[str, Any]) -> None:
        self._step = step
        self._trainer.restore(state["trainer"])
        self._rows = [Row(**row) for row in state["rows"]]
        self._diverged = divergence(self._rows)
        self._figures = state["figures"].to(self._device)
        self._steps_in_row = state["steps_in_row"]
        self._good = {name: tensor.to(self._device) for name, tensor in state["good"].items()}
        self._sheets = state["sheets"]
        self._seconds_before = state["seconds"]

    def _write(self) -> None:
        folder = self._work.folder
        if self._diverged is not None:
            self._keep_good(self._diverged)
        save_weights(folder, self._average())
        write_history(folder / "history.csv", self._rows)
        for name, rows in self._sheets.items():
            write_sheet(folder / "sheets" / f"{name}.png", list(rows.numpy()), self._classes)
        write_json(folder / DESCRIPTION, self._description())

    def _keep_good(self, reason: str) -> None:
        """Go back to the last good weights, and draw their sheet."""
        kept = self._good_kimg()
        if kept == 0:
            options = self._options
            raise RequestError(
                f"generator {MODEL} diverged at {self._shown(self._step):g} kimg, before it had any good weights "
                f"({reason}); lower generator_learning_rate (now {options.generator_learning_rate:g}) and "
                f"discriminator_learning_rate (now {options.discriminator_learning_rate:g})"
            )
        logger.warning("generator %s diverged: %s; the weights of %g kimg are kept", MODEL, reason, kept)
        self._trainer.average.load_state_dict(self._good)
        self._sheets[_KEPT] = self._sheet()

    def _good_kimg(self) -> float:
        """Thousands of images shown until the last good weights; 0 where there are none."""
        return max((row.kimg for row in self._rows if row.is_good), default=0.0)

    def _description(self) -> dict[str, Any]:
        reason = self._diverged
        return {
            "model": MODEL,
            "classes": list(self._classes),
            "images": self._seen,
            "kimg": self._kimg,
            "kimg_shown": self._shown(self._step),
            "diverged": None if reason is None else {"reason": reason, "weights_of_kimg": self._good_kimg()},
            "options": self._options.model_dump(mode="json"),
            "seed": self._seed,
            "numerics": asdict(self._numerics),
            "parameters": {
                "generator": _parameters(self._trainer.generator),
                "discriminator": _parameters(self._trainer.discriminator),
            },
        }


def _parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
