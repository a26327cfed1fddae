"""Submitting: the same workflow as argo/grid.yaml, what travels to the store first, and what is refused before."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import yaml

from fer.errors import RequestError
from fer.store import fetch_uri
from fer.studies import built_in_text
from jobs.context import Context
from jobs.fetch_report import copy_report
from jobs.submit import workflow_for
from jobs.uploads import reachable_source, reachable_study
from tests.commands import Fer

GRID = Path(__file__).parents[3] / "argo" / "grid.yaml"
TINY = built_in_text("tiny").replace("name: tiny", "name: mine")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(TINY)
    return path


def test_the_workflow_is_that_of_the_file() -> None:
    assert workflow_for("fer", {"study": None}) == yaml.safe_load(GRID.read_text())


def test_parameters_are_texts_and_those_not_given_stay_the_templates() -> None:
    spec = workflow_for("elsewhere", {"study": "tiny", "pack": 4, "ratio": 0.5, "seed": None})["spec"]
    assert spec["arguments"]["parameters"] == [
        {"name": "study", "value": "tiny"},
        {"name": "pack", "value": "4"},
        {"name": "ratio", "value": "0.5"},
    ]


def test_what_pods_can_read_stays_as_it_is() -> None:
    for reference in ("tiny", "s3://fer/studies/mine.yaml"):
        assert reachable_study(reference, None) == (reference, None)
    for source in ("drawn", "s3://fer/faces.zip"):
        assert reachable_source(source, None) == source


def test_a_study_file_is_uploaded_under_its_content_with_the_source_that_it_names(
    mine: Path, s3_uri: str, tmp_path: Path
) -> None:
    uri, source = reachable_study(str(mine), s3_uri)
    assert source == "drawn"
    assert uri.startswith(f"{s3_uri}/uploads/studies/")
    assert fetch_uri(uri, tmp_path / "fetched").read_text() == TINY
    assert reachable_study(str(mine), s3_uri) == (uri, source)
    mine.write_text(TINY + "title: another\n" if "title" not in TINY else TINY.replace("title: ", "title: Another "))
    assert reachable_study(str(mine), s3_uri)[0] != uri


def test_a_data_set_that_is_not_there_is_named_before_a_store_is_asked_for() -> None:
    with pytest.raises(RequestError, match="/nowhere"):
        reachable_source("/nowhere", None)


def test_a_folder_of_images_is_uploaded_file_by_file(s3_uri: str, tmp_path: Path) -> None:
    from PIL import Image

    for name in ("a", "b"):
        (tmp_path / "faces" / name).mkdir(parents=True)
        Image.new("L", (48, 48)).save(tmp_path / "faces" / name / "1.png")
    (tmp_path / "faces" / ".hidden").write_text("")
    uri = reachable_source(str(tmp_path / "faces"), s3_uri)
    assert uri.startswith(f"{s3_uri}/uploads/data/")
    fetched = fetch_uri(uri, tmp_path / "fetched")
    assert sorted(path.relative_to(fetched).as_posix() for path in fetched.rglob("*.*")) == ["a/1.png", "b/1.png"]
    assert reachable_source(str(tmp_path / "faces"), s3_uri) == uri


def test_a_study_in_the_store_goes_by_its_name(fer: Fer, s3_uri: str) -> None:
    for stage in ("prepare", "plan"):
        assert fer(stage, "--study", "tiny", "--store", s3_uri).status == 0
    with pytest.raises(RequestError, match="did you mean tiny"):
        reachable_study("tinny", s3_uri)


@pytest.mark.parametrize("store", [None, "./store"])
def test_an_upload_needs_a_store_that_pods_reach(mine: Path, store: str | None) -> None:
    with pytest.raises(RequestError, match=r"give the cluster's s3://bucket/prefix .or FER_STORE.*port-forward"):
        reachable_study(str(mine), store)


def test_a_misspelt_study_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        RequestError, match="study smokee: neither built in, nor a file, nor a store URI; did you mean sm"
    ):
        reachable_study("smokee", None)


def test_paths_within_a_study_are_refused_since_only_the_file_travels(mine: Path, s3_uri: str) -> None:
    mine.write_text(TINY.replace("cgan-48: {options: {batch_size: 32}}", 'cgan-48: {model: "folder:theirs/"}'))
    with pytest.raises(
        RequestError, match=r"generators\.cgan-48\.model: theirs/ is a path of this machine; give a store URI"
    ):
        reachable_study(str(mine), s3_uri)


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("training: {weights: net.pth}", r"training\.weights"),
        ("classifiers: {cnn: {weights: net.pth}}", r"classifiers\.cnn\.weights"),
        ("evaluators: {judge: {training: {weights: net.pth}}}", r"evaluators\.judge\.training\.weights"),
        ("assessment: {inception: net.pth}", r"assessment\.inception"),
    ],
)
def test_so_are_paths_of_weights(mine: Path, s3_uri: str, place: str, key: str) -> None:
    mine.write_text(f"name: mine\ngrids: [{{name: main, classifiers: [cnn], ratios: [1.0]}}]\n{place}\n")
    with pytest.raises(RequestError, match=rf"{key}: net\.pth is a path of this machine; give a store URI"):
        reachable_study(str(mine), s3_uri)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--follow"], "--follow belongs to one stage; give --stage"),
        (["--seed", "0"], "--seed belongs to one stage"),
        (["--stage", "train", "--follow", "--watch"], "give one of them"),
        (["--stage", "trian"], "there is no trian; did you mean train?"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(fer: Fer, flags: list[str], expected: str) -> None:
    assert expected in fer("submit", "tiny", *flags).refusal


def test_a_report_is_fetched_by_its_studys_name_where_it_exists(fer: Fer, s3_uri: str, tmp_path: Path) -> None:
    where = ("--study", "tiny", "--store", s3_uri)
    for stage in ("prepare", "plan"):
        assert fer(stage, *where).status == 0
    fetch = ("fetch-report", "tiny", "--store", s3_uri, "--to", tmp_path / "report")
    assert "study tiny has no report in" in fer(*fetch).refusal
    assert fer("report", *where).status == 0
    assert fer(*fetch).output.strip() == str(tmp_path / "report" / "index.html")
    assert (tmp_path / "report" / "index.html").is_file()
    assert "exists; give a folder that does not" in fer(*fetch).refusal


def test_a_folder_with_too_long_a_name_is_refused_before_a_report_is_sought(fer: Fer) -> None:
    refusal = fer("fetch-report", "tiny", "--to", "x" * 300).refusal
    assert refusal.endswith(": cannot be looked at (File name too long); give another path")


def test_a_report_that_cannot_be_copied_says_why(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").symlink_to("nowhere")
    store = SimpleNamespace(fetch=lambda _kind, _digest: tmp_path / "report")
    with pytest.raises(RequestError, match=r"/copy: cannot be written \(.*No such file.*\); give another folder$"):
        copy_report(cast("Context", SimpleNamespace(store=store)), "0" * 40, tmp_path / "copy")
