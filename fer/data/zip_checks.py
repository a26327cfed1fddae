"""What a zip archive must not do: name files outside itself, or unpack to far more than its size suggests."""

import re
import stat
import zipfile
from collections.abc import Iterable

from fer.errors import RequestError

LARGEST_RATIO = 100
"""Unpacked over packed bytes; FER2013's CSV, the most compressible of the known sources, has about 3."""
ALWAYS_ALLOWED = 64 * 2**20
"""Bytes up to which the ratio does not matter: small archives of flat test images may compress extremely well."""
LARGEST_TOTAL = 32 * 2**30
MOST_MEMBERS = 5_000_000


def check_archive(members: Iterable[zipfile.ZipInfo], archive_bytes: int, where: str) -> dict[str, zipfile.ZipInfo]:
    """The members by name (``/`` between parts, folders without a last one), in the archive's order.

    Sizes are the declared ones; whoever reads a member must hold it to them. The ratio is taken over the archive as a
    whole, so that members sharing their packed bytes do not get around it. Raises RequestError, naming the member, for
    a name that leaves the archive, a link, encryption, a name that stands twice, and for archives beyond the limits.
    """
    checked: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for info in members:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise RequestError(f"{where}: {info.filename!r}: is a path that leaves the archive; names must be relative")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise RequestError(f"{where}: {name!r}: is a link; an archive must hold the files themselves")
        if info.flag_bits & 0x1:
            raise RequestError(f"{where}: {name!r}: is encrypted; make the archive again without a password")
        name = "/".join(part for part in name.split("/") if part not in ("", "."))
        if name in checked:
            raise RequestError(f"{where}: {name!r}: stands twice in the archive; each file must have its own name")
        if name:
            checked[name] = info
        total += info.file_size
        if len(checked) > MOST_MEMBERS:
            raise RequestError(f"{where}: has more than {MOST_MEMBERS:,} files")
        if total > LARGEST_TOTAL or total > max(ALWAYS_ALLOWED, LARGEST_RATIO * archive_bytes):
            raise RequestError(
                f"{where}: {name!r}: here the archive of {archive_bytes:,} bytes has unpacked to {total:,}; "
                f"allowed are {LARGEST_RATIO} times its size, at most {LARGEST_TOTAL // 2**30} GiB"
            )
    return checked
