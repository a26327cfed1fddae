"""Which data set a source was last prepared as, and for which sources a study is planned: the store's refs."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fer.data.source import DRAWN
from fer.errors import RequestError
from fer.paths import is_utf8, local_path
from fer.recipes import canonical
from fer.store import Store
from fer.study import DrawnSpec, Study

_REFS = "refs/"
_JSON = ".json"


def normalised(source: str) -> str:
    """One spelling for one source: an absolute path, or a URI without a trailing slash.

    Raises RequestError for what is no path, and for one that a store could not note down.
    """
    if source == DRAWN:
        return source
    if "://" in source:
        return source.rstrip("/")
    place = str(local_path(source).resolve())
    if not is_utf8(place):
        raise RequestError(f"{place!r}: is a path that is not in UTF-8; rename it to UTF-8")
    return place


def source_key(source: str, drawn: DrawnSpec) -> str:
    """Name of a source within refs; where the source is ``drawn``, what is drawn is part of it."""
    place = normalised(source)
    described = {"source": place, "drawn": drawn.model_dump(mode="json") if place == DRAWN else None}
    return hashlib.sha256(canonical(described).encode()).hexdigest()[:16]


def prepared_ref(source: str, drawn: DrawnSpec) -> str:
    """The ref that holds ``dataset``, ``fingerprint`` and ``source`` of what was last prepared."""
    return f"sources/{source_key(source, drawn)}"


def plan_ref(study_name: str, source: str, drawn: DrawnSpec) -> str:
    """The ref that holds ``plan``, ``dataset``, ``source`` and ``when`` of a study's last plan on a source."""
    return f"studies/{study_name}/{source_key(source, drawn)}"


def plan_refs(store: Store, study_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every plan of a study in the store, as (ref, content). Raises RequestError for a broken ref."""
    return _plan_refs(store, study_name, store.read_ref)


def sound_plan_refs(store: Store, study_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same without broken refs, for who is about to write one of them."""
    return _plan_refs(store, study_name, store.ref_to_replace)


def _plan_refs(
    store: Store, study_name: str, read: Callable[[str], dict[str, Any] | None]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for info in store.objects.list(f"{_REFS}studies/{study_name}/"):
        name = info.key.removeprefix(_REFS).removesuffix(_JSON)
        content = read(name)
        if content is not None:
            yield name, content


def source_of(store: Store, study: Study, given: str | None) -> str | None:
    """The source that is meant: the one given, else the study's, else the only one it is planned for; None for none.

    Raises RequestError, naming them, where it is planned for several.
    """
    source = given or study.data.source
    if source is not None:
        return source
    known = sorted({str(content["source"]) for _, content in plan_refs(store, study.name)})
    if len(known) > 1:
        raise several(study.name, known)
    return known[0] if known else None


def several(study: str, sources: Iterable[str]) -> RequestError:
    """The error to raise where a source has to be chosen."""
    return RequestError(f"study {study} is planned for several sources; give --source, one of: {', '.join(sources)}")


def planned_names(store: Store) -> set[str]:
    """Names of the studies that are planned in the store; other files than refs, of a file manager, name none."""
    keys = (info.key.split("/") for info in store.objects.list(f"{_REFS}studies/"))
    return {parts[2] for parts in keys if len(parts) == 4 and parts[3].endswith(_JSON)}


def report_ref(study_name: str, source: str, drawn: DrawnSpec) -> str:
    """The ref that holds ``report`` and ``when`` of a study's last report on a source."""
    return f"reports/{study_name}/{source_key(source, drawn)}"
