"""Scratch folders below $TMPDIR, and what is said where they cannot be had."""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer.errors import RequestError, TryAgain

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A folder for the length of the block, whose name begins with ``prefix``.

    Raises RequestError where none can be made, and TryAgain where the place is full or gets so within the block.
    """
    place = scratch_place()
    try:
        folder = tempfile.TemporaryDirectory(prefix=prefix, dir=place)
    except OSError as error:
        if error.errno in FULL:
            raise _full(place) from error
        raise RequestError(f"no scratch folder can be made ({error}); let $TMPDIR name a place that can") from error
    with folder as name:
        try:
            yield Path(name)
        except OSError as error:
            if error.errno in FULL:
                raise _full(place) from error
            raise


def scratch_place() -> Path:
    """$TMPDIR, or what stands for it. Raises RequestError where no such folder can be written."""
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise RequestError("no temporary folder can be written; let $TMPDIR name one that can") from error


def _full(place: Path) -> TryAgain:
    return TryAgain(f"the scratch folder {place} is full; free space, or let $TMPDIR name another")
