"""What was read of a set, through files and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_mirage.core.camera_path import CameraPath
from blender_mirage.core.errors import LookNotReadable, MirageError, SceneNotReady, TakeNotWritable
from blender_mirage.core.greybox_read import InstanceTrack, LampTrack, MeshRead, assemble
from blender_mirage.core.preflight import Finding
from blender_mirage.core.read_files import open_read, write_error, write_read
from blender_mirage.core.set_read import SetRead
from blender_mirage.core.shots import Shot
from blender_mirage.core.take_job import SeedView, TakeJob
from blender_mirage.wire.messages import Lamp, Material
from tests.support.plain import differences


def cameras(frames: int, places: bool = False) -> CameraPath:
    c2w = np.tile(np.eye(4), (frames, 1, 1))
    c2w[:, 0, 3] = np.linspace(0, 1, frames)
    numbers = tuple(range(3, 3 + frames))
    return CameraPath(c2w, np.tile(np.eye(3), (frames, 1, 1)), numbers, 24000 / 1001, 16, 32,
                      tuple(number + 0.5 for number in numbers) if places else ())  # fmt: skip


def greybox(seed: int, frames: int, meshes: int):
    """A set of random triangles, the same ones at each call; some of them bend."""
    rng = np.random.default_rng(seed)
    tracks = []
    for number in range(meshes):
        corners = np.array([0, 1, 2, 1], np.int32)
        track = InstanceTrack(f"id{number}", f"Ding {number} ö", (Material("grau", (0.1, 0.2, 0.3)),))
        vertices = rng.normal(size=(3, 3)).astype(np.float32)
        for index in range(frames):
            moved = vertices + (index if number % 2 else 0)
            same = track.meshes.get(0) if not number % 2 else None
            track.meshes[index] = same or MeshRead(moved, corners[None, :3].copy(), np.zeros(1, np.int32), corners)
            track.transforms[index] = np.eye(4) * (1 + index)
        tracks.append(track)
    lamp = LampTrack(Lamp("POINT", (1.0, 0.9, 0.8), 100.0), np.tile(np.eye(4), (frames, 1, 1)))
    return lambda: assemble(tracks, [lamp], (0.1, 0.1, 0.1), frames, ["Etwas fehlt."])


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 99), jobs=st.integers(0, 3), frames=st.integers(1, 4), look=st.booleans(), own=st.booleans())
def test_what_is_read_is_what_was_written(tmp_path_factory, seed, jobs, frames, look, own):
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 255, (8, 6, 3)).astype(np.uint8)
    seen = SeedView("look", picture, cameras(1), greybox(seed, 1, 2), "ich", picture[..., 0] if own else None, "Kamera")
    read = SetRead(
        tuple(
            TakeJob(
                shot=Shot(f"shot {number}", "Kamera", 3, 2 + frames, "id", 2, "Szene", -4),
                camera=cameras(frames, places=own),
                greybox=greybox(seed + number, frames, number),
                engine="previz",
                seed=number,
                look=seen if own else None,
                shows=((1, 2), ()) if own else (),
            )
            for number in range(jobs)
        ),
        seen if look else None,
        (Finding("INSIDE", "innen", frame=3, value=0.5), Finding("DISK", "voll", stops=True)),
        ("Gut zu wissen.",),
    )
    folder = tmp_path_factory.mktemp("read")
    assert open_read(folder) is None
    write_read(folder, read)
    assert differences(open_read(folder), read) == []


def test_equal_meshes_lie_there_once(tmp_path):
    job = TakeJob(Shot("a", "Kamera", 3, 4), cameras(2), greybox(1, 2, 3), "previz", 0)
    write_read(tmp_path, SetRead((job, replace(job, seed=5))))
    first, second = (one.greybox().meshes for one in open_read(tmp_path).jobs)
    assert sorted(path.name for path in (tmp_path / "meshes").iterdir()) == sorted(first) == sorted(second)
    with pytest.raises(KeyError):
        first["../read.mirage"]


@pytest.mark.parametrize("error", [SceneNotReady("Keine Kamera.", "Gib eine."), LookNotReadable("Kein Bild."),
                                   TakeNotWritable("Voll.", "Räume auf.")])  # fmt: skip
def test_an_error_comes_home_as_it_was(tmp_path, error):
    write_error(tmp_path, error)
    with pytest.raises(type(error)) as met:
        open_read(tmp_path)
    assert (met.value.message, met.value.hint) == (error.message, error.hint)


def test_damaged_files_are_said(tmp_path):
    job = TakeJob(Shot("a", "Kamera", 3, 4), cameras(2), greybox(1, 2, 3), "previz", 0)
    write_read(tmp_path, SetRead((job,)))
    lazy = open_read(tmp_path).jobs[0].greybox
    for name in ("greybox_1.mirage", "read.mirage"):
        whole = (tmp_path / name).read_bytes()
        for damaged in (b"", whole[:-1], whole[: len(whole) // 2]):
            (tmp_path / name).write_bytes(damaged)
            with pytest.raises(SceneNotReady, match=name):
                lazy() if name.startswith("grey") else open_read(tmp_path)
    (tmp_path / "greybox_1.mirage").unlink()
    with pytest.raises(MirageError, match="second Blender"):
        lazy()
    (tmp_path / "error.json").write_bytes(b"{")
    with pytest.raises(SceneNotReady, match="error.json"):
        open_read(tmp_path)
