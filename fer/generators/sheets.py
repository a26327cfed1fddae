"""Sample sheets: one picture with the classes in rows, so that somebody can look."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fer.generators.base import Images, Labels

COLUMNS = 10
_MARGIN = 2
_ENLARGED = 2
_FONT_SIZE = 16


def first_of_each(labels: Labels, classes: int, columns: int = COLUMNS) -> list[Labels]:
    """For each class, where its first ``columns`` images lie (fewer where there are fewer)."""
    return [np.flatnonzero(labels == label)[:columns] for label in range(classes)]


def write_sheet(path: Path, rows: Sequence[Images], classes: Sequence[str]) -> None:
    """Write a PNG with a labelled row per class; ``rows`` holds uint8 (columns, height, width) for each of them."""
    height, width = rows[0].shape[1:]
    font = ImageFont.load_default(_FONT_SIZE)
    left = _MARGIN * 4 + round(max(font.getlength(name) for name in classes))
    columns = max(len(row) for row in rows)
    step_x, step_y = _ENLARGED * width + _MARGIN, _ENLARGED * height + _MARGIN
    sheet = Image.new("L", (left + columns * step_x, len(rows) * step_y + _MARGIN), color=255)
    draw = ImageDraw.Draw(sheet)
    for place, (name, row) in enumerate(zip(classes, rows, strict=True)):
        top = _MARGIN + place * step_y
        draw.text((_MARGIN * 2, top + _ENLARGED * height / 2), name, fill=0, font=font, anchor="lm")
        for column, image in enumerate(row):
            enlarged = Image.fromarray(image).resize((_ENLARGED * width, _ENLARGED * height), Image.Resampling.NEAREST)
            sheet.paste(enlarged, (left + column * step_x, top))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    sheet.save(unfinished, format="PNG")
    unfinished.replace(path)
