"""Checking a whole store finds every damaged artifact and nothing else."""

from pathlib import Path

from fer.store import Store, check
from tests.store.publishing import publish


def test_a_sound_store_has_no_problems(store: Store, made: Path) -> None:
    publish(store, made)
    with store.claimed("d", "a cell"):
        store.checkpoints("d").save(1, {"state.json": b"{}"})
    store.choose("x", {})
    assert check(store) == []


def test_every_kind_of_damage_is_found_and_can_be_set_aside(store: Store, made: Path) -> None:
    for digest in ("1", "2", "3", "4", "5"):
        publish(store, made, "cell", digest)
    folders = {manifest.digest: manifest.folder for manifest in store.manifests("cell")}
    images = {digest: f"{folder}/images.npz" for digest, folder in folders.items()}
    store.objects.write(images["1"], store.objects.read(images["1"])[:-1])
    store.objects.write(images["2"], store.objects.read(images["2"]).replace(b"\x07", b"\x08"))
    store.objects.delete(images["3"])
    store.objects.write("cell/4/manifest.json", b"{")

    problems = {problem.digest: problem.reason for problem in check(store)}

    assert set(problems) == {"1", "2", "3", "4"}
    assert f"{images['1']} in {store.uri} has 10239 bytes" in problems["1"]
    assert f"{images['2']} in {store.uri} has other bytes" in problems["2"]
    assert f"{images['3']} in {store.uri} is missing" in problems["3"]
    assert f"cell/4/manifest.json in {store.uri} is not a valid manifest" in problems["4"]
    for digest in problems:
        store.set_aside("cell", digest)
        publish(store, made, "cell", digest)
    assert check(store) == []
