"""Choices hold for good, refs move."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fer.errors import RequestError
from fer.store import Store


def test_the_first_choice_holds(store: Store) -> None:
    assert store.choice("numerics/cnn/cpu") is None
    assert store.choose("numerics/cnn/cpu", {"precision": "bf16"}) == {"precision": "bf16"}
    assert store.choose("numerics/cnn/cpu", {"precision": "fp32"}) == {"precision": "bf16"}
    assert store.choice("numerics/cnn/cpu") == {"precision": "bf16"}


def test_all_that_choose_at_once_agree(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        held = list(pool.map(lambda number: store.choose("x", {"number": number}), range(8)))
    assert held == held[:1] * 8


def test_a_ref_refers_to_what_was_written_last(store: Store) -> None:
    assert store.read_ref("sources/1") is None
    store.write_ref("sources/1", {"dataset": "1"})
    store.write_ref("sources/1", {"dataset": "2"})
    assert store.read_ref("sources/1") == {"dataset": "2"}


@pytest.mark.parametrize("data", [b"{", b"[1]", b"\xff", b"{}", b'{"dataset": null}'])
def test_a_damaged_ref_is_named_and_can_be_replaced(store: Store, data: bytes) -> None:
    store.objects.write("refs/sources/1.json", data)
    with pytest.raises(RequestError, match=r"refs/sources/1\.json in .*; remove it, or prepare the source again"):
        store.read_ref("sources/1")
    assert store.ref_to_replace("sources/1") is None
    store.write_ref("sources/1", {"dataset": "1"})
    assert store.ref_to_replace("sources/1") == {"dataset": "1"}
