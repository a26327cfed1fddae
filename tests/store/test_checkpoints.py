"""Checkpoints survive damage to the newest one and never grow beyond two generations."""

import pytest

from fer.errors import TryAgain
from fer.store import Store

EPOCH_1 = {"weights.safetensors": b"w1", "state.json": b"s1"}
EPOCH_2 = {"weights.safetensors": b"w2", "state.json": b"s2"}
EPOCH_3 = {"weights.safetensors": b"w3", "state.json": b"s3"}


def test_the_newest_checkpoint_is_loaded(store: Store) -> None:
    checkpoints = store.checkpoints("d")
    assert checkpoints.load() is None
    checkpoints.save(9, EPOCH_1)
    checkpoints.save(10, EPOCH_2)
    assert store.checkpoints("d").load() == (10, EPOCH_2)
    assert store.checkpoints("e").load() is None


def test_two_generations_are_kept(store: Store) -> None:
    checkpoints = store.checkpoints("d")
    for step, files in enumerate((EPOCH_1, EPOCH_2, EPOCH_3)):
        checkpoints.save(step, files)
    keys = [info.key for info in store.objects.list("checkpoints/d/")]
    assert len([key for key in keys if key.endswith("/state.json")]) == 2
    assert len(keys) == 2 * 3


def test_a_damaged_newest_checkpoint_falls_back_to_the_one_before(store: Store) -> None:
    checkpoints = store.checkpoints("d")
    checkpoints.save(1, EPOCH_1)
    checkpoints.save(2, EPOCH_2)
    _newest_weights(store, b"W2")
    assert checkpoints.load() == (1, EPOCH_1)
    _newest_weights(store, None)
    assert checkpoints.load() == (1, EPOCH_1)


def test_a_damaged_manifest_of_the_newest_checkpoint_falls_back_too(store: Store) -> None:
    checkpoints = store.checkpoints("d")
    checkpoints.save(1, EPOCH_1)
    checkpoints.save(2, EPOCH_2)
    newest = max(info.key for info in store.objects.list("checkpoints/d/") if info.key.count("/") == 2)
    store.objects.write(newest, store.objects.read(newest)[:-20])
    assert checkpoints.load() == (1, EPOCH_1)


def test_where_both_generations_are_damaged_there_is_none(store: Store) -> None:
    store.checkpoints("d").save(1, EPOCH_1)
    _newest_weights(store, b"W1")
    assert store.checkpoints("d").load() is None


def test_going_on_from_the_fallback_replaces_the_damaged_one(store: Store) -> None:
    checkpoints = store.checkpoints("d")
    checkpoints.save(1, EPOCH_1)
    checkpoints.save(2, EPOCH_2)
    _newest_weights(store, b"W2")
    checkpoints.save(2, EPOCH_3)
    assert checkpoints.load() == (2, EPOCH_3)
    _newest_weights(store, b"W3")
    assert checkpoints.load() == (1, EPOCH_1)


def test_a_save_that_was_killed_halfway_does_not_exist_and_is_cleaned_up(store: Store) -> None:
    checkpoints = store.checkpoints("d")
    checkpoints.save(1, EPOCH_1)
    store.objects.write("checkpoints/d/000000000002-killed/weights.safetensors", b"w2")
    assert checkpoints.load() == (1, EPOCH_1)
    checkpoints.save(2, EPOCH_2)
    assert not list(store.objects.list("checkpoints/d/000000000002-killed/"))


def test_a_save_that_fails_halfway_leaves_the_one_before_and_nothing_else(store: Store) -> None:
    checkpoints = store.checkpoints("d")
    checkpoints.save(1, EPOCH_1)
    before = [info.key for info in store.objects.list()]
    write = store.objects.write

    def broken(key: str, data: bytes) -> None:
        if key.endswith(".json") and key.count("/") == 2:
            raise TryAgain("the disk is full")
        write(key, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.objects, "write", broken)
        with pytest.raises(TryAgain, match="the disk is full"):
            checkpoints.save(2, EPOCH_2)
    assert [info.key for info in store.objects.list()] == before


def test_clearing_leaves_nothing(store: Store) -> None:
    store.checkpoints("d").save(1, EPOCH_1)
    store.checkpoints("e").save(1, EPOCH_2)
    store.checkpoints("d").clear()
    assert store.checkpoints("d").load() is None
    assert not list(store.objects.list("checkpoints/d/"))
    assert store.checkpoints("e").load() == (1, EPOCH_2)


def _newest_weights(store: Store, data: bytes | None) -> None:
    """Overwrite the weights of the newest generation, or lose them."""
    key = max(info.key for info in store.objects.list("checkpoints/d/") if info.key.endswith("/weights.safetensors"))
    if data is None:
        store.objects.delete(key)
    else:
        store.objects.write(key, data)
