from __future__ import annotations

import numpy as np
import pytest

from inference_backend.editorial.contact_sheet import CAPTION_SIZE, GAP, TITLE_SIZE, Cell, Row, contact_sheet
from inference_backend.editorial.labels import INK, fitting, font


def flat(color: tuple[int, int, int], height: int = 72, width: int = 128) -> np.ndarray:
    return np.broadcast_to(np.uint8(color), (height, width, 3)).copy()


def test_pictures_stand_in_their_rows_and_columns():
    colors = [[(200, 30, 30), (30, 200, 30)], [(30, 30, 200)]]
    rows = [Row(f"row {i}", [Cell(flat(c), "a frame") for c in row]) for i, row in enumerate(colors)]
    page = contact_sheet("Sheet", rows, cell_width=64)
    assert page.shape[1] == GAP + 2 * (64 + GAP)
    y = GAP + TITLE_SIZE + GAP
    for row in colors:
        y += TITLE_SIZE + GAP
        for column, color in enumerate(row):
            x = GAP + column * (64 + GAP)
            assert (page[y : y + 36, x : x + 64] == color).all()
        y += 36 + CAPTION_SIZE + GAP


def test_captions_are_drawn_below_their_picture():
    with_text = contact_sheet("", [Row("", [Cell(flat((0, 0, 0)), "frame 12")])], 128)
    without = contact_sheet("", [Row("", [Cell(flat((0, 0, 0)), "")])], 128)
    changed = np.flatnonzero((with_text != without).any((1, 2)))
    assert len(changed) and changed.min() >= with_text.shape[0] - GAP - CAPTION_SIZE - GAP
    assert (with_text.max((0, 1)) >= np.array(INK) - 40).all()


def test_text_that_is_too_long_is_cut():
    cut = fitting("a very long name of a shot", 13, 60)
    assert cut.endswith("…") and font(13).getlength(cut) <= 60
    assert fitting("short", 13, 60) == "short"


def test_a_sheet_without_pictures_is_refused():
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet("Sheet", [Row("row", [])])
