"""What a store keeps as JSON: the base of all records, an artifact's manifest, the check of a file against it."""

import hashlib
from pathlib import Path
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from fer.errors import RequestError
from fer.store.objects import check_key


class Record(BaseModel):
    """A frozen JSON object with exactly the fields it declares."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_bytes(self) -> bytes:
        """The record as readable JSON."""
        return self.model_dump_json(indent=1).encode()

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Self:
        """Read a record; RequestError names ``where`` it came from and the first thing that is wrong with it."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            detail = f"{field}: {first['msg']}" if field else first["msg"]
            raise RequestError(f"{where} is not a valid {cls.__name__.lower()}: {detail}") from error


class FileEntry(Record):
    """What a manifest says about one file."""

    size: int = Field(ge=0)
    """Bytes."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @classmethod
    def of_bytes(cls, data: bytes) -> Self:
        """Describe bytes in memory."""
        return cls(size=len(data), sha256=hashlib.sha256(data).hexdigest())

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Describe a file, reading it once."""
        with path.open("rb") as file:
            return cls(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=file.tell())

    def mismatch(self, path: Path) -> str | None:
        """What is wrong with the file at ``path``, in words to follow its name; None where it is the one described."""
        if not path.is_file():
            return "is missing"
        return self._difference(path.stat().st_size) or self._difference(self.size, self.of_file(path).sha256)

    def mismatch_bytes(self, data: bytes) -> str | None:
        """The same for bytes in memory."""
        return self._difference(len(data), hashlib.sha256(data).hexdigest())

    def _difference(self, size: int, sha256: str | None = None) -> str | None:
        if size != self.size:
            return f"has {size} bytes where the manifest says {self.size}"
        if sha256 is not None and sha256 != self.sha256:
            return "has other bytes than the manifest's sha256 says"
        return None


class Manifest(Record):
    """What an artifact consists of and where it came from; with it the artifact exists, without it it does not."""

    kind: str
    digest: str
    attempt: str = Field(pattern=r"^[0-9a-f]+$")
    """The folder under ``<kind>/<digest>/`` that holds this writer's files."""
    files: dict[str, FileEntry]
    """By name relative to the attempt's folder, with forward slashes."""
    recipe: dict[str, Any]
    """What the artifact was made from, in full."""
    code_version: str
    libraries: dict[str, str] = {}
    """Versions of Python and of what else computes, by name; none in manifests from before they were kept."""
    machine: str
    device: str
    wall_seconds: float = Field(ge=0)
    device_seconds: float = Field(ge=0)
    created: AwareDatetime

    @property
    def folder(self) -> str:
        """The key prefix of the files, without a trailing slash."""
        return f"{self.kind}/{self.digest}/{self.attempt}"

    @field_validator("files")
    @classmethod
    def _safe_names(cls, files: dict[str, FileEntry]) -> dict[str, FileEntry]:
        for name in files:
            try:
                check_key(name)
            except RequestError as error:
                raise ValueError(str(error)) from error
        return files
