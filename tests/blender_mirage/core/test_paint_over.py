"""Copies of frames that are painted on: whose they are, byte for byte, and nothing is overwritten."""

from __future__ import annotations

import json

import numpy as np
import pytest

from blender_mirage.core.errors import LookNotReadable, TakeFilesMissing
from blender_mirage.core.paint_over import PaintOver, copy_to_paint, over, painted_on
from blender_mirage.core.take_files import create_take_folder, frame_path, frames_on_disk, write_frame, write_sidecar

FACTS = {"take_id": "b" * 32, "world_id": "a" * 32, "shot": "sh 010", "camera": {"name": "Cam"}}


@pytest.fixture
def picture(tmp_path):
    version, folder = create_take_folder(tmp_path, "sh 010")
    path = frame_path(tmp_path, "sh 010", version, 42)
    write_frame(path, b"the bytes of a png")
    write_sidecar(folder, FACTS)
    return path


def test_a_copy_is_byte_for_byte_and_says_whose_it_is(tmp_path, picture):
    copy = copy_to_paint(tmp_path, picture)
    assert copy.read_bytes() == picture.read_bytes() and copy.parent == tmp_path / "_paint"
    on = painted_on(copy)
    assert (on.take_id, on.world_id, on.shot, on.version, on.frame, on.camera) == (
        "b" * 32, "a" * 32, "sh 010", "v001", 42, "Cam"
    )  # fmt: skip
    assert on.original == str(picture) and list(frames_on_disk(picture.parent)) == [42]


def test_a_second_copy_leaves_the_first(tmp_path, picture):
    first = copy_to_paint(tmp_path, picture)
    first.write_bytes(b"painted")
    second = copy_to_paint(tmp_path, picture)
    assert second != first and first.read_bytes() == b"painted" and painted_on(second) == painted_on(first)


def test_what_is_no_frame_of_a_take_is_told(tmp_path, picture):
    (picture.parent / "take.json").write_text("{}")
    with pytest.raises(TakeFilesMissing, match="which take"):
        copy_to_paint(tmp_path, picture)
    with pytest.raises(TakeFilesMissing, match="no frame of a take"):
        copy_to_paint(tmp_path, picture.with_name("elsewhere.png"))
    assert not (tmp_path / "_paint").exists()


def test_a_frame_below_zero_and_what_was_written_before_there_were_such(tmp_path):
    version, folder = create_take_folder(tmp_path, "sh 010")
    path = frame_path(tmp_path, "sh 010", version, -3)
    write_frame(path, b"the bytes of a png")
    rates = {"shows": [[-4, -3], [-2]], "request": {"frames": [-1, 0]}}
    write_sidecar(folder, {**FACTS, **rates})
    copy = copy_to_paint(tmp_path, path)
    on = painted_on(copy)
    image = np.zeros((2, 3, 3), np.uint8)
    assert (on.frame, on.take_frame, PaintOver(on, image).request("previz")[0].frame) == (-3, -1, -1)
    sidecar = copy.with_suffix(".json")
    before = {key: value for key, value in json.loads(sidecar.read_text()).items() if key != "numbers"}
    sidecar.write_text(json.dumps({**before, "frame": 42}))
    assert PaintOver(painted_on(copy), image).request("previz")[0].frame == 42, "-1 said: the same"


@pytest.mark.parametrize("text", [None, "no json", "[]", '{"take_id": "b"}'])
def test_a_picture_of_which_nothing_is_known_is_told(tmp_path, picture, text):
    copy = copy_to_paint(tmp_path, picture)
    sidecar = copy.with_suffix(".json")
    if text is None:
        sidecar.unlink()
    else:
        sidecar.write_text(text)
    with pytest.raises(LookNotReadable, match="painted on") as caught:
        painted_on(copy)
    assert "Paint Over This Frame" in caught.value.hint


def test_what_travels_is_the_picture_and_what_it_was_painted_on(tmp_path, picture):
    on = painted_on(copy_to_paint(tmp_path, picture))
    image = np.zeros((4, 4, 3), np.uint8)
    request, arrays = PaintOver(on, image, "ada").request("previz")
    assert (request.over_take, request.frame, request.camera, request.author) == ("b" * 32, 42, "Cam", "ada")
    assert request.name == "sh 010 v001" and not request.greybox.instances
    assert list(arrays) == ["image"] and arrays["image"] is image


def test_where_the_paint_is_transparent_the_frame_shows_and_where_it_is_opaque_it_is_exact():
    rng = np.random.default_rng(0)
    paint, under = rng.integers(0, 256, (2, 8, 8, 3), np.uint8)
    alpha = np.full((8, 8), 255, np.uint8)
    alpha[0], alpha[1] = 0, 128
    mixed = over(paint, alpha, under)
    np.testing.assert_array_equal(mixed[2:], paint[2:])
    np.testing.assert_array_equal(mixed[0], under[0])
    assert (np.abs(mixed[1].astype(int) - (paint[1].astype(int) + under[1]) / 2) <= 1).all()
