"""How long a task may take: as long as like tasks took before in the same store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from fer.errors import RequestError
from fer.recipes import canonical
from fer.store import Manifest, Store
from fer.store.reading import at_once

SAMPLE = 200
"""Manifests read per kind. Digests are random, so that the first ones are a fair sample of all."""

WORK = ("model", "content", "options", "kimg", "count", "classifier", "budget", "numerics", "inception")
"""Parameters that decide how much there is to do, and how fast it goes."""
TRAINING_WORK = ("batch_size",)
"""The same within a cell's ``training``. An epoch is N images long at every ratio and volume."""


def likeness(recipe: Mapping[str, Any]) -> str:
    """What tasks of similar length share: the stage, the data set, and the parameters that decide the work."""
    params, inputs = recipe["params"], recipe["inputs"]
    work = {name: params[name] for name in WORK if name in params}
    work |= {name: params["training"][name] for name in TRAINING_WORK if "training" in params}
    return canonical({"stage": recipe["stage"], "dataset": inputs.get("dataset"), "work": work})


def known_seconds(store: Store, kinds: Iterable[str]) -> dict[str, float]:
    """Median wall seconds by likeness, over the artifacts of these kinds that the store holds."""
    seconds = defaultdict(list)
    for kind in sorted(set(kinds)):
        for manifest in at_once(lambda artifact: _manifest(store, *artifact), store.artifacts(f"{kind}/")[:SAMPLE]):
            if manifest is not None:
                seconds[likeness(manifest.recipe)].append(manifest.wall_seconds)
    return {like: median(values) for like, values in seconds.items()}


def _manifest(store: Store, kind: str, digest: str) -> Manifest | None:
    """None where it is damaged: whoever needs the artifact says so, and an estimate does without."""
    try:
        return store.manifest(kind, digest)
    except RequestError:
        return None
