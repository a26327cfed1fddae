"""Content that a study names by path or URI: its digests when the study is planned, and the check when it is used."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer.data.source import fingerprint
from fer.errors import RequestError
from fer.generators.registry import FOLDER
from fer.recipes import PlannedStudy
from fer.store import fetch_uri
from fer.study import Study


def fingerprints(study: Study) -> dict[str, str]:
    """Content digests by URI: of folders of images, and of files of weights. Raises RequestError."""
    models = [study.model_of(name) for name in study.generators]
    folders = dict.fromkeys(model.removeprefix(FOLDER) for model in models if model.startswith(FOLDER))
    found = {uri: fingerprint(uri, study.data.drawn) for uri in folders}
    weights = [*(training.weights for _, training in study.trainings), study.assessment.inception]
    for uri in dict.fromkeys(weights):
        if uri is not None:
            with _file(uri) as path:
                found[uri] = _digest(path)
    return found


def check_folder(planned: PlannedStudy, uri: str) -> None:
    """Raise RequestError where a folder of images is not what it was when the study was planned."""
    if fingerprint(uri, planned.study.data.drawn) != planned.fingerprints[uri]:
        raise _changed(planned, uri)


@contextmanager
def pinned_weights(planned: PlannedStudy, uri: str | None) -> Iterator[Path | None]:
    """A local file with the weights that were planned with; None for None. Raises RequestError."""
    if uri is None:
        yield None
        return
    with _file(uri) as path:
        if _digest(path) != planned.fingerprints[uri]:
            raise _changed(planned, uri)
        yield path


@contextmanager
def _file(uri: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fer-weights-") as scratch:
        path = fetch_uri(uri, Path(scratch))
        if not path.is_file():
            raise RequestError(f"weights {uri}: is a folder; give a file of weights")
        yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changed(planned: PlannedStudy, uri: str) -> RequestError:
    return RequestError(f"{uri} has changed since study {planned.study.name} was planned; plan it again with fer plan")
