"""Objects on an S3 server: conditional writes, retries with back-off, multipart for large files."""

import io
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
)
from botocore.exceptions import ConnectionError as ServerConnectionError
from botocore.parsers import ResponseParserError
from s3transfer.exceptions import RetriesExceededError

from fer.errors import RequestError, StageError, TryAgain
from fer.runtime.scratch import FULL
from fer.store.objects import ASIDE, MissingObject, ObjectInfo, check_key

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

T = TypeVar("T")

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between the tries of an operation. The client itself tries each request three times within a second."""
PART_SIZE = 16 * 1024 * 1024
"""Objects above this many bytes travel in parts of this size."""

_BROKEN_CONNECTION = (HTTPClientError, IncompleteReadError, RetriesExceededError, ServerConnectionError)
_DENIED = frozenset({401, 403})
_TRY_AGAIN = frozenset({408, 409, 429})
_PRECONDITION_FAILED = 412


class S3Objects:
    """The ``Objects`` protocol on ``s3://bucket/prefix``.

    Credentials, region and endpoint come from the standard AWS variables (``AWS_ACCESS_KEY_ID``,
    ``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``, ``AWS_ENDPOINT_URL_S3``) and files.
    """

    def __init__(self, bucket: str, prefix: str = "", waits: Sequence[float] = WAITS) -> None:
        """Open it, sending nothing yet. RequestError where endpoint, bucket or prefix cannot be one."""
        if not bucket:
            raise RequestError(f"s3://{f'/{prefix}' if prefix else ''} names no bucket: give s3://bucket/prefix")
        self.uri = f"s3://{bucket}/{prefix}" if prefix else f"s3://{bucket}"
        self._bucket = bucket
        self._prefix = f"{check_key(prefix)}/" if prefix else ""
        self._waits = waits
        config = Config(
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 3},
            # Other servers than Amazon's do not all know the checksums that the client would add unasked.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        try:
            # A session of its own sees the variables as they are now. It reads the older AWS_DEFAULT_REGION by itself.
            session = boto3.session.Session(region_name=os.environ.get("AWS_REGION") or None)
            self._client = session.client("s3", config=config)
        except (BotoCoreError, ValueError) as error:
            raise RequestError(f"cannot open {self.uri}: {_one_line(error)}") from error
        self._client.meta.events.register("before-parse.s3", self._refuse_web_page)
        self._transfer = TransferConfig(multipart_threshold=PART_SIZE, multipart_chunksize=PART_SIZE, max_concurrency=4)

    def local_path(self, key: str) -> None:
        """None: every object has to be downloaded."""
        check_key(key)

    def read(self, key: str) -> bytes:
        """Return the object; raises MissingObject."""
        name = self._name(key)

        def get() -> bytes:
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
            if "ETag" not in answer:
                raise self._no_s3_server("read", key)
            return answer["Body"].read()

        return self._try("read", key, get)

    def download(self, key: str, path: Path) -> None:
        """Write the object to ``path``, in parallel parts where it is large; raises MissingObject."""
        name = self._name(key)
        aside = path.with_name(f"{ASIDE}{uuid.uuid4().hex}")

        def transfer() -> None:
            with aside.open("wb") as file:
                self._client.download_fileobj(self._bucket, name, file, Config=self._transfer)

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._try("download", key, transfer)
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)
        except OSError as error:
            kind = TryAgain if error.errno in FULL else RequestError
            raise kind(f"cannot write {path}: {error.strerror or error}") from error

    def write(self, key: str, data: bytes) -> None:
        """Store ``data``, replacing what is there."""
        name = self._name(key)
        if len(data) <= PART_SIZE:
            self._try("write", key, lambda: self._client.put_object(Bucket=self._bucket, Key=name, Body=data))
        else:
            self._try("write", key, lambda: self._send(name, io.BytesIO(data)))

    def upload(self, key: str, path: Path) -> None:
        """Store a file, in parallel parts where it is large, replacing what is there."""
        name = self._name(key)

        def transfer() -> None:
            with path.open("rb") as file:
                self._send(name, file)

        self._try("upload", key, transfer)

    def create(self, key: str, data: bytes) -> bool:
        """Store ``data`` only where nothing is stored yet; False where something is (see ``Objects.create``)."""
        name = self._name(key)

        def put() -> bool:
            try:
                answer = self._client.put_object(Bucket=self._bucket, Key=name, Body=data, IfNoneMatch="*")
            except ClientError as error:
                if _status(error) == _PRECONDITION_FAILED:
                    return False
                raise
            if "ETag" not in answer:
                raise self._no_s3_server("create", key)
            return True

        return self._try("create", key, put)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key starts with ``prefix``."""
        if prefix:
            check_key(prefix.removesuffix("/"))
        last = ""
        while True:
            page = self._try("list", prefix, partial(self._page, prefix, last))
            for entry in page.get("Contents", []):
                last = entry["Key"]
                yield ObjectInfo(last.removeprefix(self._prefix), entry["Size"], entry["LastModified"])
            if not page["IsTruncated"]:
                return

    def delete(self, key: str) -> None:
        """Remove the object; no error where there is none."""
        name = self._name(key)
        self._try("delete", key, lambda: self._client.delete_object(Bucket=self._bucket, Key=name))

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _try(self, action: str, key: str, operation: Callable[[], T]) -> T:
        """Run an operation, again after each wait while the server cannot serve it; errors become the project's."""
        waits = iter(self._waits)
        while True:
            try:
                return operation()
            except (BotoCoreError, ClientError, RetriesExceededError) as error:
                translated = self._translated(error, action, key)
                wait = next(waits, None)
                if wait is None or not isinstance(translated, TryAgain):
                    raise translated from error
                time.sleep(wait)

    def _translated(self, error: Exception, action: str, key: str) -> StageError | MissingObject:
        what = f"{action} {self.uri}/{key}"
        server = self._client.meta.endpoint_url
        if isinstance(error, _BROKEN_CONNECTION):
            return TryAgain(f"cannot {what}: {server} cannot be reached ({_one_line(error)})")
        if isinstance(error, NoCredentialsError):
            return RequestError(f"cannot {what}: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        if isinstance(error, ResponseParserError):
            return self._no_s3_server(action, key)
        if not isinstance(error, ClientError):
            return RequestError(f"cannot {what}: {_one_line(error)}")
        status, code = _status(error), error.response["Error"]["Code"]
        if status == 404 and (code == "NoSuchKey" or error.operation_name == "HeadObject"):  # whose answer has no code
            return MissingObject(key)
        if status == 404 and code != "NoSuchBucket":
            return self._no_s3_server(action, key)
        if status in _DENIED:
            return RequestError(f"cannot {what}: {server} refuses the credentials ({code}); check AWS_ACCESS_KEY_ID")
        if status in _TRY_AGAIN or status >= 500:
            return TryAgain(f"cannot {what}: {server} answers {status} {code}")
        return RequestError(f"cannot {what}: {_one_line(error)}")

    def _refuse_web_page(self, response_dict: dict[str, Any], **_: object) -> None:
        """A web page for an answer is no fault that passes, but the client makes a 500 of a 200 that it cannot read."""
        status, body = response_dict["status_code"], response_dict["body"]
        if status in (200, 500) and isinstance(body, bytes) and b"<html" in body[:1000].lower():
            raise self._no_s3_server("use", "")

    def _no_s3_server(self, action: str, key: str) -> RequestError:
        server = self._client.meta.endpoint_url
        return RequestError(
            f"cannot {action} {self.uri}/{key}: {server} does not answer as an S3 server; check AWS_ENDPOINT_URL_S3"
        )

    def _send(self, name: str, file: BinaryIO) -> None:
        self._client.upload_fileobj(file, self._bucket, name, Config=self._transfer)

    def _page(self, prefix: str, last: str) -> "ListObjectsV2OutputTypeDef":
        return self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + prefix, StartAfter=last)


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
