"""Many reads from a store at the same time: on S3 the time goes into waiting."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_READERS = 8
Item = TypeVar("Item")
Found = TypeVar("Found")


def at_once(read: Callable[[Item], Found], items: Iterable[Item]) -> list[Found]:
    """``read`` of every item, several at a time, in the order of the items; raises what the first of them raises."""
    with ThreadPoolExecutor(_READERS) as pool:
        return list(pool.map(read, items))
