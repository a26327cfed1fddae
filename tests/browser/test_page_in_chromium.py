"""The report opened from a file in headless Chromium: nothing is fetched, complained about, or wider than the page."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fer.report.page import LONG_WORD
from fer.report.write import write_report
from fer.studies import built_in_text
from tests.reports import made_up

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

A4_WIDTH = 794
"""CSS pixels; what is left between the margins of the print style sheet is narrower."""
PRINTED_WIDTH = A4_WIDTH - 2 * 53

OVERFLOWING = """() => {
  const scrolls = element => element && (['auto', 'scroll'].includes(getComputedStyle(element).overflowX)
    || element.tagName === 'svg' || scrolls(element.parentElement));
  const limit = document.documentElement.clientWidth + 0.5;
  const wide = [...document.querySelectorAll('body *')].filter(element => {
    const box = element.getBoundingClientRect();
    return (box.right > limit || box.left < -0.5) && !scrolls(element.parentElement);
  });
  return wide.map(element => `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`);
}"""

BROKEN_WORDS = """longest => [...document.querySelectorAll('td, th')].flatMap(cell =>
  [...cell.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).flatMap(node =>
    [...node.textContent.matchAll(/[^\\s/@-]+/g)].filter(word => {
      if (word[0].length > longest) return false;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
    }).map(word => `${word[0]} of ${cell.closest('table').caption.textContent}`)))"""
"""Words of tables that stand on more than one line; lines may end at a slash or a hyphen."""

LEAST_TEXT = """() => {
  const sizes = [...document.querySelectorAll('svg text')].map(text => {
    const drawing = text.closest('svg');
    const scale = drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
    return [scale * parseFloat(getComputedStyle(text).fontSize), drawing.closest('figure').id];
  });
  const sheets = [...document.querySelectorAll('.sheets img')].map(sheet =>
    [16 * sheet.getBoundingClientRect().width / sheet.naturalWidth, sheet.closest('figure').id]);
  return [...sizes, ...sheets].sort((one, other) => one[0] - other[0])[0];
}"""
"""The smallest text of all figures and sheets in CSS pixels, and whose it is; names in sheets are of 16 pixels."""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium or chromium-browser program is installed")
    sync_api = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module", params=["two", "paper", "given"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with everything in it: a small one with two seeds, and one of the published grid with missing cells.

    The third is one of a study that was run, where ``FER_REPORT`` names its index.html.
    """
    if request.param == "given":
        if not (given := os.environ.get("FER_REPORT")):
            pytest.skip("no report is given: set FER_REPORT to the index.html of one")
        return Path(given).resolve(strict=True)
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "two":
        results = made_up()
    else:
        gone = "train generator=stylegan2-32 classifier=resnet18"
        reason = ("failed", "failed, begun 2026-01-02 03:04 UTC: " + "a_very_long_word_without_any_space" * 8)
        results = made_up(built_in_text("paper"), missing=lambda task: reason if str(task).startswith(gone) else None)
    write_report(results, folder)
    return folder / "index.html"


def opened(browser: "Browser", report: Path, width: int, scheme: str = "light") -> "tuple[Page, list[str]]":
    """The page, and whatever the browser complained about or fetched beside it."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    heard: list[str] = []

    def request(url: str) -> None:
        if url != report.as_uri() and not url.startswith("data:"):
            heard.append(f"request: {url}")

    page.on("console", lambda message: heard.append(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda sent: request(sent.url))
    page.goto(report.as_uri())
    page.wait_for_load_state("networkidle")
    return page, heard


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fetches_nothing_and_the_console_stays_empty(
    browser: "Browser", report: Path, width: int, scheme: str
) -> None:
    page, heard = opened(browser, report, width, scheme)
    page.emulate_media(media="print")
    page.wait_for_load_state("networkidle")
    assert heard == []
    assert page.locator("h1").inner_text() == page.title() != ""
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_the_page(browser: "Browser", report: Path, width: int, scheme: str) -> None:
    page, _ = opened(browser, report, width, scheme)
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_nothing_overflows_the_paper(browser: "Browser", report: Path) -> None:
    page, _ = opened(browser, report, PRINTED_WIDTH)
    page.emulate_media(media="print")
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PRINTED_WIDTH
    page.close()


def test_numbers_are_whole_on_paper_and_on_the_screen(browser: "Browser", report: Path) -> None:
    for width, media in ((PRINTED_WIDTH, "print"), (1280, "screen"), (390, "screen")):
        page, _ = opened(browser, report, width)
        page.emulate_media(media=media)  # type: ignore[arg-type]
        assert page.locator("td.number").count() > 100
        assert page.evaluate(BROKEN_WORDS, LONG_WORD) == [], f"{media}, {width} px"
        page.close()


def test_no_table_scrolls_at_1280(browser: "Browser", report: Path) -> None:
    page, _ = opened(browser, report, 1280)
    cut = "[...document.querySelectorAll('.table')].filter(table => table.scrollWidth > table.clientWidth)"
    assert page.evaluate(f"{cut}.map(table => table.querySelector('caption').textContent)") == []
    page.close()


@pytest.mark.parametrize(
    ("width", "media", "least"), [(390, "screen", 8.0), (1280, "screen", 8.0), (PRINTED_WIDTH, "print", 6.67)]
)
def test_text_of_figures_and_sheets_can_be_read(
    browser: "Browser", report: Path, width: int, media: str, least: float
) -> None:
    """In print 6.67 pixels are five points."""
    page, _ = opened(browser, report, width)
    page.emulate_media(media=media)  # type: ignore[arg-type]
    smallest, whose = page.evaluate(LEAST_TEXT)
    assert smallest >= least, whose
    page.close()


def test_every_figure_and_sheet_is_there_to_be_seen(browser: "Browser", report: Path) -> None:
    page, _ = opened(browser, report, 390)
    sizes = page.evaluate(
        "[...document.querySelectorAll('figure svg, figure img')].map(shown => shown.getBoundingClientRect().height)"
    )
    assert len(sizes) > 15
    assert min(sizes) > 80
    broken = "[...document.images].filter(image => !image.naturalWidth).length"
    assert page.evaluate(broken) == 0
    page.close()


def test_wide_figures_and_tables_scroll_by_themselves_on_a_phone(browser: "Browser", report: Path) -> None:
    page, _ = opened(browser, report, 390)
    scrolling = page.evaluate(
        "[...document.querySelectorAll('.table, .drawing')].filter(element => element.scrollWidth >"
        " element.clientWidth).every(element => element.tabIndex === 0 && element.getAttribute('role') === 'region')"
    )
    assert scrolling
    page.close()


def test_titles_of_tables_are_whole_however_far_a_table_is_scrolled(browser: "Browser", report: Path) -> None:
    page, _ = opened(browser, report, 390)
    cut = page.evaluate("""() => [...document.querySelectorAll('.table')].flatMap(table => {
      const title = table.querySelector('caption span');
      return [0, 99999].filter(left => {
        table.scrollLeft = left;
        const [box, frame] = [title.getBoundingClientRect(), table.getBoundingClientRect()];
        return box.left < frame.left - 1 || box.right > frame.right + 1;
      }).map(left => `${title.textContent} ${left}`);
    })""")
    assert cut == []
    assert page.locator(".table caption span").count() > 10
    page.close()


def test_it_prints_to_pdf(browser: "Browser", report: Path) -> None:
    page, _ = opened(browser, report, 1280, "dark")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") >= 4
    page.close()


def test_dark_readers_get_a_dark_page_with_readable_drawings(browser: "Browser", report: Path) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page, _ = opened(browser, report, 1280, scheme)
        colours[scheme] = page.evaluate(
            "[getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(document.querySelector('svg text')).fill]"
        )
        page.close()
    assert colours == {
        "light": ["rgb(253, 252, 249)", "rgb(28, 27, 26)"],
        "dark": ["rgb(23, 24, 27)", "rgb(232, 229, 222)"],
    }
