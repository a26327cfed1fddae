"""What a report is written from: everything of a study that a store holds, and why the rest is missing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from fer.cells import Cell
from fer.plan import Task
from fer.recipes import GeneratorRun, PlannedStudy
from fer.report.planes import Plane
from fer.statistics.resampling import image_weights, resampled_scores
from fer.store.records import Manifest

History = Mapping[str, Sequence[float | None]]
"""Columns of a history.csv or snapshots.csv; None where a figure was missing or not finite."""


@dataclass(frozen=True)
class Made:
    """A task whose artifact exists."""

    task: Task
    manifest: Manifest


@dataclass(frozen=True, eq=False)
class Truth:
    """What the test images show, the same for every cell of a study."""

    labels: NDArray[np.int64]
    """(n_test,)."""
    leak_free: NDArray[np.bool_]
    """(n_test,), false for images that also occur in training or validation."""


@dataclass(frozen=True, eq=False)
class CellResult:
    """A trained classifier."""

    cell: Cell
    manifest: Manifest
    summary: Mapping[str, Any]
    """cell.json."""
    history: History
    """One row per epoch."""
    predicted: NDArray[np.unsignedinteger[Any]]
    """(n_test,): the label that it gives each test image."""
    auroc_influence: NDArray[np.float32]
    """(n_test,): how much each test image weighs in its macro AUROC, see ``fer.statistics.auroc``."""
    auroc_influence_leak_free: NDArray[np.float32]
    """(n_leak_free,): the same of the leak-free images in theirs."""


@dataclass(frozen=True)
class NetworkResult:
    """A trained network of a generator."""

    run: GeneratorRun
    class_name: str | None
    """None for a joint network."""
    summary: Mapping[str, Any]
    """generator.json."""
    history: History
    snapshots: History
    """snapshots.csv: what the judge said, one row per snapshot."""
    sheet: bytes | None
    """PNG: the last sample sheet of its training."""


@dataclass(frozen=True)
class AssessmentResult:
    """An assessed generator run."""

    run: GeneratorRun
    figures: Mapping[str, Any]
    """assessment.json."""
    sheet: bytes
    """PNG of samples, classes in rows."""
    real_sheet: bytes
    """PNG of real test images, classes in rows."""
    pairs: bytes
    """PNG of the samples nearest to a training image, each beside it."""
    plane: Plane


@dataclass(frozen=True)
class GpuHour:
    """What an hour of a GPU costs its user."""

    price: float
    currency: str
    """Empty where it was not said."""


@dataclass(frozen=True)
class Missing:
    """A task without an artifact."""

    task: Task
    state: str
    """``not started``, ``waiting``, ``running``, ``failed``, ``stopped``, ``killed`` or ``damaged``."""
    reason: str
    """One line for the reader."""


@dataclass(frozen=True, eq=False)
class StudyResults:
    """All that is known of a planned study."""

    planned: PlannedStudy
    study_text: str
    """The study's YAML as it was given, or where that is lost as it was understood."""
    made: Sequence[Made] = ()
    """Every artifact of the study, in the order of its tasks."""
    missing: Sequence[Missing] = ()
    cells: Sequence[CellResult] = ()
    truth: Truth | None = None
    """None without cells."""
    networks: Sequence[NetworkResult] = ()
    assessments: Sequence[AssessmentResult] = ()
    audit: Mapping[str, Any] = field(default_factory=dict)
    """The data set's audit.json; empty where it could not be read."""
    prepared: Manifest | None = None
    """The data set's manifest."""
    data_problem: str = ""
    """Why there is no audit: the data set is missing, or which file of it is damaged."""
    plan_problem: str = ""
    """Why the study's text is not the one that was given."""
    source: str = ""
    """Where the data set was read from, for the reader's information; empty where that is not known."""
    gpu_hour: GpuHour | None = None
    """None where nobody said."""

    @property
    def present(self) -> dict[str, str]:
        """Digests of existing artifacts by task."""
        return {str(made.task): made.task.digest for made in self.made}

    @property
    def attempts(self) -> dict[str, str]:
        """Which attempt made each artifact, by task: made anew it has other times, on another machine other bits."""
        prepared = {} if self.prepared is None else {"prepare": self.prepared.attempt}
        return prepared | {str(made.task): made.manifest.attempt for made in self.made}

    @property
    def reasons(self) -> dict[str, str]:
        """The reason for each missing task, and for what is wrong with the data set and the plan."""
        problems = {"prepare": self.data_problem, "plan": self.plan_problem}
        missing = {str(missing.task): missing.reason for missing in self.missing}
        return {what: problem for what, problem in problems.items() if problem} | missing

    @cached_property
    def resampled(self) -> Mapping[str, NDArray[np.float32]]:
        """Scores of every cell on the same resampled test images, (cells, resamples), by name.

        ``macro_f1``, ``accuracy`` and ``auroc``, and the same of leak-free images where there are any.
        """
        if self.truth is None:
            return {}
        everything = np.full(len(self.truth.labels), True)
        found = self._resampled("", everything, [result.auroc_influence for result in self.cells])
        if self.truth.leak_free.any():
            influence = [result.auroc_influence_leak_free for result in self.cells]
            found |= self._resampled("_leak_free", self.truth.leak_free, influence)
        return found

    def _resampled(
        self, suffix: str, part: NDArray[np.bool_], influence: Sequence[NDArray[np.float32]]
    ) -> dict[str, NDArray[np.float32]]:
        assert self.truth is not None  # noqa: S101 - for the type checker
        labels, predicted = self.truth.labels[part], np.stack([result.predicted[part] for result in self.cells])
        drawn = image_weights(len(labels))
        scores = resampled_scores(predicted, labels, len(self.planned.classes), drawn)
        # Relative to the measured area, which is no matter to components.
        with threadpool_limits(1):  # sums of as many threads as there are cores would differ in their last bits
            area = np.asarray(np.stack(influence) @ drawn.T / len(labels), np.float32)
        return {
            f"macro_f1{suffix}": scores.macro_f1,
            f"accuracy{suffix}": scores.accuracy,
            f"auroc{suffix}": area,
        }

    @cached_property
    def places(self) -> Mapping[Cell, int]:
        """Where each finished cell stands in ``cells``."""
        return {result.cell: place for place, result in enumerate(self.cells)}

    def by_group(self) -> dict[tuple[str, str, float, int], list[CellResult]]:
        """Finished cells that differ in nothing but the seed, by (generator or ``-``, classifier, ratio, volume)."""
        groups: dict[tuple[str, str, float, int], list[CellResult]] = defaultdict(list)
        for result in self.cells:
            groups[result.cell.coordinates[:4]].append(result)
        return dict(groups)
