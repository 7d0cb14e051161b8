from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.errors import SceneNotReady
from blender_mirage.core.shots import CameraMarker, Shot, shots_from_markers, unique_name
from blender_mirage.core.take_files import safe_name

MARKERS = st.lists(st.builds(CameraMarker, st.integers(-20, 60), st.sampled_from(["a", "A", "b", ""]), st.just("Cam")))


def camera_in_playback(markers, frame: int) -> CameraMarker:
    """Blender's `BKE_scene_camera_switch_find`: the last marker not after the frame, else the first one."""
    before = [marker for marker in markers if marker.frame <= frame]
    if before:
        return max(before, key=lambda marker: marker.frame)
    return min(markers, key=lambda marker: marker.frame)


@given(MARKERS.filter(bool), st.integers(0, 20), st.integers(0, 30))
def test_every_frame_is_in_one_shot_with_the_camera_of_playback(markers, start, length):
    numbered = [CameraMarker(m.frame, m.name, f"Cam{i}") for i, m in enumerate(markers)]
    shots = shots_from_markers(numbered, start, start + length)
    covered = [(frame, shot.camera) for shot in shots for frame in range(shot.start, shot.end + 1)]
    assert covered == [(f, camera_in_playback(numbered, f).camera) for f in range(start, start + length + 1)]
    assert len({shot.name.casefold() for shot in shots}) == len(shots)


def test_names_come_from_markers_then_cameras_and_are_unique():
    markers = [CameraMarker(1, "Wide", "A"), CameraMarker(5, "wide", "B"), CameraMarker(9, "", "B")]
    assert [shot.name for shot in shots_from_markers(markers, 1, 10)] == ["Wide", "wide_2", "B"]


def test_names_whose_folders_would_be_one_are_told_apart():
    taken: set[str] = set()
    assert [unique_name(name, taken) for name in ("a/b", "a:b", "a_b")] == ["a/b", "a:b_2", "a_b_3"]


ODD = [
    "INT. HOUSE - DAY",
    "int. house - day",
    "INT. HOUSE / DAY",
    "..",
    ".",
    "-rf",
    "trailing  ",
    "con",
    "COM¹.x",
    "_con",
    "a, b",
    "🎬" * 16,
    "מרפסת",
    "x" * 63,
    "x" * 63 + "\u00e9" * 100,
    "x" * 255,
]


@given(st.lists(st.sampled_from(ODD), min_size=2, max_size=8), st.text("x/é.", max_size=90))
def test_any_names_make_shots_with_folders_of_their_own(names, more):
    """Names of 80 bytes and more differ only behind what a folder holds of them."""
    markers = [CameraMarker(frame, name, "C") for frame, name in enumerate([*names, more, more])]
    shots = shots_from_markers(markers, 0, len(markers))
    assert len(shots) == len(markers)
    assert len({shot.name for shot in shots}) == len(shots)
    folders = [safe_name(shot.name) for shot in shots]
    assert len({folder.casefold() for folder in folders}) == len(shots)
    for folder in folders:
        assert len(f"{folder}_v001_-0001.png".encode()) <= 255 and folder[0] not in ". " and folder[-1] not in ". "
        assert not re.match(r"(?i)(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\.|$)", folder)
    assert shots[0].name == names[0], "the first of a name keeps it"


def test_an_empty_range():
    with pytest.raises(SceneNotReady, match="'s' has no frame: it starts at 10 and ends at 5"):
        Shot("s", "Camera", 10, 5)


@given(st.integers(-40, 40), st.integers(0, 30), st.integers(0, 12), st.integers(1, 9))
def test_handles_leave_the_frames_of_the_cut_as_they_are(start, length, handles, step):
    bare, shot = Shot("a", "c", start, start + length), Shot("a", "c", start, start + length, handles=handles)
    frames = shot.frames(step)
    assert [frame for frame in frames if shot.start <= frame <= shot.end] == list(bare.frames(step))
    assert start in frames and all(after - before == step for before, after in zip(frames, frames[1:], strict=False))
    assert (
        frames[0] >= (start - handles if start < 0 else max(0, start - handles))
        and frames[-1] <= start + length + handles
    )
