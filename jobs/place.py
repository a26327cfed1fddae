"""From coordinates, some of which may be left out, to the first task of a stage there."""

from collections.abc import Mapping

from fer.errors import RequestError
from fer.naming import nearest
from fer.plan import Task, evaluator_tasks, tasks
from fer.recipes import PlannedStudy
from fer.revisions import Stage

REAL_ALONE = "-"
"""The generator of a cell without synthetic images, as the plan's table shows it."""
DEFAULTS = {("train", "generator"): REAL_ALONE, ("train", "volume"): "1", ("generate", "volume"): "1"}
"""What a stage's coordinate is where a task does not spell it."""


def goals_at(planned: PlannedStudy, stage: Stage, given: Mapping[str, object]) -> tuple[Task, ...]:
    """The first task of ``stage`` whose coordinates are the given ones (None: any); every network, where it has more.

    Nothing for prepare, plan and report, which are no part of the fan-out. Raises RequestError for coordinates that
    the study does not hold.
    """
    found = _tasks_of(planned, stage)
    if stage in ("prepare", "plan", "report"):
        for flag, value in given.items():
            if value is not None:
                raise RequestError(f"--{flag} {value}: {stage} is done once for the whole study; leave --{flag} out")
        return ()
    if not found:
        raise RequestError(f"--stage {stage}: study {planned.study.name} has no such task")
    for flag, value in given.items():
        if value is not None:
            found = _narrowed(found, flag, value, planned)
    return tuple(task for task in found if _without_class(task) == _without_class(found[0]))


def _tasks_of(planned: PlannedStudy, stage: Stage) -> list[Task]:
    """An evaluator's by every role that it serves: each may be asked for."""
    all_tasks = tasks(planned)
    if stage == "train-evaluator":
        return evaluator_tasks(planned, all_tasks)
    return [task for task in all_tasks if task.stage == stage]


def _narrowed(found: list[Task], flag: str, value: object, planned: PlannedStudy) -> list[Task]:
    here = [task for task in found if _same(_value(task, flag), value)]
    if here:
        return here
    values = {_value(task, flag) for task in found}
    known = {text for text in values if text is not None}
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    if not known:
        raise RequestError(f"--{flag} {shown}: {found[0].stage} takes none here; leave --{flag} out")
    hint = nearest(shown, known) if isinstance(value, str) else f"known: {', '.join(sorted(known, key=float))}"
    raise RequestError(f"--{flag} {shown}: not in study {planned.study.name} here; {hint}")


def _value(task: Task, flag: str) -> str | None:
    return task.coordinates.get(flag, DEFAULTS.get((task.stage, flag)))


def _same(text: str | None, value: object) -> bool:
    return text is not None and (float(text) == value if isinstance(value, float) else text == str(value))


def _without_class(task: Task) -> dict[str, str]:
    return {flag: value for flag, value in task.coordinates.items() if flag != "class"}
