"""The demo set: an L-shaped corridor, two shots of it, and a barrel that rolls through both.

Shot `corner_walk` walks down the long leg, turns into the short one and comes back to exactly its first pose. Shot
`reverse` looks at the same corner from the short leg. The barrel starts behind the corner, where the first and the
last frame of `corner_walk` do not see it, so those two frames are pictures of one and the same thing.

Plan, metres, seen from above (x right, y up): the long leg is x 0..3, y 0..7; the short leg is x 0..6, y 4..7.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy

from .demo_materials import bricks, checker, grain, plaster
from .demo_shapes import Shape, Vector, box, cylinder, merge, prism, to_mesh

HEIGHT = 2.8
WALL = 0.2
FPS = 24
LOOK_FRAME = 1
"""The frame whose render is the demo's look: it sees down the long leg to the corner."""
BARREL_RADIUS = 0.34

OUTLINE = ((0.0, 0.0), (3.0, 0.0), (3.0, 4.0), (6.0, 4.0), (6.0, 7.0), (0.0, 7.0))


@dataclass(frozen=True)
class DemoShot:
    """A marker-bound camera over the frames `start`..`end`, both included."""

    name: str
    start: int
    end: int
    lens: float
    keys: tuple[tuple[int, Vector, float, float], ...]
    """(frame, eye in metres, heading in degrees from +Y counter-clockwise, pitch in degrees)."""


SHOTS = (
    DemoShot(
        "corner_walk",
        1,
        48,
        24.0,
        (
            (1, (2.05, 0.50, 1.55), 9.0, -5.0),
            (13, (1.65, 2.60, 1.58), 2.0, -5.0),
            (25, (0.95, 4.75, 1.60), -74.0, -7.0),
            (37, (1.35, 2.80, 1.58), -12.0, -5.0),
            (48, (2.05, 0.50, 1.55), 9.0, -5.0),
        ),
    ),
    DemoShot(
        "reverse",
        49,
        80,
        24.0,
        (
            (49, (5.70, 4.75, 1.65), 78.0, -11.0),
            (80, (4.60, 5.10, 1.50), 88.0, -8.0),
        ),
    ),
)


def new_demo_file() -> bpy.types.Scene:
    """Empties Blender's session and builds the demo set in it. The caller saves the file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return build(bpy.context.scene)


def build(scene: bpy.types.Scene) -> bpy.types.Scene:
    """Adds the set, its lamps and both shots to `scene`, and sets the frame to `LOOK_FRAME`. Returns the scene."""
    collection = bpy.data.collections.new("Set")
    scene.collection.children.link(collection)
    _set_up_render(scene)
    stage = _Stage(collection)
    _shell(stage)
    _props(stage)
    barrel = _barrel(stage)
    _lamps(collection)
    with _linear_keys():
        _roll(barrel)
    cameras = [_shoot(scene, collection, shot) for shot in SHOTS]
    scene.frame_start, scene.frame_end = SHOTS[0].start, SHOTS[-1].end
    scene["look_frame"] = LOOK_FRAME
    scene.frame_set(LOOK_FRAME)
    scene.camera = cameras[0]
    return scene


def rolled_distance(frame: float) -> float:
    """Metres that the barrel has rolled (towards -X) at `frame`: it gathers speed as it goes."""
    share = (frame - SHOTS[0].start) / (SHOTS[-1].end - SHOTS[0].start)
    return 0.4 * share + 3.0 * share * share


def _set_up_render(scene: bpy.types.Scene) -> None:
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y, render.resolution_percentage = 512, 288, 100
    render.fps, render.fps_base = FPS, 1.0
    scene.unit_settings.system, scene.unit_settings.scale_length = "METRIC", 1.0
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.use_adaptive_sampling = "CPU", 32, False
    cycles.use_denoising = True
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 4, 1
    scene.view_settings.view_transform = "Standard"
    world = bpy.data.worlds.new("Dusk")
    if world.node_tree is None:  # before 5.0 a new world has none
        world.use_nodes = True
    # Not by its name, which a Blender that speaks another language gives in that one.
    background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    background.inputs["Color"].default_value = (0.10, 0.16, 0.20, 1.0)
    background.inputs["Strength"].default_value = 0.5
    world.color = (0.05, 0.08, 0.10)
    scene.world = world


class _Stage:
    """Puts objects into the set's collection."""

    def __init__(self, collection: bpy.types.Collection) -> None:
        self.collection = collection

    def place(
        self, name: str, shape: Shape, material: bpy.types.Material, at: Vector = (0, 0, 0), turn: Vector = (0, 0, 0)
    ) -> bpy.types.Object:
        """Adds an object at metres `at`, turned by the Euler angles `turn` in degrees."""
        return self.add(name, to_mesh(name, shape), material, at, turn)

    def place_round(
        self, name: str, shape: Shape, material: bpy.types.Material, at: Vector, turn: Vector = (0, 0, 0)
    ) -> bpy.types.Object:
        """Likewise, with smooth sides."""
        return self.add(name, to_mesh(name, shape, smooth=True), material, at, turn)

    def add(
        self, name: str, mesh: bpy.types.Mesh, material: bpy.types.Material, at: Vector, turn: Vector
    ) -> bpy.types.Object:
        thing = bpy.data.objects.new(name, mesh)
        thing.location = at
        thing.rotation_euler = [math.radians(angle) for angle in turn]
        mesh.materials.append(material)
        thing.color = material.diffuse_color
        self.collection.objects.link(thing)
        return thing


def _shell(stage: _Stage) -> None:
    """Floor, ceiling and walls."""
    tiles = checker("Tiles", ((0.50, 0.42, 0.30), (0.10, 0.17, 0.19)), side=0.5)
    planks = bricks("Ceiling planks", ((0.42, 0.36, 0.27), (0.33, 0.28, 0.21)), (0.14, 0.11, 0.09), (1.8, 0.3))
    brick = bricks("Bricks", ((0.58, 0.23, 0.10), (0.40, 0.14, 0.07)), (0.58, 0.50, 0.40), (0.60, 0.25))
    teal = plaster("Teal plaster", ((0.07, 0.25, 0.27), (0.16, 0.38, 0.38)), 3.0)
    stage.place("Floor", prism(OUTLINE, -WALL, 0.0), tiles)
    stage.place("Ceiling", prism(OUTLINE, HEIGHT, HEIGHT + WALL), planks)
    for name, material, x0, y0, x1, y1 in (
        ("Wall west", brick, -WALL, -WALL, 0.0, 7.0 + WALL),
        ("Wall north", brick, 0.0, 7.0, 6.0, 7.0 + WALL),
        ("Wall south", teal, 0.0, -WALL, 3.0, 0.0),
        ("Wall east", teal, 6.0, 4.0, 6.0 + WALL, 7.0 + WALL),
        ("Wall inner long", teal, 3.0, -WALL, 3.0 + WALL, 4.0 - WALL),
        ("Wall inner short", teal, 3.0, 4.0 - WALL, 6.0 + WALL, 4.0),
    ):
        size = (x1 - x0, y1 - y0, HEIGHT + 2 * WALL)
        stage.place(name, box(size), material, ((x0 + x1) / 2, (y0 + y1) / 2, HEIGHT / 2))


def _props(stage: _Stage) -> None:
    wood = bricks("Crate wood", ((0.62, 0.40, 0.16), (0.48, 0.28, 0.10)), (0.10, 0.06, 0.03), (5.0, 0.20))
    oak = grain("Oak", ((0.20, 0.10, 0.05), (0.44, 0.25, 0.12)), "Y", 9.0)
    stone = bricks("Pillar stone", ((0.60, 0.55, 0.45), (0.46, 0.43, 0.38)), (0.20, 0.18, 0.16), (0.5, 0.4))
    door = bricks("Door boards", ((0.05, 0.30, 0.33), (0.04, 0.22, 0.26)), (0.015, 0.05, 0.06), (3.0, 0.16))
    rings = bricks("Drum rings", ((0.75, 0.33, 0.05), (0.08, 0.28, 0.30)), (0.85, 0.75, 0.55), (4.0, 0.22))
    copper = plaster("Copper", ((0.55, 0.26, 0.13), (0.22, 0.38, 0.32)), 7.0)

    for name, side, at, heading in (
        ("Crate large", 0.95, (0.60, 6.30, 0.475), 8.0),
        ("Crate small", 0.60, (0.62, 6.28, 1.25), 31.0),
        ("Crate side", 0.75, (0.52, 3.05, 0.375), -14.0),
        ("Crate far", 0.80, (5.35, 6.40, 0.40), 20.0),
    ):
        stage.place(name, _crate(side), wood, at, (0, 0, heading))
    for name, at in (("Drum a", (2.62, 2.75, 0.45)), ("Drum b", (2.55, 3.45, 0.45)), ("Drum c", (4.35, 6.60, 0.45))):
        stage.place_round(name, cylinder(0.30, 0.90, bulge=0.06), rings, at, (0, 0, 25.0))
    stage.place("Pillar corner", box((0.36, 0.36, HEIGHT)), stone, (3.0, 4.0, HEIGHT / 2))
    stage.place("Pillar north", box((0.30, 0.24, HEIGHT)), stone, (3.0, 6.90, HEIGHT / 2))
    bench = merge(
        [box((0.42, 1.5, 0.07), (0, 0, 0.45))]
        + [box((0.36, 0.08, 0.42), (0, y, 0.21)) for y in (-0.6, 0.6)]
        + [box((0.06, 1.5, 0.30), (-0.18, 0, 0.72))]
    )
    stage.place("Bench", bench, oak, (0.28, 4.75, 0.0))
    frame = merge(
        [box((0.14, 0.16, 2.12), (x, 0, 1.06)) for x in (-0.55, 0.55)] + [box((1.34, 0.20, 0.16), (0, 0, 2.2))]
    )
    stage.place("Door frame", frame, oak, (1.85, 6.96, 0.0))
    # The boards run across the door's UV, so the leaf is built lying on its side and stood up.
    stage.place("Door", box((2.12, 0.08, 0.96)), door, (1.85, 6.97, 1.06), (0, 90, 0))
    stage.place_round("Pipe west", cylinder(0.07, 6.6, 16), copper, (0.12, 3.6, 2.35), (90, 0, 0))
    stage.place_round("Pipe north", cylinder(0.07, 5.8, 16), copper, (3.0, 6.88, 2.55), (90, 0, 90))
    stage.place_round("Pipe upright", cylinder(0.06, HEIGHT, 16), copper, (2.85, 1.6, HEIGHT / 2))


def _crate(side: float) -> Shape:
    """A cube of planks with a post on each upright edge, proud of the planks by two centimetres."""
    half = side / 2
    posts = [box((0.12, 0.12, side + 0.02), (x, y, 0.01)) for x in (-half, half) for y in (-half, half)]
    inset = side - 0.04
    return merge([box((inset, inset, side)), *posts])


def _barrel(stage: _Stage) -> bpy.types.Object:
    """A barrel on its side, its axis along Y, patterned so that its turning can be seen."""
    # Twelve tiles go round: the seam closes.
    paint = checker("Barrel paint", ((0.80, 0.62, 0.22), (0.45, 0.07, 0.05)), side=2 * math.pi * BARREL_RADIUS / 12)
    shape = cylinder(BARREL_RADIUS, 0.95, segments=48, bulge=0.10)
    return stage.place_round("Barrel", shape, paint, (5.3, 5.55, BARREL_RADIUS), (90, 0, 0))


def _roll(barrel: bpy.types.Object) -> None:
    """Keys the barrel so that it rolls without slipping: it turns by distance / radius."""
    start = barrel.location.x
    last = SHOTS[-1].end
    for frame in [*range(SHOTS[0].start, last, 4), last]:
        distance = rolled_distance(frame)
        barrel.location.x = start - distance
        # Euler XYZ turns about X first and about Y last, so Y is the world's axis, along which the barrel lies.
        barrel.rotation_euler.y = -distance / BARREL_RADIUS
        barrel.keyframe_insert("location", index=0, frame=frame)
        barrel.keyframe_insert("rotation_euler", index=1, frame=frame)


def _lamps(collection: bpy.types.Collection) -> None:
    """Warm over the long leg and the corner, cool in the short leg."""
    for name, at, side, watts, color in (
        ("Lamp long", (1.6, 1.9, 2.70), 0.9, 70.0, (1.0, 0.78, 0.52)),
        ("Lamp corner", (1.5, 5.4, 2.70), 0.9, 85.0, (1.0, 0.72, 0.44)),
        ("Lamp short", (4.7, 5.4, 2.70), 0.8, 70.0, (0.52, 0.82, 1.0)),
    ):
        light = bpy.data.lights.new(name, "AREA")
        light.energy, light.size, light.color = watts, side, color
        lamp = bpy.data.objects.new(name, light)
        lamp.location = at
        # The greybox has no lamps to be seen, so the look shall not show them either.
        lamp.visible_camera = False
        collection.objects.link(lamp)


def _shoot(scene: bpy.types.Scene, collection: bpy.types.Collection, shot: DemoShot) -> bpy.types.Object:
    """Adds the shot's camera, its keys and the marker that binds it. Returns the camera."""
    data = bpy.data.cameras.new(shot.name)
    data.lens, data.sensor_width, data.clip_start = shot.lens, 36.0, 0.05
    camera = bpy.data.objects.new(shot.name, data)
    collection.objects.link(camera)
    for frame, eye, heading, pitch in shot.keys:
        camera.location = eye
        camera.rotation_euler = (math.radians(90 + pitch), 0.0, math.radians(heading))
        camera.keyframe_insert("location", frame=frame)
        camera.keyframe_insert("rotation_euler", frame=frame)
    marker = scene.timeline_markers.new(shot.name, frame=shot.start)
    marker.camera = camera
    return camera


@contextmanager
def _linear_keys() -> Iterator[None]:
    """Keys made inside run straight from one to the next; the user's own setting comes back afterwards."""
    edit = bpy.context.preferences.edit
    before = edit.keyframe_new_interpolation_type
    edit.keyframe_new_interpolation_type = "LINEAR"
    try:
        yield
    finally:
        edit.keyframe_new_interpolation_type = before
