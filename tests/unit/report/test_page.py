"""The report's files: a page that needs nothing else, and the same bytes for the same results."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from fer.plan import Task
from fer.report.write import write_report
from tests.reports import CLASSES, TWO_GENERATORS, made_up

FIGURES = {"f1-against-ratio-1", "training-curves-1", "epochs-at-stopping", "judge-against-time"} | {
    f"{name}-{number}"
    for name in (
        "generator-losses",
        "samples-among-real",
        "samples-among-real-by-class-tsne",
        "samples-among-real-by-class-pca",
        "divergence-dependence",
        "labels-read",
    )
    for number in (1, 2)
}
EVIL = "<script>alert(1)</script> & $x$ 'quoted'"


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text of titles inside SVG."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write_report(made_up(), path)
    return path


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def test_the_page_refers_to_nothing_outside_itself(page: str) -> None:
    for tag, attributes in Elements(page).tags:
        for name in ("src", "href", "srcset", "data", "action", "poster", "xlink:href"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), f"<{tag} {name}={value[:80]}>"
    assert not re.search(r"https?://", page)
    assert not re.search(r"@import|url\((?!#)", page)


def test_the_page_has_no_scripts(page: str) -> None:
    elements = Elements(page)
    assert not elements.all("script")
    assert not [attributes for _, attributes in elements.tags if any(name.startswith("on") for name in attributes)]


def test_every_picture_says_what_it_shows(page: str) -> None:
    elements = Elements(page)
    assert elements.all("img")
    assert all(attributes.get("alt") for attributes in elements.all("img"))
    identifiers = {attributes["id"] for _, attributes in elements.tags if "id" in attributes}
    drawings = elements.all("svg")
    assert len(drawings) == len(FIGURES)
    for attributes in drawings:
        assert attributes["role"] == "img"
        assert set((attributes["aria-labelledby"] or "").split()) <= identifiers
    assert "weak: 0.225 at 0.0, 0.375 at 0.5." in page
    assert "all real: 0.505 at 1.0." in page


def test_identifiers_are_unique_although_many_drawings_share_a_page(page: str) -> None:
    identifiers = [attributes["id"] for _, attributes in Elements(page).tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_table_headings_say_what_they_head(page: str) -> None:
    headings = Elements(page).all("th")
    assert headings
    assert {attributes.get("scope") for attributes in headings} == {"col", "row", "colgroup"}


def test_the_answer_says_how_many_of_all_real_images_are_trained_on(tmp_path: Path, page: str) -> None:
    def answer(page: str) -> str:
        return page.partition('<section id="answer"')[2].partition("</section>")[0]

    assert "about every tenth image of each is held out" in answer(page)
    assert "of all 28,709 real images 25,839 are trained on" in answer(page)
    write_report(made_up(missing=lambda _: ("not started", "never started")), tmp_path)
    assert "held out" not in answer((tmp_path / "index.html").read_text(encoding="utf-8"))


def test_missing_tasks_stand_on_the_page_with_their_reason(tmp_path: Path) -> None:
    def one(task: Task) -> tuple[str, str] | None:
        return (
            ("failed", "failed: the loss was not finite")
            if str(task).endswith("classifier=cnn ratio=1 seed=1")
            else None
        )

    write_report(made_up(missing=one), tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "failed: the loss was not finite" in page
    assert "fer train --classifier cnn --ratio 1 --seed 1" in page
    assert "1 task missing" in page


def test_a_damaged_data_set_is_named_in_its_section(tmp_path: Path) -> None:
    write_report(
        replace(made_up(), audit={}, data_problem="The data set is damaged: audit.json has other bytes."), tmp_path
    )
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "The data set is damaged: audit.json has other bytes." in page.partition('<section id="data">')[2]


def test_the_page_names_the_source_that_it_is_told(tmp_path: Path, page: str) -> None:
    assert "<dt>Source</dt><dd>drawn</dd>" in page
    write_report(replace(made_up(), source="s3://bucket/faces.zip"), tmp_path)
    told = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<dt>Source</dt><dd>s3://bucket/faces.zip</dd>" in told


def test_where_mixes_validate_themselves_it_says_that_generators_had_seen_the_held_out_images(
    tmp_path: Path, page: str
) -> None:
    said = "had seen the real ones of that part too"
    assert said not in page
    write_report(made_up(TWO_GENERATORS.replace("- {name:", "- {validate_on: mix, name:")), tmp_path)
    assert said in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_names_from_users_are_escaped_in_text_and_drawings(tmp_path: Path) -> None:
    text = TWO_GENERATORS.replace("Two generators, two seeds", json.dumps(EVIL)).replace(
        "[cnn], ratios: [0.0", '["timm:<b>$a_1$</b>"], ratios: [0.0'
    )
    classes = (EVIL, *CLASSES[1:])
    write_report(
        made_up(text, classes=classes, missing=lambda t: ("failed", EVIL) if t.stage == "assess" else None), tmp_path
    )
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not Elements(page).all("script")
    assert "<b>$a_1$</b>" not in page
    assert page.count("timm:&lt;b&gt;$a_1$&lt;/b&gt;") > 3
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_same_results_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_report(made_up(), tmp_path)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert [name for name in files if (folder / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_a_study_without_anything_finished_still_gives_a_page(tmp_path: Path) -> None:
    write_report(made_up(missing=lambda _: ("not started", "never started")), tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "None of the study&#39;s 12 cells is finished, so that nothing can be said yet." in page
    assert page.count("never started") >= 24


def test_every_table_is_a_csv_and_every_figure_an_svg_and_a_png(folder: Path) -> None:
    tables = {path.stem for path in (folder / "tables").iterdir()}
    assert {"grid", "worth", "counts", "pixels", "copies", "classes", "audit", "stages", "cells", "histories"} <= tables
    drawings = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert drawings == FIGURES
    for name in drawings:
        with Image.open(folder / "figures" / f"{name}.png") as image:
            assert image.width > 500


def test_the_numbers_are_in_report_json(folder: Path) -> None:
    numbers = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert len(numbers["cells"]) == 12
    assert numbers["cells"][0]["result"]["metrics"]["test"]["macro_f1"] == 0.22
    assert len(numbers["tables"]["grid"]) == 6
    assert numbers["answers"].keys() == {"weak", "strong"}
    assert len(numbers["artifacts"]) == len(made_up().made)


def test_histories_are_kept_whole(folder: Path) -> None:
    lines = (folder / "tables" / "histories.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 12 * 6 * 6 + 4 * (40 * 3 + 3 * 4)
    assert "judge of generator weak seed 0,2,frechet,61.7" in lines
    assert "cell cnn weak ratio 0 seed 0,1,epoch,1.0" in lines


@pytest.mark.slow
def test_ten_thousand_cells_do_not_make_a_huge_page(tmp_path: Path) -> None:
    ratios = ", ".join(f"{number / 50}" for number in range(51))
    seeds = ", ".join(str(number) for number in range(50))
    text = (
        "name: large\ngenerators: {cgan-48: {}}\ngrids:\n"
        "  - {name: main, generators: [cgan-48], classifiers: [cnn, resnet18, resnet50, densenet121], "
        f"ratios: [{ratios}]}}\nseeds: [{seeds}]\n"
    )
    results = made_up(text, epochs=30)
    assert len(results.cells) == 10_200
    write_report(results, tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert len(page) < 10_000_000
    assert "The first 400 of 10,200 rows; tables/cells.csv has all." in page
    assert "24 of 51 training sets are drawn; tables/histories.csv has all." in page
