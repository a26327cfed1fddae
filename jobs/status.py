"""``fer status``: what is done, running, failed and why, killed, and still to do."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from fer.plan import Task, tasks
from fer.store import Store, open_store
from jobs.context import Context, Request, open_context
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
    if study is None:
        contexts = planned_contexts(open_store(store_uri))
        if not contexts and not as_json:
            click.echo(f"no study is planned in {store_uri}; plan one with fer plan, or run one with fer run")
            return
    else:
        contexts = [open_context(Request(study, store_uri, source))]
    known = [_states_of(context) for context in contexts]
    if as_json:
        studies = [_as_json(context, found) for context, found in zip(contexts, known, strict=True)]
        click.echo(json.dumps({"studies": studies}, ensure_ascii=False))
        return
    rows = None if show_all else ROWS
    texts = ["\n".join(_as_text(context, found, rows)) for context, found in zip(contexts, known, strict=True)]
    click.echo("\n\n".join(texts))


def planned_contexts(store: Store) -> list[Context]:
    """Every study planned in a store, once for each source it is planned for."""
    requests = [
        Request(name, store.uri, content["source"])
        for name in sorted(planned_names(store))
        for content in {ref["source"]: ref for _, ref in plan_refs(store, name)}.values()
    ]
    return [open_context(request) for request in requests]


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
