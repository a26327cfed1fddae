"""Short forms that several tests of the store use."""

from pathlib import Path

from fer.store import Manifest, Store

RECIPE = {"stage": "prepare", "revision": 1, "source": {"kind": "drawn", "seed": 0}}
DIGEST = "5f2c9a"


def publish(store: Store, folder: Path, kind: str = "dataset", digest: str = DIGEST) -> Manifest:
    """Publish a folder with figures that the tests do not look at."""
    return store.publish(kind, RECIPE, digest, folder, wall_seconds=1.5, device_seconds=0.5, device="cpu")


def contents(folder: Path) -> dict[str, bytes]:
    """All files under a folder, by relative name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
