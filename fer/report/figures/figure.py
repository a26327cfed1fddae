"""A figure: drawn when it is needed, saved as SVG and PNG, and set inline so that it follows the page."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from fer.report.figures.style import ON_PAGE, figure_settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

PNG_DPI = 160


@dataclass(frozen=True)
class Figure:
    """One figure of the report."""

    name: str
    """Of its files and its anchor."""
    title: str
    description: str
    """What it shows, in words and numbers, for those who cannot see it."""
    caption: str
    draw: Callable[[], "Drawing"]
    wide: bool = False
    """Whether it takes the whole width of the page, and scrolls where there is less."""

    def render(self) -> "Rendered":
        """Draw it; the same figure gives the same bytes."""
        from matplotlib import style

        with style.context(figure_settings(self.name), after_reset=True):
            drawing = self.draw()
            svg, png = io.StringIO(), io.BytesIO()
            drawing.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Title": self.title})
            drawing.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": None})
        return Rendered(self, svg.getvalue(), png.getvalue())


@dataclass(frozen=True)
class Rendered:
    """A figure's files."""

    figure: Figure
    svg: str
    """A file of its own, dark on white."""
    png: bytes

    def inline(self) -> str:
        """The SVG as an element of a page: named for screen readers, in the page's colours, without references."""
        name = self.figure.name
        body = self.svg[self.svg.index("<svg") :]
        body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
        body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
        body = re.sub(r"<title>.*?</title>", "", body, count=1, flags=re.DOTALL)
        body = re.sub(r' id="(?:figure|axes|patch|line2d|text|legend|matplotlib\.axis|xtick|ytick)[^"]*"', "", body)
        body = re.sub(r' xmlns(?::xlink)?="[^"]*"', "", body).replace("xlink:href", "href")
        for colour, variable in ON_PAGE.items():
            body = body.replace(colour, f"var({variable})")
        box = re.search(r'viewBox="0 0 ([\d.]+) [\d.]+"', body)
        width = f"{float(box.group(1)) * 4 / 3:.0f}" if box else "600"
        opening = (
            f'<svg role="img" aria-labelledby="{name}-title {name}-description" style="--natural:{width}px" '
            f'viewBox="{box.group(0)[9:-1] if box else "0 0 600 400"}">'
            f'<title id="{name}-title">{escape(self.figure.title)}</title>'
            f'<desc id="{name}-description">{escape(self.figure.description)}</desc>'
        )
        return opening + body[body.index(">") + 1 :]
