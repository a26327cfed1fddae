"""Artifacts that are there and cannot be read: who shows them takes them for missing, with the damage as the reason."""

import zipfile
import zlib

from fer.errors import RequestError
from fer.plan import Task
from fer.report.results import Missing
from fer.store import Store

DAMAGE = (RequestError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What is raised for files that are not as they were published, and by JSON, CSV and arrays for whole ones that are not
what their names say."""


def damaged(store: Store, task: Task, error: Exception) -> Missing:
    """A task whose artifact cannot be read, by what of ``DAMAGE`` reading it raised."""
    if isinstance(error, RequestError):
        return Missing(task, "damaged", str(error))
    where = f"{task.recipe.kind}/{task.digest} in {store.uri}"
    return Missing(task, "damaged", f"{where} is as it was published, and cannot be read: {error!r}")
