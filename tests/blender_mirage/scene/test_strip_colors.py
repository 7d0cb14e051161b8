"""What is on the timeline are the greys of the take's files, as Blender renders them, whatever the scene's view is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from blender_mirage.scene.strip_colors import MODIFIER, keep_up_with_views  # noqa: E402
from tests.support.blender import add_camera  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

SHOT = Shot("walk", "Camera", 1, 1)
GREYS = np.arange(256)

VIEWS = [
    {"view_transform": "AgX"},
    {"view_transform": "AgX", "look": "AgX - Punchy"},
    {"view_transform": "AgX", "look": "AgX - Very High Contrast"},
    {"view_transform": "AgX", "exposure": 1.0},
    {"view_transform": "AgX", "exposure": -3.0, "gamma": 0.7},
    {"view_transform": "AgX", "gamma": 1.5},
    {"view_transform": "AgX", "display_device": "Display P3"},
    {"view_transform": "Standard"},
    {"view_transform": "Standard", "exposure": 1.0},
    {"view_transform": "Standard", "exposure": -4.0},
    {"view_transform": "Standard", "gamma": 2.0},
    {"view_transform": "Standard", "look": "High Contrast"},
    {"view_transform": "Standard", "display_device": "Rec.1886"},
    {"view_transform": "Filmic", "look": "High Contrast", "exposure": 2.0},
    {"view_transform": "Filmic Log"},
    {"view_transform": "Khronos PBR Neutral"},
    {"view_transform": "Khronos PBR Neutral", "exposure": -2.0},
    {"view_transform": "Raw"},
    {"view_transform": "AgX", "use_white_balance": True, "white_balance_temperature": 4000.0},
    {"view_transform": "Standard", "use_white_balance": True, "white_balance_temperature": 9000.0},
]


def set_view(scene, view) -> None:
    settings = scene.view_settings
    if "use_white_balance" in view and not hasattr(settings, "use_white_balance"):
        pytest.skip("this Blender's view has no white balance")
    if hasattr(settings, "use_white_balance"):
        settings.use_white_balance = False
    scene.display_settings.display_device = view.get("display_device", "sRGB")
    settings.view_transform, settings.look, settings.exposure, settings.gamma = "Standard", "None", 0.0, 1.0
    settings.use_curve_mapping = False
    for name, value in view.items():
        if name != "display_device":
            setattr(settings, name, value)


def show(scene, base: Path, picture: np.ndarray | None = None) -> np.ndarray:
    """The next version: every grey there is, or `picture` [H,W,3]."""
    if picture is None:
        picture = np.repeat(GREYS.astype(np.uint8).reshape(16, 16, 1), 3, axis=2)
    version, folder = create_take_folder(base, SHOT.name)
    Image.fromarray(picture).save(frame_path(base, SHOT.name, version, 1))
    show_take(scene, SHOT, folder, (1,))
    return picture.astype(int)


def rendered(scene, out: Path) -> np.ndarray:
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.render.image_settings.file_format = "PNG"
    bpy.context.window.scene = scene
    scene.frame_set(1)
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(out))
    return np.asarray(Image.open(out).convert("RGB")).astype(int)


def only_strip(scene):
    (strip,) = strips(scene.sequence_editor)
    return strip


@pytest.fixture
def stage(empty_file):
    add_camera()
    empty_file.render.resolution_x = empty_file.render.resolution_y = 16
    return empty_file


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: " ".join(map(str, view.values())))
def test_the_greys_of_the_files(stage, tmp_path, view):
    set_view(stage, view)
    wanted = show(stage, tmp_path)
    assert np.abs(rendered(stage, tmp_path / "out.png") - wanted).max() <= 1


def test_also_when_the_view_is_changed_later_and_another_take_is_swapped_in(stage, tmp_path):
    set_view(stage, {"view_transform": "Standard"})
    wanted = show(stage, tmp_path)
    for view in (*VIEWS[:6:2], VIEWS[8], VIEWS[7]):
        set_view(stage, view)
        assert keep_up_with_views() and not keep_up_with_views()
        assert np.abs(rendered(stage, tmp_path / "out.png") - wanted).max() <= 1
        show(stage, tmp_path)
        assert np.abs(rendered(stage, tmp_path / "out.png") - wanted).max() <= 1
    assert len(only_strip(stage).modifiers) == 0 and not only_strip(stage).use_float, "nothing of ours is left"


def test_channels_that_are_curved_apart(stage, tmp_path):
    set_view(stage, {"view_transform": "AgX", "use_curve_mapping": True})
    mapping = stage.view_settings.curve_mapping
    mapping.curves[0].points.new(0.3, 0.45)
    mapping.curves[2].points.new(0.3, 0.2)
    mapping.update()
    wanted = show(stage, tmp_path)
    assert np.abs(rendered(stage, tmp_path / "out.png") - wanted).max() <= 2
    stage.view_settings.use_curve_mapping = False
    assert keep_up_with_views()
    assert np.abs(rendered(stage, tmp_path / "out.png") - wanted).max() <= 1


def test_colours_are_near(stage, tmp_path):
    """AgX cannot show all colours, so that its own inverse is not exact either; an exposure costs nothing beyond it."""
    rng = np.random.default_rng(0)
    grey = rng.uniform(30, 225, (16, 16, 1))
    muted = np.clip(grey + rng.uniform(-30, 30, (16, 16, 3)), 0, 255).astype(np.uint8)
    for view, most in ((VIEWS[0], 1.0), (VIEWS[3], 1.0), (VIEWS[1], 2.0), (VIEWS[8], 0.5), (VIEWS[13], 0.5)):
        set_view(stage, view)
        wanted = show(stage, tmp_path, muted)
        assert np.abs(rendered(stage, tmp_path / "out.png") - wanted).mean() < most


def test_what_the_editor_graded_looks_the_same_under_another_view(stage, tmp_path):
    set_view(stage, {"view_transform": "AgX", "exposure": 1.0})
    wanted = show(stage, tmp_path)
    strip = only_strip(stage)
    strip.modifiers.new("grade", "BRIGHT_CONTRAST").bright = 10
    keep_up_with_views()
    assert [modifier.name for modifier in strip.modifiers] == ["grade", MODIFIER]
    graded = rendered(stage, tmp_path / "out.png")
    assert (graded[4:12] > wanted[4:12]).all()
    for view in (VIEWS[1], VIEWS[4], VIEWS[0]):
        set_view(stage, view)
        keep_up_with_views()
        assert np.abs(rendered(stage, tmp_path / "out.png") - graded)[1:].max() <= 2
    assert [modifier.name for modifier in strip.modifiers] == ["grade"]


def test_each_timeline_has_the_view_of_its_own_scene(stage, tmp_path):
    set_view(stage, {"view_transform": "AgX", "exposure": 1.0})
    wanted = show(stage, tmp_path)
    bpy.ops.scene.new(type="FULL_COPY")
    copy = bpy.context.scene
    set_view(copy, {"view_transform": "Standard", "gamma": 1.5})
    keep_up_with_views()
    for scene in (stage, copy):
        assert np.abs(rendered(scene, tmp_path / "out.png") - wanted).max() <= 1


def test_a_colour_space_that_somebody_chose_stays(stage, tmp_path):
    set_view(stage, {"view_transform": "AgX", "exposure": 1.0})
    show(stage, tmp_path)
    strip = only_strip(stage)
    strip.colorspace_settings.name = "Rec.1886"
    keep_up_with_views()
    assert len(strip.modifiers) == 0
    set_view(stage, VIEWS[7])
    keep_up_with_views()
    show(stage, tmp_path)
    assert strip.colorspace_settings.name == "Rec.1886"


def test_the_scenes_own_settings_and_data_are_as_they_were(stage, tmp_path):
    settings = stage.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "TIFF", "BW", "8"
    before = len(bpy.data.images), len(bpy.data.scenes)
    set_view(stage, {"view_transform": "AgX", "gamma": 1.3})
    keep_up_with_views()
    show(stage, tmp_path)
    assert only_strip(stage).modifiers.get(MODIFIER) is not None
    assert (settings.file_format, settings.color_mode, settings.color_depth) == ("TIFF", "BW", "8")
    assert (len(bpy.data.images), len(bpy.data.scenes)) == (before[0] + 1, before[1]), "the camera's background"


def test_a_view_that_shows_no_greys_is_left_alone(stage, tmp_path):
    set_view(stage, {"view_transform": "False Color"})
    show(stage, tmp_path)
    assert len(only_strip(stage).modifiers) == 0
