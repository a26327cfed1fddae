"""A path as somebody wrote it is looked at without surprises."""

from pathlib import Path

import pytest

from fer.errors import RequestError
from fer.paths import local_path
from fer.store import fetch_uri, open_store


def test_the_home_folder_is_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nowhere/at/all")
    assert local_path("~/faces") == Path("/nowhere/at/all/faces")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("~nosuch/x", "is no path"),
        ("x" * 300, "File name too long"),
        ("loop/x", "Too many levels"),
        ("a\0b", "is no path"),
    ],
)
def test_what_cannot_be_a_path_is_one_short_line_for_a_source_and_for_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    for use in (lambda: local_path(text), lambda: open_store(text), lambda: fetch_uri(text, tmp_path)):
        with pytest.raises(RequestError, match=reason) as caught:
            use()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 250
