"""Training one classifier on one mix: epochs, measurements, early stopping, checkpoints, and the cell's files."""

import math
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from fer.classifiers.epoch import Tally, TrainingSet, class_weights, make_optimizer, to_device, train_epoch
from fer.classifiers.evaluation import EvaluationSets, Float16, predict
from fer.classifiers.pace import measure_pace
from fer.classifiers.registry import build_classifier
from fer.classifiers.results import Row, history_row, mix_counts, write_results
from fer.classifiers.stopping import EarlyStopping
from fer.classifiers.stream import Stream
from fer.data.dataset import Dataset
from fer.data.mix import Mix
from fer.errors import RequestError, Stopped
from fer.runtime.device import Numerics, apply_numerics, choose_numerics, device_kind, pick_device
from fer.runtime.progress import Progress, progress
from fer.runtime.state import pack_state, unpack_state
from fer.runtime.work import Work
from fer.store import fetch_uri
from fer.study import NumericsSpec, TrainBudget, TrainingSpec


def train_classifier(
    mix: Mix,
    dataset: Dataset,
    *,
    classifier: str,
    spec: TrainingSpec,
    budget: TrainBudget,
    validate_on: Literal["real", "mix"],
    seed: int,
    numerics: NumericsSpec,
    work: Work,
) -> str:
    """Train ``classifier`` on the mix and write ``cell.json``, ``history.csv`` and ``logits.npz`` into ``work.folder``.

    Returns the device: ``cpu``, or the GPU's name. The test split is measured after every epoch and never looked at by
    anything that chooses. With a checkpoint there, training goes on from it, with the precision and threads that
    it names. Raises RequestError for weights that do not fit, a set too small to train on, and a loss that is no longer
    finite; Stopped where a stop is requested, after a checkpoint from which no batch is missing.
    """
    _check_sizes(mix, validate_on)
    saved = work.checkpoints.load()
    if saved is None:
        chosen = choose_numerics(
            numerics,
            classifier,
            lambda candidate: measure_pace(classifier, len(dataset.classes), spec, candidate, work.stop.check),
            work.store,
        )
        run = _Run(mix, dataset, classifier, spec, budget, validate_on, seed, chosen, work)
    else:
        state = unpack_state(saved[1])
        chosen = Numerics(**{**state["numerics"], "device": pick_device()})
        apply_numerics(chosen)
        run = _Run(mix, dataset, classifier, spec, budget, validate_on, seed, chosen, work)
        run.restore(state)
    return run.finish()


def _check_sizes(mix: Mix, validate_on: str) -> None:
    trained = int((~mix.held_out).sum())
    if trained < 2:
        raise RequestError(f"the training set holds {trained} images beside its held-out ones; it needs at least 2")
    if validate_on == "mix" and not len(mix.validation.labels):
        raise RequestError(
            "validate_on: mix needs held-out images that are not trained on as well, and this mix has none; use real"
        )


class _Run:
    """The state of one training, all of which a checkpoint holds.

    Stream and generator are kept as they were at the start of the epoch, with its tally: within an epoch the same order
    and changes are drawn again, and the batches that were shown are passed over.

    Of the best epoch its logits are kept rather than its weights: they are what the best weights give, bit for bit, and
    all that a cell publishes, so that a checkpoint need not hold the network twice.
    """

    def __init__(
        self,
        mix: Mix,
        dataset: Dataset,
        classifier: str,
        spec: TrainingSpec,
        budget: TrainBudget,
        validate_on: Literal["real", "mix"],
        seed: int,
        numerics: Numerics,
        work: Work,
    ) -> None:
        self.mix, self.classes, self.classifier = mix, dataset.classes, classifier
        self.spec, self.validate_on, self.seed = spec, validate_on, seed
        self.numerics, self.work = numerics, work
        self.device = device = torch.device(numerics.device)
        initial, shown = (int(word) for word in np.random.SeedSequence(seed).generate_state(2))
        torch.manual_seed(initial)  # initial weights, and dropout later on
        self.generator = torch.Generator().manual_seed(shown)  # which images are shown, and how they are changed
        self.model = _initial_model(classifier, len(self.classes), spec.weights)
        to_device(self.model, device)
        self.optimizer = make_optimizer(self.model, spec)
        trained = mix.trained
        self.data = TrainingSet(
            torch.from_numpy(trained.images).to(device), torch.from_numpy(trained.labels).to(device), mix.epoch_size
        )
        self.weight = class_weights(self.data.labels, len(self.classes)) if spec.class_weights else None
        self.sets = EvaluationSets.of(mix, dataset, device)
        self.stream = Stream(len(trained), self.generator)
        self.stopping = EarlyStopping(budget.epochs, budget.patience)
        self.best: dict[str, Float16] = {}
        self.history: list[Row] = []
        self._begin_epoch()

    def finish(self) -> str:
        """Train until the budget or the patience ends, and write the cell's files. Returns the device's name."""
        total = self.data.epoch_size * self.stopping.epochs
        with progress(total, f"train {self.classifier}", "images", self._images_shown()) as bar:
            while (reason := self.stopping.reason(len(self.history))) is None:
                self._epoch(bar)
                self._save()
                self.work.stop.check()
        on_gpu = self.numerics.device == "cuda"
        device = device_kind(self.numerics.device)
        facts = {
            "classifier": self.classifier,
            "seed": self.seed,
            "validate_on": self.validate_on,
            "best_epoch": self.stopping.best_epoch,
            "epochs": len(self.history),
            "stopped_by": reason,
            "seconds": sum(float(row["seconds"] or 0) for row in self.history),
            "numerics": {**asdict(self.numerics), "kind": device},
            "counts": mix_counts(self.mix),
        }
        write_results(self.work.folder, facts, self.history, self.sets, self.best, self.classes)
        return device if on_gpu else "cpu"

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
        score = scores[self.validate_on]["macro_f1"]
        assert score is not None  # noqa: S101 - an empty set was refused at the start
        if self.stopping.is_best(epoch, score):
            self.best = logits
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
            spec=self.spec,
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
                f"training {self.classifier}: the loss is no longer finite in epoch {epoch}; "
                f"lower training.learning_rate (now {self.spec.learning_rate:g})"
            )

    def _save(self) -> None:
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
        self.stopping.best_epoch, self.stopping.best_score = state["best_epoch"], state["best_score"]
        self.history = state["history"]
        self._begin_epoch()
        self.tally, self.seconds = Tally(**state["tally"]).to(self.device), state["seconds"]


def _initial_model(classifier: str, classes: int, weights: str | None) -> nn.Module:
    if weights is None:
        return build_classifier(classifier, classes)
    with tempfile.TemporaryDirectory(prefix="fer-weights-") as scratch:
        return build_classifier(classifier, classes, fetch_uri(weights, Path(scratch)))
