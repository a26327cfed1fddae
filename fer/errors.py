"""What a stage may end with besides success; each error carries the exit status that design and retries agree on."""


class StageError(Exception):
    """An expected end of a stage. ``str(error)`` is one line for the user: what, where, and what would be right."""

    exit_code: int


class RequestError(StageError):
    """The request or its input is wrong; repeating it unchanged cannot help."""

    exit_code = 2


class TryAgain(StageError):  # noqa: N818 - a condition, not a fault
    """Nothing is wrong with the request, but it cannot be served now (store unreachable, claimed elsewhere)."""

    exit_code = 75


class Stopped(StageError):  # noqa: N818
    """A signal asked the stage to stop, and it saved what it needs to go on later."""

    exit_code = 143
