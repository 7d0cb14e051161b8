"""Lamps and the world's colour, so that unseen surfaces are lit as the filmmaker lit the set."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import bpy
import numpy as np
from numpy.typing import NDArray

from ..compat import lamp_color, lamp_power, node_tree
from ..core.greybox_read import LampTrack
from ..wire.greybox import lamp_values
from ..wire.messages import Color, Lamp
from .shaders.materials import ShaderTrees

Float64 = NDArray[np.float64]


@dataclass
class LampReader:
    """Collects lamps frame by frame: where they are, and what else of them is keyed. At a frame that does not see it, a
    lamp is out."""

    metres: float
    """Metres of one Blender unit."""
    lamps: dict[str, dict[int, Lamp]] = field(default_factory=dict)
    transforms: dict[str, dict[int, Float64]] = field(default_factory=dict)

    def see(self, anchor: str, thing: bpy.types.Object, transform: Float64, index: int) -> None:
        """One evaluated lamp at frame `index`; `transform` [4,4] is local-to-world in metres."""
        self.lamps.setdefault(anchor, {})[index] = read_lamp(thing.data, transform, self.metres)
        self.transforms.setdefault(anchor, {})[index] = transform

    def tracks(self, frames: int) -> list[LampTrack]:
        """In the order of anchors. A frame without the lamp holds its last placement."""
        return [self._track(anchor, frames) for anchor in sorted(self.lamps)]

    def _track(self, anchor: str, frames: int) -> LampTrack:
        seen, lit = self.transforms[anchor], self.lamps[anchor]
        placed, lamp = seen[min(seen)], lit[min(lit)]
        path, values = [], []
        for index in range(frames):
            placed, lamp = seen.get(index, placed), lit.get(index, replace(lamp, energy=0.0))
            path.append(placed)
            values.append(lamp_values(lamp))
        changes = any(now != values[0] for now in values)
        return LampTrack(lit[min(lit)], np.stack(path), np.array(values) if changes else None)


def read_lamp(light: bpy.types.Light, transform: Float64, metres: float) -> Lamp:
    """`metres` of one Blender unit scale sizes, and powers by its square: Blender's light falls off over Blender units,
    and surfaces shall keep their brightness when distances are told in metres."""
    power = lamp_power(light)
    if light.type == "SUN":
        return Lamp("SUN", lamp_color(light), power, size=float(light.angle))
    if light.type == "AREA":
        ratio = light.size_y / light.size if light.shape in ("RECTANGLE", "ELLIPSE") and light.size > 0 else 1.0
        across, along = np.linalg.norm(
            transform[:3, :2], axis=0
        )  # metres, and the object's scale, which area lamps obey
        side = float(light.size) * math.sqrt(ratio * across * along)
        return Lamp("AREA", lamp_color(light), power * metres**2, size=side)
    spot = light.type == "SPOT"
    return Lamp(
        light.type,
        lamp_color(light),
        power * metres**2,
        size=float(light.shadow_soft_size) * metres,
        spot_angle=float(light.spot_size) if spot else 0.0,
        spot_blend=float(light.spot_blend) if spot else 0.0,
    )


def read_ambient(scene: bpy.types.Scene, trees: ShaderTrees | None = None) -> Color:
    """What the world shines from everywhere: the mean over all directions, linear. What only a renderer can tell (a
    sky) counts as the world's display colour times the background's strength.

    No world is black, as Blender renders it. trees: that have read the world's pictures already.
    """
    world = scene.world
    if world is None:
        return (0.0, 0.0, 0.0)
    found = (trees or ShaderTrees(scene.render.engine, pictures={})).sky(world)
    if found is not None:
        return found
    strength = 1.0
    tree = node_tree(world)
    output = tree.get_output_node("ALL") if tree else None
    if output is not None and output.inputs["Surface"].is_linked:
        shader = output.inputs["Surface"].links[0].from_node
        if shader.type == "BACKGROUND":
            strength = float(shader.inputs["Strength"].default_value)
    red, green, blue = (float(channel) * strength for channel in world.color[:3])
    return red, green, blue
