"""Cameras as an .npz with the names of the published Mirage pipeline (`geometry.npz`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..core.camera_path import CameraPath
from ..core.errors import SceneNotReady
from ..core.take_files import replacing


def write_cameras_npz(path: Path, shots: Mapping[str, CameraPath]) -> None:
    """Writes `path` whole or not at all.

    One shot has the plain names: `poses_c2w` [T,4,4] float64 (OpenCV axes, metres), `intrinsics` [T,3,3] float64 in
    pixels of `processed_size` (H, W), `clip` [T,2] float64 (Clip Start and Clip End, metres), `frame_indices` [T]
    (Blender's frame numbers), `fps`. Several shots have the same names behind `<shot>/`, and `shots` lists them in
    order. Read with `allow_pickle=False`.
    Raises SceneNotReady where there is no shot, TakeNotWritable where the file cannot be written.
    """
    if not shots:
        raise SceneNotReady("There is no shot to export.", "Add a camera, or bind cameras to timeline markers.")
    arrays = {}
    for name, camera_path in shots.items():
        prefix = f"{name}/" if len(shots) > 1 else ""
        arrays[f"{prefix}poses_c2w"] = camera_path.c2w
        arrays[f"{prefix}intrinsics"] = camera_path.K
        if len(camera_path.clip):
            arrays[f"{prefix}clip"] = camera_path.clip
        arrays[f"{prefix}frame_indices"] = np.asarray(camera_path.frames, dtype=np.int64)
        arrays[f"{prefix}processed_size"] = np.array([camera_path.height, camera_path.width], dtype=np.int64)
        arrays[f"{prefix}fps"] = np.float64(camera_path.fps)
    if len(shots) > 1:
        arrays["shots"] = np.array(list(shots), dtype=np.str_)
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, **arrays)
