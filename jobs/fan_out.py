"""``fer fan-out``: plan a study and write down how a workflow spreads it over pods.

Small files, which a workflow reads as parameters of the step that ran this command:

- ``study``: ``name@digest``, this very plan, whatever is planned under that name while the workflow runs, and
  ``source``: what it is planned for. Later pods take both.
- ``evaluators.json``: a list of roles, each of which means a pod of ``train-evaluator``.
- ``runs.json``: a list with one item for each generator run, to begin when the evaluators are there, and
  ``alone.json``: the same for what reads none: folders of images, and (``generator`` empty) real images alone::

    {"name": "stylegan2-64 seed 0", "generator": "stylegan2-64", "seed": "0", "ratio": "",
     "classes": ["angry", "happy"], "volumes": ["1", "2"], "assess": ["1"],
     "groups": [{"classifiers": ["cnn", "resnet18"], "packs": ["0:0 0.1:0", "0.5:0"]}]}

An item means a pod of ``train-gan`` for each of ``classes`` (empty text: the joint network), then one of ``generate``
for each of ``volumes``, then one of ``assess`` for each of ``assess``, and in each group one of ``train --cells PACK``
for each classifier and pack; a classifier stands in one group. Every leaf is a text; ``ratio`` is set for ``real:
match`` alone. ``name`` is unlike every other item's.
"""

import json
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import get_args

import click

from fer.errors import RequestError
from fer.plan import Task, tasks
from fer.recipes import PlannedStudy
from fer.revisions import Stage
from jobs.context import Request
from jobs.options import AbsentWhereEmpty, OneOf, place_options, replicate_option, study_options
from jobs.place import goals_at
from jobs.plan import plan
from jobs.runs import Spread, spread
from jobs.stage import installed_stop

MOST_PODS = 2000
"""Of a workflow's status, 1 MiB at most, a pod takes some 200 bytes as Argo packs it: half is left for retries."""
MOST_BYTES = 128 * 1024
"""The largest value of a workflow's parameter."""


@click.command(name="fan-out", short_help="Plan a study, and write how pods share it out.")
@study_options
@replicate_option
@click.option("--pack", type=click.IntRange(min=1), default=1, show_default=True, help="Cells that one pod trains.")
@click.option("--stage", cls=AbsentWhereEmpty, type=OneOf(get_args(Stage)), help="Only what this stage needs.")
@place_options
@click.option(
    "--to", "target", type=click.Path(path_type=Path), required=True, help="Folder for study, source and the lists."
)
def command(
    study: str,
    store_uri: str,
    source: str | None,
    replicate: datetime | None,
    pack: int,
    stage: Stage | None,
    evaluator: str | None,
    generator: str | None,
    classifier: str | None,
    ratio: float | None,
    volume: int | None,
    seed: int | None,
    target: Path,
) -> None:
    """Plan a study, and write how a workflow spreads it over pods.

    With --stage only what makes one task and its missing inputs is written: the task at the given coordinates, or the
    stage's first where some are left out; --generator - means real images alone.
    """
    context = plan(Request(study, store_uri, source), installed_stop(at_once=True), replicate)
    given = {
        "evaluator": evaluator,
        "generator": generator,
        "classifier": classifier,
        "ratio": ratio,
        "volume": volume,
        "seed": seed,
    }
    goals = tasks(context.planned) if stage is None else goals_at(context.planned, stage, given)
    lists = fan_out(context.planned, goals, pack)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, text in {**lists, "source": context.source, "study": context.this_plan}.items():
            (target / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RequestError(f"--to {target}: cannot be written ({error.strerror}); give a folder that can") from error


def fan_out(planned: PlannedStudy, goals: Sequence[Task], pack: int) -> dict[str, str]:
    """The lists by file name. RequestError, naming the smallest pack that does, where a workflow cannot hold them."""
    found = spread(planned, goals)
    excess = _excess(found, pack)
    if excess is None:
        return _lists(found, pack)
    most = max(len(goals), pack)
    if _excess(found, most) is not None:
        raise RequestError(
            f"study {planned.study.name} takes {excess}, however many cells share a pod; split its generators and "
            "seeds over several studies"
        )
    # More cells in a pod never make more pods.
    least = bisect_left(range(most), True, lo=pack + 1, key=lambda several: _excess(found, several) is None)
    raise RequestError(f"--pack {pack}: study {planned.study.name} takes {excess}; give --pack {least} or more")


def _excess(found: Spread, pack: int) -> str | None:
    """What is more than a workflow can hold, in words; None where it can."""
    count, size = found.pods(pack), max(len(text.encode()) for text in _lists(found, pack).values())
    if count > MOST_PODS:
        return f"{count:,} pods, more than one workflow can hold ({MOST_PODS:,})"
    if size > MOST_BYTES:
        return f"a list of {size:,} bytes, more than a parameter of a workflow can hold ({MOST_BYTES:,})"
    return None


def _lists(found: Spread, pack: int) -> dict[str, str]:
    return {
        "evaluators.json": _text(found.evaluators),
        "runs.json": _text([run.as_json(pack) for run in found.runs]),
        "alone.json": _text([run.as_json(pack) for run in found.alone]),
    }


def _text(values: Sequence[object]) -> str:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)
