"""Contact sheets: rows of captioned pictures on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .labels import INK, PAPER, fitting, font

GAP = 10
TITLE_SIZE, CAPTION_SIZE = 18, 13


@dataclass(frozen=True)
class Cell:
    picture: NDArray[np.uint8]
    """[H,W,3] sRGB."""
    caption: str


@dataclass(frozen=True)
class Row:
    title: str
    cells: Sequence[Cell]


def contact_sheet(title: str, rows: Sequence[Row], cell_width: int = 384) -> NDArray[np.uint8]:
    """One page [H,W,3] uint8. Each picture is scaled to `cell_width` pixels, its proportions kept."""
    if not rows or not any(row.cells for row in rows):
        raise ValueError("expected at least one picture for the contact sheet, got none")
    columns = max(len(row.cells) for row in rows)
    pictures = [[_scaled(cell.picture, cell_width) for cell in row.cells] for row in rows]
    heights = [max((picture.height for picture in row), default=0) for row in pictures]
    heading, caption = TITLE_SIZE + GAP, CAPTION_SIZE + GAP
    width = GAP + columns * (cell_width + GAP)
    height = GAP + heading + sum(heading + row + caption for row in heights) + GAP
    page = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(page)

    draw.text((GAP, GAP), fitting(title, TITLE_SIZE, width - 2 * GAP), INK, font(TITLE_SIZE))
    y = GAP + heading
    for row, scaled, row_height in zip(rows, pictures, heights, strict=True):
        draw.text(
            (GAP, y + GAP / 2), fitting(row.title, CAPTION_SIZE + 2, width - 2 * GAP), INK, font(CAPTION_SIZE + 2)
        )
        y += heading
        for column, (cell, picture) in enumerate(zip(row.cells, scaled, strict=True)):
            x = GAP + column * (cell_width + GAP)
            page.paste(picture, (x, y))
            text = fitting(cell.caption, CAPTION_SIZE, cell_width)
            draw.text((x, y + row_height + 3), text, INK, font(CAPTION_SIZE))
        y += row_height + caption
    return np.array(page)


def _scaled(picture: NDArray[np.uint8], width: int) -> Image.Image:
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    return Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS)
