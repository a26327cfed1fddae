"""Training of a network on a set of images: epochs, early stopping, and going on from a checkpoint."""

import math
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from fer.classifiers.epoch import Tally, TrainingSet, class_weights, make_optimizer, to_device, train_epoch
from fer.classifiers.evaluation import EvaluationSets, Float16, predict
from fer.classifiers.pace import measure_pace
from fer.classifiers.registry import build_classifier
from fer.classifiers.results import Row, history_row
from fer.classifiers.stopping import EarlyStopping, StopReason
from fer.classifiers.stream import Stream
from fer.data.dataset import Split
from fer.errors import RequestError, Stopped
from fer.runtime.device import Numerics, apply_numerics, choose_numerics, device_kind, pick_device
from fer.runtime.progress import Progress, progress
from fer.runtime.saving import CheckpointTimer
from fer.runtime.state import pack_state, unpack_state
from fer.runtime.work import Work
from fer.store import fetch_uri
from fer.study import NumericsSpec, TrainBudget, TrainingSpec


@dataclass(frozen=True)
class Lesson:
    """What a network is trained on, for how long, and what is measured after each epoch."""

    classifier: str
    classes: tuple[str, ...]
    trained: Split
    epoch_size: int
    """N, the images shown in one epoch."""
    sets: EvaluationSets
    validate_on: Literal["real", "mix"]
    """The set whose macro-F1 says which epoch was the best."""
    spec: TrainingSpec
    budget: TrainBudget
    seed: int
    keep_weights: bool = False
    """Keep the best epoch's weights. Its logits, which are always kept, are all that a cell publishes, and a checkpoint
    then need not hold the network twice."""


def begin_run(lesson: Lesson, numerics: NumericsSpec, work: Work) -> "TrainingRun":
    """A run at its beginning, or where its checkpoint was taken, with the precision and threads named there."""
    saved = work.checkpoints.load()
    if saved is None:
        chosen = choose_numerics(
            numerics,
            lesson.classifier,
            lambda tried: measure_pace(lesson.classifier, len(lesson.classes), lesson.spec, tried, work.stop.check),
            work.store,
        )
        return TrainingRun(lesson, chosen, work)
    state = unpack_state(saved[1])
    chosen = Numerics(**{**state["numerics"], "device": pick_device()})
    apply_numerics(chosen)
    run = TrainingRun(lesson, chosen, work)
    run.restore(state)
    return run


class TrainingRun:
    """The state of one training, all of which a checkpoint holds.

    Stream and generator are kept as they were at the start of the epoch, with its tally: within an epoch the same order
    and changes are drawn again, and the batches that were shown are passed over.
    """

    def __init__(self, lesson: Lesson, numerics: Numerics, work: Work) -> None:
        self.lesson, self.numerics, self.work = lesson, numerics, work
        self.device = device = torch.device(numerics.device)
        initial, shown = (int(word) for word in np.random.SeedSequence(lesson.seed).generate_state(2))
        torch.manual_seed(initial)  # initial weights, and dropout later on
        self.generator = torch.Generator().manual_seed(shown)  # which images are shown, and how they are changed
        self.model = _initial_model(lesson.classifier, len(lesson.classes), lesson.spec.weights)
        to_device(self.model, device)
        self.optimizer = make_optimizer(self.model, lesson.spec)
        trained = lesson.trained
        self.data = TrainingSet(
            torch.from_numpy(trained.images).to(device), torch.from_numpy(trained.labels).to(device), lesson.epoch_size
        )
        self.weight = class_weights(self.data.labels, len(lesson.classes)) if lesson.spec.class_weights else None
        self.sets = lesson.sets.to(device)
        self.stream = Stream(len(trained), self.generator)
        self.stopping = EarlyStopping(lesson.budget.epochs, lesson.budget.patience)
        self.best: dict[str, Float16] = {}
        """Logits of the best epoch, by the set: what the best weights give, bit for bit."""
        self.best_weights: dict[str, Tensor] = {}
        """The weights themselves; empty unless they are to be kept."""
        self.history: list[Row] = []
        self.timer = CheckpointTimer()
        self._begin_epoch()

    def finish(self) -> dict[str, Any]:
        """Train until the budget or the patience ends. Returns what there is to say of it, as JSON values.

        Raises RequestError for a loss that is no longer finite; Stopped where a stop is requested, after a checkpoint
        from which no batch is missing.
        """
        total = self.data.epoch_size * self.stopping.epochs
        with progress(total, f"train {self.lesson.classifier}", "images", self._images_shown()) as bar:
            reason = self.stopping.reason(len(self.history))
            while reason is None:
                self._epoch(bar)
                reason = self.stopping.reason(len(self.history))
                # What is over need not go on from anywhere.
                if reason is None and (self.timer.due() or self.work.stop.requested):
                    self._save()
                    self.work.stop.check()
        return self._facts(reason)

    @property
    def device_name(self) -> str:
        """``cpu``, or the GPU's name."""
        return "cpu" if self.numerics.device == "cpu" else device_kind(self.numerics.device)

    def _facts(self, reason: StopReason) -> dict[str, Any]:
        return {
            "classifier": self.lesson.classifier,
            "seed": self.lesson.seed,
            "validate_on": self.lesson.validate_on,
            "best_epoch": self.stopping.best_epoch,
            "epochs": len(self.history),
            "stopped_by": reason,
            "seconds": sum(float(row["seconds"] or 0) for row in self.history),
            "numerics": {**asdict(self.numerics), "kind": device_kind(self.numerics.device)},
        }

    def _begin_epoch(self) -> None:
        self.tally, self.seconds = Tally.empty(self.device), 0.0
        self.at_start = {"stream": self.stream.state(), "generator": self.generator.get_state()}

    def _images_shown(self) -> int:
        return self.data.epoch_size * len(self.history) + self.tally.images

    def _epoch(self, bar: Progress) -> None:
        started, before = time.perf_counter(), self.seconds
        try:
            training, logits = self._train_and_measure(bar)
        except Stopped:
            self.seconds = before + time.perf_counter() - started
            self._save()
            raise
        epoch, scores = len(self.history) + 1, self.sets.scores(logits)
        self._check_finite(epoch, *(values["loss"] for values in scores.values()))
        score = scores[self.lesson.validate_on]["macro_f1"]
        assert score is not None  # noqa: S101 - an empty set was refused at the start
        if self.stopping.is_best(epoch, score):
            self.best = logits
            if self.lesson.keep_weights:
                self.best_weights = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        rate = float(self.optimizer.param_groups[0]["lr"])
        seconds = before + time.perf_counter() - started
        self.history.append(history_row(epoch, seconds, rate, training, scores))
        self._begin_epoch()
        bar.note(epoch=epoch, loss=training["loss"], macro_f1=score, best_epoch=self.stopping.best_epoch)

    def _train_and_measure(self, bar: Progress) -> tuple[dict[str, float], dict[str, Float16]]:
        def after_batch(count: int) -> None:
            bar.update(count)
            self.work.stop.check()

        training = train_epoch(
            self.model,
            self.optimizer,
            self.data,
            self.stream,
            self.generator,
            spec=self.lesson.spec,
            weight=self.weight,
            epoch=len(self.history),
            epochs=self.stopping.epochs,
            numerics=self.numerics,
            tally=self.tally,
            after_batch=after_batch,
        )
        self._check_finite(len(self.history) + 1, training["loss"])
        logits = {
            name: predict(self.model, images, self.numerics, self.work.stop.check)
            for name, images in self.sets.images.items()
        }
        return training, logits

    def _check_finite(self, epoch: int, *losses: float | None) -> None:
        if not all(loss is None or math.isfinite(loss) for loss in losses):
            raise RequestError(
                f"training {self.lesson.classifier}: the loss is no longer finite in epoch {epoch}; "
                f"lower training.learning_rate (now {self.lesson.spec.learning_rate:g})"
            )

    def _save(self) -> None:
        with self.timer.saving():
            self.work.checkpoints.save(self._images_shown(), pack_state(self._state()))

    def _state(self) -> dict[str, Any]:
        return {
            "numerics": asdict(self.numerics),
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            **self.at_start,
            "tally": vars(self.tally),
            "seconds": self.seconds,
            "torch_random": torch.get_rng_state(),
            "cuda_random": torch.cuda.get_rng_state() if self.numerics.device == "cuda" else None,
            "best": {name: torch.from_numpy(logits) for name, logits in self.best.items()},
            **({"best_weights": self.best_weights} if self.lesson.keep_weights else {}),
            "best_epoch": self.stopping.best_epoch,
            "best_score": self.stopping.best_score,
            "history": self.history,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where a checkpoint was taken."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for parameter, moments in self.optimizer.state.items():
            for name in ("exp_avg", "exp_avg_sq"):
                # The fused step walks weights and moments in memory order, so that their strides must agree.
                moments[name] = torch.empty_like(parameter).copy_(moments[name])
        self.stream.restore(state["stream"])
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["torch_random"])
        if self.numerics.device == "cuda" and state["cuda_random"] is not None:
            torch.cuda.set_rng_state(state["cuda_random"])
        self.best = {name: logits.numpy() for name, logits in state["best"].items()}
        self.best_weights = state["best_weights"] if self.lesson.keep_weights else {}
        self.stopping.best_epoch, self.stopping.best_score = state["best_epoch"], state["best_score"]
        self.history = state["history"]
        self._begin_epoch()
        self.tally, self.seconds = Tally(**state["tally"]).to(self.device), state["seconds"]


def _initial_model(classifier: str, classes: int, weights: str | None) -> nn.Module:
    if weights is None:
        return build_classifier(classifier, classes)
    with tempfile.TemporaryDirectory(prefix="fer-weights-") as scratch:
        return build_classifier(classifier, classes, fetch_uri(weights, Path(scratch)))
