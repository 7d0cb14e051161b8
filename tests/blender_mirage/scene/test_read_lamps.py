from __future__ import annotations

import math

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.read_greybox import read_greybox  # noqa: E402
from tests.support.blender import link  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def add_lamp(kind: str, **values):
    light = bpy.data.lights.new(kind.title(), kind)
    for name, value in values.items():
        setattr(light, name, value)
    return link(bpy.data.objects.new(kind.title(), light))


def only_lamp(frames=(1,)):
    read = read_greybox(bpy.context, frames)
    (lamp,) = read.greybox.lamps
    return lamp, read.tracks.lamp_transforms[0]


def test_a_spot_that_moves(empty_file):
    lamp = add_lamp("SPOT", energy=100, color=(1, 0.5, 0.25), spot_size=1.0, spot_blend=0.3, shadow_soft_size=0.2)
    for frame, height in ((1, 2.0), (3, 4.0)):
        lamp.location.z = height
        lamp.keyframe_insert("location", frame=frame)
    read, path = only_lamp((1, 3))
    assert (read.kind, read.energy, read.color) == ("SPOT", 100, (1, 0.5, 0.25))
    assert (read.size, read.spot_angle, read.spot_blend) == pytest.approx((0.2, 1.0, 0.3))
    assert path[:, 2, 3].tolist() == [2, 4]


def test_a_sun_has_an_angle_and_no_distance(empty_file):
    empty_file.unit_settings.scale_length = 0.1
    add_lamp("SUN", energy=3, angle=0.1)
    read, _ = only_lamp()
    assert (read.kind, read.energy, read.size) == pytest.approx(("SUN", 3, 0.1))


def test_an_area_lamp_is_as_large_as_its_object_makes_it(empty_file):
    lamp = add_lamp("AREA", energy=10, shape="RECTANGLE", size=2, size_y=0.5)
    lamp.scale = (2, 2, 1)
    read, _ = only_lamp()
    assert (read.kind, read.size) == ("AREA", pytest.approx(math.sqrt(4 * 1)))


def test_surfaces_keep_their_brightness_in_metres(empty_file):
    """Power over squared distance is the same number in Blender's units and in metres."""
    lamp = add_lamp("POINT", energy=100, shadow_soft_size=1)
    lamp.location.z = 3
    empty_file.unit_settings.scale_length = 0.01
    read, path = only_lamp()
    assert read.energy / path[0, 2, 3] ** 2 == pytest.approx(100 / 3**2)
    assert read.size == pytest.approx(0.01)


def test_hidden_lamps_are_dark(empty_file):
    add_lamp("POINT").hide_render = True
    assert read_greybox(bpy.context, (1,)).greybox.lamps == ()


def test_colour_temperature(empty_file):
    light = add_lamp("POINT", color=(1, 1, 0.5)).data
    if not hasattr(light, "use_temperature"):
        pytest.skip("this Blender's lamps have no temperature")
    light.use_temperature, light.temperature = True, 3000
    lamp, _ = only_lamp()
    np.testing.assert_allclose(lamp.color, np.array(light.temperature_color) * (1, 1, 0.5), rtol=1e-6)


def ambient() -> tuple[float, float, float]:
    return read_greybox(bpy.context, (1,)).greybox.ambient


def test_ambient_is_the_worlds_colour_times_strength(empty_file):
    assert ambient() == (0, 0, 0), "no world renders black"
    world = empty_file.world = bpy.data.worlds.new("World")
    if bpy.app.version < (5, 0, 0):
        world.color = (0.2, 0.1, 0.3)
        assert ambient() == pytest.approx((0.2, 0.1, 0.3))
        world.use_nodes = True
    nodes = world.node_tree.nodes
    background = nodes["Background"]
    background.inputs["Color"].default_value, background.inputs["Strength"].default_value = (0.5, 0.25, 1, 1), 2
    assert ambient() == pytest.approx((1, 0.5, 2))
    world.color = (0.2, 0.1, 0.3)
    sky = nodes.new("ShaderNodeTexSky")
    world.node_tree.links.new(sky.outputs["Color"], background.inputs["Color"])
    assert ambient() == pytest.approx((0.4, 0.2, 0.6))


def keyed(owner, name: str, values: dict[int, object]) -> None:
    for frame, value in values.items():
        setattr(owner, name, value)
        owner.keyframe_insert(name, frame=frame)


@pytest.mark.parametrize("mode", ["RENDER", "VIEWPORT"])
def test_what_is_keyed_of_a_lamp_is_that_of_its_frame(empty_file, mode):
    """A dimmer, a colour that turns, a cone that opens: Blender's evaluated values are the judge."""
    lamp = add_lamp("SPOT")
    for name, first, last in [
        ("energy", 10.0, 500.0),
        ("color", (1, 0, 0), (0, 0, 1)),
        ("spot_size", 0.4, 1.2),
        ("spot_blend", 0.0, 1.0),
        ("shadow_soft_size", 0.1, 0.5),
    ]:
        keyed(lamp.data, name, {1: first, 5: last})
    read = read_greybox(bpy.context, range(1, 6), mode=mode)
    for index, frame in enumerate(range(1, 6)):
        empty_file.frame_set(frame)
        light = lamp.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        truth = (*light.color, light.energy, light.shadow_soft_size, light.spot_size, light.spot_blend)
        assert read.tracks.lamp_values[0, index] == pytest.approx(truth, abs=1e-6)
    assert read.greybox.lamps == read.tracks.lamps_at(read.greybox.lamps, 0)


def test_a_lamp_that_is_switched_off_shines_no_more(empty_file):
    lamp = add_lamp("POINT", energy=100)
    keyed(lamp, "hide_render", {1: True, 3: False, 5: True})
    read = read_greybox(bpy.context, range(1, 7))
    assert read.tracks.lamp_values[0, :, 3].tolist() == [0, 0, 100, 100, 0, 0]


def test_a_world_that_gets_dark(empty_file):
    world = empty_file.world = bpy.data.worlds.new("World")
    if bpy.app.version < (5, 0, 0):
        world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (0.2, 0.4, 0.8, 1)
    keyed(background.inputs["Strength"], "default_value", {1: 1.0, 3: 0.0})
    read = read_greybox(bpy.context, (1, 3))
    np.testing.assert_allclose(read.tracks.ambient, [[0.2, 0.4, 0.8], [0, 0, 0]], atol=1e-6)
    assert read.greybox.ambient == pytest.approx((0.2, 0.4, 0.8))


def test_what_never_changes_is_not_sent_frame_by_frame(empty_file):
    add_lamp("SUN", energy=3)
    read = read_greybox(bpy.context, range(1, 4))
    assert read.tracks.lamp_values is None and read.tracks.ambient is None
