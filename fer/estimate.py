"""How long a task may take: as long as like tasks took before in the same store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice
from statistics import median
from typing import Any

from fer.store import Store

SAMPLE = 200
"""Manifests read per kind. Digests are random, so that the first ones are a fair sample of all."""


def likeness(recipe: Mapping[str, Any]) -> tuple[str, str]:
    """What tasks of similar length share: the stage, and the model or classifier."""
    params = recipe["params"]
    return str(recipe["stage"]), str(params.get("classifier") or params.get("model") or "")


def known_seconds(store: Store, kinds: Iterable[str]) -> dict[tuple[str, str], float]:
    """Median wall seconds by likeness, over the artifacts of these kinds that the store holds."""
    seconds = defaultdict(list)
    for kind in sorted(set(kinds)):
        for manifest in islice(store.manifests(kind), SAMPLE):
            seconds[likeness(manifest.recipe)].append(manifest.wall_seconds)
    return {like: median(values) for like, values in seconds.items()}
