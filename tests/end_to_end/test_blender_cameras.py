"""What the backend's rays see through a camera against what Cycles sees through it: planes, and sets far away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.scene.read_camera import read_camera_path  # noqa: E402
from inference_backend.generation.greybox_frames import GreyboxFrames  # noqa: E402
from inference_backend.greybox.clip import clips_of  # noqa: E402
from inference_backend.greybox.gbuffer import pixel_gbuffer  # noqa: E402
from inference_backend.greybox.geometry import origin_near  # noqa: E402
from inference_backend.worlds.catalog import WorldCatalog  # noqa: E402
from inference_backend.worlds.mesh_store import MeshStore  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_camera, add_cube, add_empty  # noqa: E402
from tests.support.cycles import cycles_depth  # noqa: E402
from tests.support.greybox_reads import read  # noqa: E402

pytestmark = pytest.mark.bpy

HEIGHT, WIDTH = 72, 128


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
        yield scene


def backend_depth(scene, frame: int, folder: Path) -> np.ndarray:
    """[HEIGHT,WIDTH] Blender's units, as a request of that frame would be seen."""
    path = read_camera_path(scene, Shot("s", scene.camera.name, frame, frame), HEIGHT, WIDTH)
    arrays, greybox = path.arrays(), read([frame])
    meshes = MeshStore(folder)
    for name, blob in greybox.meshes.items():
        meshes.put(name, blob)
    catalog = WorldCatalog(folder)
    with catalog.open(catalog.create("w").world_id) as world:
        origin = origin_near(arrays["c2w"][0, :3, 3])
        frames = GreyboxFrames(greybox.greybox, greybox.tracks, meshes, world, origin)
    caster = frames.caster(0).clipped(clips_of(arrays, 1)[0])
    depth = pixel_gbuffer(caster, arrays["c2w"][0], arrays["K"][0], HEIGHT, WIDTH).depth_z
    return depth / scene.unit_settings.scale_length


def agree(seen: np.ndarray, truth: np.ndarray, within: float = 2e-3) -> float:
    """Share of the pixels that see the same surface, or both the sky."""
    return float((np.abs(seen - truth) <= within * np.maximum(truth, 1.0)).mean())


def room(scene) -> None:
    """A wall between the camera and some boxes on a floor, and a far one behind."""
    add_cube("Floor", (0, 10, -3)).scale = (30, 30, 0.1)
    add_cube("Fourth wall", (0, -5, 0)).scale = (6, 0.1, 3)
    add_cube("Far wall", (0, 24, 0)).scale = (30, 0.1, 20)
    for i, place in enumerate(((-2, 1, -1), (1.5, 3, -2), (3, 9, 0))):
        add_cube(f"Box{i}", place).rotation_euler = (0.2 * i, 0.1, 0.7 * i)
    scene.camera = add_camera(location=(0.25, -8, 0.5))


@pytest.mark.parametrize("metres", [1.0, 0.1])
def test_planes_cut_what_cycles_cuts_frame_by_frame(scene, tmp_path, metres):
    room(scene)
    scene.unit_settings.scale_length = metres
    lens = scene.camera.data
    lens.clip_end = 400
    for frame, (near, far) in enumerate([(0.1, 400.0), (4.0, 400.0), (9.1, 400.0), (4.0, 16.0)], 1):
        lens.clip_start, lens.clip_end = near, far
        lens.keyframe_insert("clip_start", frame=frame)
        lens.keyframe_insert("clip_end", frame=frame)
    shares, covered = [], []
    for frame in range(1, 5):
        truth = cycles_depth(scene, frame, HEIGHT, WIDTH)
        shares.append(agree(backend_depth(scene, frame, tmp_path / str(frame)), truth))
        covered.append(float((truth > 0).mean()))
    assert min(shares) >= 0.995, shares
    assert covered[0] > 0.99 and covered[3] < 0.9, "the last frame sees the sky where the far wall was"


@pytest.mark.parametrize("away", [50_000.0, 1_000_000.0])
def test_far_from_the_origin_as_beside_it(scene, tmp_path, away):
    """Everything hangs on one parent, as maps and scans come. Blender holds matrices in float32, 4 mm at 50 km and 6 cm
    at 1000 km: all stand where float32 holds them, and then the rays see what Cycles sees at the origin. (Its own, in
    float32 as well, shake there by several of these steps.)"""
    root = add_empty("Root")
    room(scene)
    for thing in scene.objects:
        if thing != root:
            thing.parent = root
    at_home = cycles_depth(scene, 1, HEIGHT, WIDTH)
    root.location = (away, -0.7 * away, 0)
    assert agree(backend_depth(scene, 1, tmp_path), at_home) >= 0.995


@pytest.mark.parametrize("scale", [(-1, 1, 1), (1, 1, -1), (1, 2, 0.5)])
def test_under_a_parent_that_mirrors_or_shears(scene, tmp_path, scale):
    room(scene)
    scene.camera.parent = parent = add_empty("Parent")
    parent.scale, parent.rotation_euler = scale, (0.1, 0.2, 0.1)
    truth = cycles_depth(scene, 1, HEIGHT, WIDTH)
    assert (truth > 0).any() and agree(backend_depth(scene, 1, tmp_path), truth) >= 0.995
