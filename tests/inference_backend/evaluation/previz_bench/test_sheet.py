"""The contact sheet fits into a model card whatever its pictures hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from inference_backend.evaluation.previz_bench.sheet import MAX_BYTES, Line, write_pictures, write_sheet


def test_a_sheet_of_noise_is_reduced_until_it_fits(tmp_path):
    rng = np.random.default_rng(0)
    lines = [Line(f"set {i}", tuple(rng.integers(0, 256, (4, 72, 128, 3)).astype(np.uint8))) for i in range(5)]
    write_sheet(tmp_path / "sheet.png", "Held-out sets", lines)
    calm = [Line(line.title, tuple(np.full_like(picture, 90) for picture in line.pictures)) for line in lines]
    write_sheet(tmp_path / "calm.png", "Held-out sets", calm)
    assert (tmp_path / "sheet.png").stat().st_size <= MAX_BYTES
    assert width_of(tmp_path / "calm.png") > width_of(tmp_path / "sheet.png") > 512


def test_pictures_lie_side_by_side_in_a_folder_that_is_made(tmp_path):
    pictures = [np.full((8, 10, 3), level, np.uint8) for level in (0, 128, 255)]
    write_pictures(tmp_path / "new", "wall", pictures)
    with Image.open(tmp_path / "new" / "wall.png") as written:
        assert np.array_equal(np.asarray(written), np.concatenate(pictures, 1))


def width_of(path: Path) -> int:
    with Image.open(path) as picture:
        return picture.width
