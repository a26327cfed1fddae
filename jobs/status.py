"""``fer status``: what is done, running, failed and why, killed, and still to do."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from fer.errors import RequestError
from fer.plan import Task, tasks
from fer.store import Store, open_existing_store
from jobs.context import Context, Request, load_plan, open_context
from jobs.options import SOURCE_HELP, json_option, store_option
from jobs.sources import plan_refs, planned_names
from jobs.states import State, states

ORDER = ("exists", "running", "failed", "killed", "stopped", "to make")
WORDS = {"exists": "done", "to make": "to do"}
ROWS = 200


@click.command(short_help="Say what is done, running and failed, and why.")
@click.argument("study", required=False)
@click.option("--source", help=SOURCE_HELP)
@store_option
@click.option("--all", "show_all", is_flag=True, help=f"List every task that is not done or to do, not only {ROWS}.")
@json_option
def command(study: str | None, store_uri: str, source: str | None, show_all: bool, as_json: bool) -> None:
    """Say what is done, running (where and since when), failed (and why), killed, and still to do.

    Without STUDY, for every study that is planned in the store.
    """
    store = open_existing_store(store_uri)
    if study is None:
        contexts: Sequence[Context | Unreadable] = planned_contexts(store)
        if not contexts and not as_json:
            click.echo(f"no study is planned in {store_uri}; plan one with fer plan, or run one with fer run")
            return
    else:
        contexts = [open_context(Request(study, store_uri, source))]
    if as_json:
        studies = [
            _as_json(context, _states_of(context)) if isinstance(context, Context) else context.as_json()
            for context in contexts
        ]
        click.echo(json.dumps({"studies": studies}, ensure_ascii=False))
        return
    rows = None if show_all else ROWS
    texts = [
        "\n".join(_as_text(context, _states_of(context), rows)) if isinstance(context, Context) else str(context)
        for context in contexts
    ]
    click.echo("\n\n".join(texts))


@dataclass(frozen=True)
class Unreadable:
    """A planned study that cannot be read."""

    study: str
    reason: str

    def __str__(self) -> str:
        return f"study {self.study} cannot be read: {self.reason}"

    def as_json(self) -> dict[str, str]:
        """The same as JSON values."""
        return {"study": self.study, "unreadable": self.reason}


def planned_contexts(store: Store) -> list[Context | Unreadable]:
    """Every study planned in a store, once for each source it is planned for, as its newest plan there says."""
    found: list[Context | Unreadable] = []
    for name in sorted(planned_names(store)):
        try:
            refs = sorted((ref for _, ref in plan_refs(store, name)), key=lambda ref: str(ref["when"]))
        except RequestError as error:
            found.append(Unreadable(name, str(error)))
            continue
        for ref in {ref["source"]: ref for ref in refs}.values():
            request = Request(name, store.uri, ref["source"])
            try:
                found.append(
                    Context(request, store, load_plan(store, ref["plan"], request), ref["source"], ref["plan"])
                )
            except RequestError as error:
                found.append(Unreadable(name, str(error)))
    return found


def _states_of(context: Context) -> list[tuple[Task, State]]:
    all_tasks = tasks(context.planned)
    found = states(context.store, all_tasks)
    return [(task, found[task.digest]) for task in all_tasks]


def _as_text(context: Context, found: Sequence[tuple[Task, State]], rows: int | None) -> list[str]:
    lines = [f"study {context.planned.study.name} on {context.source}"]
    for stage in dict.fromkeys(task.stage for task, _ in found):
        counts = Counter[str](state.name for task, state in found if task.stage == stage)
        shown = ", ".join(f"{counts[name]:,} {_word(name)}" for name in ORDER if counts[name])
        lines.append(f"  {stage}: {shown} of {counts.total():,}")
    told = [(task, state) for name in ORDER[1:-1] for task, state in found if state.name == name]
    lines += [_line(task, state) for task, state in told[:rows]]
    more = len(told) - len(told[:rows])
    return [*lines, f"  ... and {more:,} more; --all lists them"] if more else lines


def _line(task: Task, state: State) -> str:
    return f"  {_word(state.name)}: {task}{': ' if state.reason else ''}{state.reason}"


def _as_json(context: Context, found: Sequence[tuple[Task, State]]) -> dict[str, Any]:
    counts = Counter(_word(state.name) for _, state in found)
    return {
        "study": context.planned.study.name,
        "source": context.source,
        "plan": context.plan,
        "counts": {_word(name): counts[_word(name)] for name in ORDER},
        "tasks": [
            {
                "stage": task.stage,
                "coordinates": task.coordinates,
                "digest": task.digest,
                "state": _word(state.name),
                "reason": state.reason,
            }
            for task, state in found
        ],
    }


def _word(name: str) -> str:
    return WORDS.get(name, name)
