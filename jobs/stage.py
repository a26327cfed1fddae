"""The harness of every stage: exists or claim, make in a scratch folder, publish, say how it ended."""

import json
import logging
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import click

from fer.recipes import Recipe
from fer.runtime.scratch import scratch_folder
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.store import Checkpoints, Store, refuse_unconditional

logger = logging.getLogger(__name__)

SECONDS = "stage-seconds.json"
CPU = "cpu"


@dataclass(frozen=True)
class Made:
    """What ``run_stage`` did."""

    here: bool
    """Made now; False where it existed already."""
    seconds: float
    """Wall seconds it took now."""


class Stopwatch:
    """Wall and CPU seconds since it was made, with those that earlier, interrupted attempts had spent."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()
        self._earlier = {"wall": 0.0, CPU: 0.0}

    def read(self) -> dict[str, float]:
        """Seconds so far: ``wall``, and ``cpu`` summed over the process's threads."""
        return {
            "wall": self._earlier["wall"] + time.monotonic() - self._wall,
            CPU: self._earlier[CPU] + time.process_time() - self._cpu,
        }

    def go_on_from(self, earlier: Mapping[str, float]) -> None:
        """Count what was spent before the checkpoint that the work goes on from."""
        self._earlier = {name: earlier[name] for name in self._earlier}


class TimedCheckpoints(Checkpoints):
    """Checkpoints that keep the seconds spent so far, so that an artifact's cost includes its interrupted attempts."""

    def __init__(self, plain: Checkpoints, digest: str, watch: Stopwatch) -> None:
        super().__init__(plain.objects, digest)
        self._watch = watch

    def save(self, step: int, files: Mapping[str, bytes]) -> None:
        """Keep ``files`` and the time spent."""
        super().save(step, {**files, SECONDS: json.dumps(self._watch.read()).encode()})

    def load(self) -> tuple[int, dict[str, bytes]] | None:
        """The newest whole generation, without the time, which is taken over."""
        found = super().load()
        if found is not None:
            self._watch.go_on_from(json.loads(found[1].pop(SECONDS)))
        return found


def run_stage(store: Store, recipe: Recipe, what: str, make: Callable[[Work], str], stop: StopFlag) -> Made:
    """Make sure that the artifact of ``recipe`` exists.

    ``what`` names it in words. ``make`` writes its files into ``work.folder`` and returns the device that it computed
    on: ``cpu``, or the name of a GPU. The artifact's device seconds are CPU seconds over all threads, or on a GPU the
    wall seconds for which it was held. Raises ClaimedElsewhere (75) where another process makes it, RequestError where
    the store's server ignores conditional writes, TryAgain where the scratch folder is full, and what ``make`` raises.
    """
    name = f"{recipe.kind}/{recipe.digest[:12]}"
    if store.exists(recipe.kind, recipe.digest):
        logger.info("%s: exists (%s)", what, name)
        return Made(here=False, seconds=0.0)
    begun = time.monotonic()
    _refuse_unconditional_server(store)
    with store.claimed(recipe.digest, what):
        if store.exists(recipe.kind, recipe.digest):  # published between the look and the claim
            logger.info("%s: exists (%s)", what, name)
            return Made(here=False, seconds=0.0)
        watch = Stopwatch()
        checkpoints = TimedCheckpoints(store.checkpoints(recipe.digest), recipe.digest, watch)
        with scratch_folder(f"fer-{recipe.stage}-") as scratch:
            device = make(Work(scratch, checkpoints, stop, store))
            spent = watch.read()
            store.publish(
                recipe.kind,
                recipe.model_dump(mode="json"),
                recipe.digest,
                scratch,
                wall_seconds=spent["wall"],
                device_seconds=spent[CPU if device == CPU else "wall"],
                device=device,
            )
        checkpoints.clear()
    seconds = time.monotonic() - begun
    logger.info("%s: made in %.1f s (%s)", what, seconds, name)
    return Made(here=True, seconds=seconds)


@cache
def _refuse_unconditional_server(store: Store) -> None:
    """Claims and publishing rest on conditional writes, so a server is tried before the first of them."""
    if store.objects.local_path("probe") is None:
        refuse_unconditional(store.objects)


def installed_stop(*, at_once: bool = False) -> StopFlag:
    """A flag that SIGTERM and Ctrl-C set from now on; ``at_once`` for stages that save nothing on the way."""
    stop = StopFlag()
    if at_once:
        stop.install_at_once()
    else:
        stop.install()
    return stop


@contextmanager
def stopping_at_once(stop: StopFlag) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C raise Stopped by themselves within the block, where there is nothing to save.

    Only the main thread may enter it. Afterwards the signals do what they did before.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    stop.install_at_once()
    try:
        stop.check()  # asked for before the block began
        yield
    finally:
        if not stop.requested:
            for number, handler in before.items():
                signal.signal(number, handler)


def print_recipe(store: Store, recipe: Recipe) -> None:
    """What ``--dry-run`` shows, as one JSON object: recipe, kind, digest, and whether the artifact exists."""
    shown = {
        "kind": recipe.kind,
        "digest": recipe.digest,
        "exists": store.exists(recipe.kind, recipe.digest),
        "recipe": recipe.model_dump(mode="json"),
    }
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
