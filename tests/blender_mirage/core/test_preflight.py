from __future__ import annotations

import numpy as np
import pytest

from blender_mirage.core import preflight
from blender_mirage.core.camera_path import CameraPath
from blender_mirage.core.preflight import WHIP_SHARE, disk_finding, encloses, scale_finding, whip_pans


def panning(degrees, focal=100.0, step=1) -> CameraPath:
    """A camera that turns about the vertical by so many degrees at each frame; 200 pixels wide."""
    angles = np.radians(np.asarray(degrees, float))
    c2w = np.tile(np.eye(4), (len(angles), 1, 1))
    c2w[:, 0, 0] = c2w[:, 2, 2] = np.cos(angles)
    c2w[:, 0, 2], c2w[:, 2, 0] = np.sin(angles), -np.sin(angles)
    lenses = np.tile(np.array([[focal, 0, 100], [0, focal, 50], [0, 0, 1.0]]), (len(angles), 1, 1))
    return CameraPath(c2w, lenses, tuple(range(10, 10 + step * len(angles), step)), 24.0, 100, 200)


def test_only_the_stretches_are_found_that_are_too_fast():
    view = 2 * np.degrees(np.arctan(1.0))  # 90 degrees
    limit = WHIP_SHARE * view
    steps = [1, 1, limit + 1, limit + 8, 1, 1, limit + 2, 1]
    found = whip_pans(panning(np.cumsum([0, *steps])), "walk")
    assert [finding.frame for finding in found] == [13, 16]
    assert "walk: between frames 12 and 14" in found[0].text and "34%" in found[0].text
    assert whip_pans(panning(np.cumsum([limit - 0.1] * 12)), "walk") == []


def test_a_longer_lens_is_whipped_sooner_and_a_frame_step_is_counted():
    slow = np.cumsum([10.0] * 5)
    assert whip_pans(panning(slow), "a") == [] and len(whip_pans(panning(slow, focal=800.0), "a")) == 1
    assert whip_pans(panning(3 * slow, step=3), "a") == []
    assert whip_pans(panning([0.0]), "a") == []


@pytest.mark.parametrize("side", [0.003, 0.02, 0.49, 5001.0, 3e6])
def test_a_set_of_odd_size_is_brought_to_a_usual_one(side):
    finding = scale_finding(side, 2.0)
    again = side * finding.value / 2.0
    assert scale_finding(again, finding.value) is None and finding.kind in preflight.KINDS


def test_usual_sets_pass():
    for side in (0.5, 12.0, 900.0, 0.0):
        assert scale_finding(side, 1.0) is None


def test_missing_space_is_said_with_both_figures(tmp_path):
    assert disk_finding(tmp_path / "not" / "there", 100, 512 * 288) is None
    finding = disk_finding(tmp_path, 10**9, 512 * 288)
    assert "1000000000 frames take about" in finding.text and "GiB are free at" in finding.text and not finding.stops


def test_inside_a_crate_but_not_inside_a_room():
    crate = [("Crate", 0.4, 1.0)] * 6
    assert encloses(crate, 0.8)
    assert not encloses([("Room", 4.0, 1.0)] * 6, 3.0), "a room of one sheet, its faces turned out"
    assert not encloses([("Crate", 0.4, -1.0)] * 6, 0.8), "faces turned to the camera: a box that is a room"
    assert not encloses([*crate[:5], None], 0.8) and not encloses([*crate[:5], ("Wall", 3.0, 1.0)], 0.8)
    assert not encloses([], 0.8)
