"""Where stages may run and keep things: a store on S3, and a root filesystem that cannot be written to."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fer.store import open_objects
from tests.commands import PROGRAM, Fer
from tests.study.conftest import QUICK

GENERATOR = ("--generator", "cgan-48", "--seed", "0")


@pytest.mark.slow
def test_a_study_and_a_store_may_both_be_on_s3(fer: Fer, s3_uri: str) -> None:
    open_objects(s3_uri).write("studies/quick.yaml", QUICK.encode())
    where = ("--study", f"{s3_uri}/studies/quick.yaml", "--store", f"{s3_uri}/store")
    for command in ("prepare", "plan"):
        assert fer(command, *where).status == 0
    for role in ("judge", "features", "reader"):
        assert fer("train-evaluator", *where, "--evaluator", role).status == 0
    for stage in ("train-gan", "generate", "assess"):
        assert fer(stage, *where, *GENERATOR).status == 0
    shown = fer("plan", *where).output
    assert "generate: 1 exists of 1" in shown
    assert fer("report", *where).output.startswith(s3_uri)


@pytest.mark.slow  # the store is patient
def test_a_store_that_cannot_be_reached_asks_to_be_tried_again(
    fer: Fer, s3_uri: str, quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")  # the discard port: nobody listens
    ended = fer("plan", "--study", quick, "--store", s3_uri)
    assert ended.status == 75
    assert len(ended.messages) == 1


def test_a_broken_source_on_s3_is_named_as_it_was_given(fer: Fer, s3_uri: str) -> None:
    open_objects(s3_uri).write("faces.zip", b"not a zip")
    refusal = fer("prepare", "--source", f"{s3_uri}/faces.zip", "--store", f"{s3_uri}/store").refusal
    assert refusal.startswith(f"{s3_uri}/faces.zip: is not a folder, a zip archive")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="only root can make the root read-only")
@pytest.mark.parametrize(
    "stage",
    [
        ("train-evaluator", "--evaluator", "judge"),
        ("train", "--classifier", "cnn", "--ratio", "1", "--seed", "0"),
        ("report",),
    ],
)
def test_a_stage_runs_on_a_read_only_root_filesystem(
    quick: Path, planned_store: Path, tmp_path: Path, stage: tuple[str, ...]
) -> None:
    (tmp_path / "scratch").mkdir()
    read_only = 'mount --bind "$0" "$0" && mount -o remount,ro,bind / && ! touch /written 2>/dev/null && exec "$@"'
    command = (*PROGRAM, stage[0], "--study", str(quick), "--store", str(planned_store), *stage[1:])
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-c", read_only, str(tmp_path), *command],
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch")},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Read-only" not in ended.stderr
