"""From the flags that name a place in a study to the one task there, or to an error that says what would be right."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from fer.cells import Cell, cells
from fer.errors import RequestError
from fer.evaluators.roles import ROLES
from fer.naming import nearest
from fer.plan import Task, cell_task, evaluator_tasks, generator_runs, generator_tasks, tasks
from fer.recipes import GeneratorRun, PlannedStudy, networks
from fer.revisions import Stage

Place = TypeVar("Place", Cell, GeneratorRun)


def find_cell_task(
    planned: PlannedStudy, *, generator: str | None, classifier: str, ratio: float, volume: int, seed: int
) -> Task:
    """The training of the cell at these coordinates; ``generator`` None is real images alone. Raises RequestError."""
    every = cells(planned.study)
    known: Sequence[Cell] = every
    if generator is not None:
        known = _narrow(known, "generator", generator, lambda cell: cell.generator, planned)
    _narrow(known, "classifier", classifier, lambda cell: cell.classifier, planned)
    found = [cell for cell in every if cell.classifier == classifier]
    here: Sequence[Cell] = [cell for cell in found if cell.generator == generator]
    if not any(cell.ratio == ratio for cell in here):
        raise RequestError(_no_ratio(planned, found, here, generator, ratio))
    here = [cell for cell in here if cell.ratio == ratio]
    here = _narrow(here, "volume", volume, lambda cell: cell.volume, planned)
    (cell,) = _narrow(here, "seed", seed, lambda cell: cell.seed, planned)
    return cell_task(planned, cell)


def find_generator_task(
    planned: PlannedStudy,
    stage: Stage,
    *,
    generator: str,
    seed: int,
    ratio: float | None,
    class_name: str | None = None,
    volume: int = 1,
) -> Task:
    """The task of ``stage`` (train-gan, generate or assess) at these coordinates. Raises RequestError."""
    runs = generator_runs(planned, cells(planned.study))
    found = _narrow(list(runs), "generator", generator, lambda run: run.generator, planned)
    found = _narrow(found, "seed", seed, lambda run: run.seed, planned)
    if ratio is None and found[0].ratio is not None:
        raise RequestError(f"{generator} (real: match) is trained for one ratio; give --ratio, {_known(found, _ratio)}")
    if ratio is not None and found[0].ratio is None:
        raise RequestError(f"--ratio {ratio:g}: {generator} (real: all) serves every ratio; leave --ratio out")
    (run,) = _narrow(found, "ratio", ratio, lambda run: run.ratio, planned)
    if stage == "train-gan":
        _check_class(planned, generator, class_name)
    if not 1 <= volume <= runs[run]:
        raise RequestError(
            f"--volume {volume}: study {planned.study.name} uses volumes 1 to {runs[run]} of {generator}"
        )
    here = {"class": class_name} if stage == "train-gan" else {"volume": str(volume) if volume > 1 else None}
    for task in generator_tasks(planned, run, runs[run]):
        if task.stage == stage and all(task.coordinates.get(flag) == value for flag, value in here.items()):
            return task
    raise AssertionError(f"no {stage} task at {run} {here}")


def find_evaluator_task(planned: PlannedStudy, role: str) -> Task:
    """The training of the evaluator in this role. Raises RequestError."""
    if role not in ROLES:
        raise RequestError(f"--evaluator {role}: unknown role; {nearest(role, ROLES)}")
    for task in evaluator_tasks(planned, tasks(planned)):
        if task.coordinates["evaluator"] == role:
            return task
    raise RequestError(f"--evaluator {role}: study {planned.study.name} has no generator, so that nothing needs it")


def _narrow(
    places: Sequence[Place], flag: str, value: Any, of: Callable[[Place], Any], planned: PlannedStudy
) -> Sequence[Place]:
    found = [place for place in places if of(place) == value]
    if found:
        return found
    known = {of(place) for place in places} - {None}
    hint = nearest(value, known) if isinstance(value, str) else _known(places, of)
    shown = f"{value:g}" if isinstance(value, float) else value
    raise RequestError(f"--{flag} {shown}: not in study {planned.study.name} here; {hint}")


def _known(places: Iterable[Place], of: Callable[[Place], Any]) -> str:
    values = sorted({of(place) for place in places} - {None})
    return f"known: {', '.join(f'{value:g}' for value in values) or 'none'}"


def _ratio(place: Cell | GeneratorRun) -> float | None:
    return place.ratio


def _no_ratio(
    planned: PlannedStudy, found: Sequence[Cell], here: Sequence[Cell], generator: str | None, ratio: float
) -> str:
    """Why there is no cell at this ratio: it may be there with another --generator, or without one."""
    same = f"with --generator {generator}" if generator else "without --generator"
    text = f"--ratio {ratio:g}: not in study {planned.study.name} {same} ({_known(here, _ratio)})"
    others = {cell.generator for cell in found if cell.ratio == ratio}
    if generator is not None:
        return f"{text}; leave --generator out" if None in others else text
    names = sorted(name for name in others if name is not None)
    return f"{text}; give --generator, one of: {', '.join(names)}" if names else text


def _check_class(planned: PlannedStudy, generator: str, class_name: str | None) -> None:
    classes = networks(planned, generator)
    if classes == (None,):
        if class_name is not None:
            raise RequestError(f"--class {class_name}: {generator} has one network for all classes; leave --class out")
        return
    names = [name for name in classes if name is not None]
    if class_name is None:
        raise RequestError(
            f"{generator} (classes: separate) has a network per class; give --class, one of: {', '.join(names)}"
        )
    if class_name not in names:
        raise RequestError(f"--class {class_name}: not a class of the data set; {nearest(class_name, names)}")
