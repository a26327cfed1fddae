"""From a URI to what it means: the objects of a store, the store on them, a local copy of a file or folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fer.errors import RequestError
from fer.paths import local_path
from fer.store.folder import FolderObjects
from fer.store.objects import MissingObject, Objects
from fer.store.store import Store

_S3 = "s3://"
_DOWNLOADS = 8


def open_objects(uri: str) -> Objects:
    """The objects under a folder path or ``s3://bucket/prefix``; RequestError for anything else."""
    if uri.startswith(_S3):
        from fer.store.s3 import S3Objects  # boto3 takes long to import

        bucket, _, prefix = uri.removeprefix(_S3).partition("/")
        return S3Objects(bucket, prefix.strip("/"))
    if not uri or "://" in uri:
        raise RequestError(f"{uri!r} is not a store: give a folder or s3://bucket/prefix")
    root = local_path(uri)
    if root.exists() and not root.is_dir():
        raise RequestError(f"{uri} is not a store: it is a file, and a store is a folder or s3://bucket/prefix")
    return FolderObjects(root)


def open_store(uri: str) -> Store:
    """The store at a folder path or ``s3://bucket/prefix``. A folder that does not exist yet is an empty store."""
    return Store(open_objects(uri))


def open_existing_store(uri: str) -> Store:
    """Like ``open_store``, for whoever only reads: RequestError where there is no such folder."""
    objects = open_objects(uri)
    if isinstance(objects, FolderObjects) and not objects.root.is_dir():
        raise RequestError(f"there is no store at {uri}; give --store, or set FER_STORE")
    return Store(objects)


def fetch_uri(uri: str, into: Path) -> Path:
    """Bring a file or a folder to this machine and return its path.

    A local path is returned as it is. An ``s3://bucket/key`` is downloaded to ``into``, under its own last name, as a
    file where the key is an object and as a folder where it is a prefix of others. RequestError where there is nothing.
    """
    if not uri.startswith(_S3):
        path = None if "://" in uri else local_path(uri)
        if path is None or not path.exists():
            raise RequestError(f"there is no {uri}: give a local path or s3://bucket/key")
        return path
    bucket, _, key = uri.removeprefix(_S3).partition("/")
    key = key.strip("/")
    if not key:
        raise RequestError(f"{uri} names a whole bucket: give s3://bucket/key")
    objects = open_objects(f"{_S3}{bucket}")
    target = into / key.rpartition("/")[2]
    try:
        objects.download(key, target)
    except MissingObject:
        _download_folder(objects, f"{key}/", target, uri)
    return target


def _download_folder(objects: Objects, prefix: str, target: Path, uri: str) -> None:
    keys = [info.key for info in objects.list(prefix) if not info.key.endswith("/")]  # "folder/" objects are markers
    if not keys:
        raise RequestError(f"there is nothing at {uri}")
    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        list(pool.map(lambda key: objects.download(key, target / key.removeprefix(prefix)), keys))
