from __future__ import annotations

import os

import numpy as np
import pytest

from blender_mirage.core.camera_path import CameraPath
from blender_mirage.core.errors import SceneNotReady, TakeNotWritable
from blender_mirage.formats.npz import write_cameras_npz


def path(frames) -> CameraPath:
    c2w = np.stack([np.eye(4)] * len(frames))
    c2w[:, 0, 3] = frames
    lenses = np.stack([np.array([[100.0, 0, 32], [0, 100, 16], [0, 0, 1]])] * len(frames))
    return CameraPath(c2w, lenses, tuple(frames), 24.0, 32, 64)


def test_one_shot_has_the_published_names(tmp_path):
    write_cameras_npz(tmp_path / "cameras.npz", {"Walk": path((3, 5))})
    with np.load(tmp_path / "cameras.npz", allow_pickle=False) as found:
        assert set(found) == {"poses_c2w", "intrinsics", "frame_indices", "processed_size", "fps"}
        assert found["poses_c2w"].shape == (2, 4, 4) and found["poses_c2w"][:, 0, 3].tolist() == [3, 5]
        assert found["intrinsics"].shape == (2, 3, 3)
        assert found["frame_indices"].tolist() == [3, 5]
        assert found["processed_size"].tolist() == [32, 64]


def test_several_shots_are_prefixed_and_listed(tmp_path):
    write_cameras_npz(tmp_path / "cameras.npz", {"Gang": path((1,)), "Rück": path((2, 3))})
    with np.load(tmp_path / "cameras.npz", allow_pickle=False) as found:
        assert found["shots"].tolist() == ["Gang", "Rück"]
        assert found["Rück/frame_indices"].tolist() == [2, 3]
        assert "poses_c2w" not in found


def test_no_shot_and_no_place_leave_nothing(tmp_path):
    with pytest.raises(SceneNotReady, match="no shot"):
        write_cameras_npz(tmp_path / "cameras.npz", {})
    (tmp_path / "file").write_text("")
    with pytest.raises(TakeNotWritable, match="cameras.npz"):
        write_cameras_npz(tmp_path / "file" / "cameras.npz", {"Walk": path((1,))})
    assert os.listdir(tmp_path) == ["file"]
