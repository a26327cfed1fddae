"""Paths as users write them."""

from pathlib import Path

from fer.errors import RequestError


def local_path(text: str) -> Path:
    """The path with ``~`` expanded; whether there is anything may be asked of it without surprises.

    Raises RequestError, in one line, where it cannot be a path (an unknown user, a name that is too long) or where
    nobody can say what lies there (below a folder that may not be read).
    """
    try:
        path = Path(text).expanduser()
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise RequestError(f"{_shortened(text)}: cannot be looked at ({error.strerror}); give another path") from error
    except (RuntimeError, ValueError) as error:  # no such user; a null character
        reason = " ".join(str(error).split())
        raise RequestError(f"{_shortened(text)!r}: is no path ({reason}); give another path") from error
    return path


def is_utf8(name: str) -> bool:
    """Whether a path or a name of a file can be written down; where not, Python has surrogates in place of bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shortened(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:60]}...{text[-37:]}"
