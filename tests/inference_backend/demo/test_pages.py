from __future__ import annotations

import av
import numpy as np
import pytest
from PIL import Image

from inference_backend.demo import pages
from inference_backend.evaluation.consistency import StoredTake
from inference_backend.worlds.catalog import WorldCatalog
from tests.support.stored_takes import HEIGHT, WIDTH, make_take

EYES = [(-1.5, -4.0, 2.0), (0.0, -4.0, 2.0), (1.5, -4.0, 2.0)]


@pytest.fixture
def takes(tmp_path):
    world = WorldCatalog(tmp_path).create("World").world_id
    return [StoredTake(tmp_path, make_take(tmp_path, world, shot, EYES, 0.0)) for shot in ("walk", "reverse")]


def test_the_animatic_holds_both_shots(tmp_path, takes):
    pages.write_demo_animatic(tmp_path / "animatic.mp4", takes, tmp_path)
    with av.open(str(tmp_path / "animatic.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 6


def test_the_sheet_shows_look_greybox_and_frames(tmp_path, takes):
    look = np.full((HEIGHT, WIDTH, 3), (250, 10, 10), np.uint8)
    pages.write_demo_sheet(tmp_path / "sheet.png", look, takes, width=WIDTH)
    with Image.open(tmp_path / "sheet.png") as sheet:
        page = np.array(sheet)
    for picture in (look, pages.greybox(takes[0], 0), takes[0].image(2), takes[1].image(1)):
        assert contains(page, picture)


def contains(page: np.ndarray, picture: np.ndarray) -> bool:
    """Whether `picture` lies somewhere on `page`, pixel for pixel."""
    corner = (page == picture[0, 0]).all(-1)
    height, width = picture.shape[:2]
    places = np.argwhere(corner[: page.shape[0] - height + 1, : page.shape[1] - width + 1])
    return any(np.array_equal(page[y : y + height, x : x + width], picture) for y, x in places)


def test_the_lens_is_that_of_a_full_frame_sensor(takes):
    assert pages.lens(takes[0], 0) == pytest.approx(70.0 * 36 / WIDTH)
