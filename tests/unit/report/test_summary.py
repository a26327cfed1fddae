"""The summary in Markdown says the answer first, and shows names from users as they are."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fer.report.markdown import escaped
from fer.report.write import write_report
from tests.reports import TWO_GENERATORS, made_up


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    write_report(made_up(missing=lambda t: ("failed", "out of *memory*") if t.stage == "assess" else None), folder)
    return (folder / "report.md").read_text(encoding="utf-8")


def test_it_opens_with_the_answer_then_the_evidence_then_how_it_was_made(summary: str) -> None:
    headings = [line for line in summary.splitlines() if line.startswith("#")]
    assert headings[0] == "# Two generators, two seeds"
    assert headings[1] == "## How much real data can the samples replace?"
    assert headings[2] == "## Macro-F1 on the test images"
    assert headings[-1] == "## How it was made"
    assert "- **weak.** " in summary


def test_its_tables_show_what_the_page_shows(summary: str) -> None:
    lines = summary.splitlines()
    head = next(line for line in lines if line.startswith("| Classifier | Training set"))
    assert "Macro-F1: leak-free" in head
    row = next(line for line in lines if line.startswith("| cnn | weak | 0.5"))
    assert "0.375 ± 0.007" in row
    assert row.count("|") == head.count("|")


def test_what_is_missing_stands_there_with_its_reason(summary: str) -> None:
    assert "- Missing tasks: 4" in summary
    assert "assess generator=weak seed=0: out of \\*memory\\*" in summary


def test_it_names_every_version_of_a_library_that_artifacts_were_made_with(tmp_path: Path) -> None:
    results = made_up()
    older = {"python": "3.11.9", "numpy": "2.3.0", "torch": "2.14.1"}
    first, *others = results.made
    first = replace(first, manifest=first.manifest.model_copy(update={"libraries": older}))
    write_report(replace(results, made=[first, *others]), tmp_path)
    named = "numpy 2.3.0, python 3.11.9, torch 2.14.1 and 2.15.0"
    assert f"- Libraries: {named}" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert f"<dt>Libraries</dt><dd>{named}</dd>" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_nothing_from_users_becomes_markup(tmp_path: Path) -> None:
    evil = "<script>x</script> | [a](b) `c`"
    text = TWO_GENERATORS.replace("Two generators, two seeds", json.dumps(evil)).replace(
        "[cnn], ratios: [0.0", '["timm:a|b"], ratios: [0.0'
    )
    write_report(made_up(text), tmp_path)
    summary = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "<script>" not in summary
    assert "timm:a\\|b" in summary
    assert escaped("a\n b") == "a b"
