"""A material in brief: its name and mean colour on a mesh, and whether the camera sees through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ...compat import node_tree
from ...wire.messages import Color, Material
from .closures import NOTHING, Closure, Shaders
from .images import Pixels, read_image
from .links import Unreadable
from .points import SkyPoints, SurfacePoints
from .textures import TEXTURE_NODES, MissingImage, environment_node, image_node
from .values import ARITHMETIC_NODES, NodeReader, Values

Float64 = NDArray[np.float64]

SOLID = 0.5
"""Of a surface that has to be solid for it to be one."""
_SKY_SAMPLES = 512
NO_MATERIAL = Material("", (0.8, 0.8, 0.8))
"""What Blender draws a face with that has none."""


@dataclass(frozen=True)
class MaterialRead:
    """A material on some mesh."""

    material: Material
    through: str = ""
    """Why the camera sees through all of it: `open`, `hole`, `clear` or `volume`; empty where it is a surface."""
    cut: bool = False
    """Whether it may be a surface at some places only."""
    missing: str = ""
    """Name of a picture that it lacks."""


class ShaderTrees:
    """Evaluates the shaders of one scene's render. Keeps the pictures that it has read."""

    def __init__(self, engine: str, keep_glass: bool = False, pictures: dict[int, Pixels | None] | None = None) -> None:
        """engine: of the scene's render. pictures: those that were read before, by session_uid; grows. Without, no
        image file is read, which takes time: what has one cannot be told then."""
        self.keep_glass = keep_glass
        self._target = {"CYCLES": "CYCLES"}.get(engine, "EEVEE" if "EEVEE" in engine else "ALL")
        self._pictures = pictures
        self._readers: dict[str, NodeReader] = {
            **ARITHMETIC_NODES,
            **TEXTURE_NODES,
            "ShaderNodeTexImage": image_node(self._pixels),
            "ShaderNodeTexEnvironment": environment_node(self._pixels),
            "ShaderNodeShaderToRGB": self._shader_to_rgb,
        }

    def sky(self, world: bpy.types.World) -> Color | None:
        """The mean of what a world shines from everywhere; None where that cannot be told."""
        tree = node_tree(world)
        if tree is None:
            return None
        try:
            closure = self.closure(tree, SkyPoints(_SKY_SAMPLES))
        except Unreadable:
            return None
        return _rgb(closure.glow.mean(0)) if closure is not None else (0.0, 0.0, 0.0)

    def closure(self, tree: Any, points: SurfacePoints) -> Closure | None:
        """What a ray meets; None where there is only a volume. Raises Unreadable."""
        output = tree.get_output_node(self._target)
        if output is None:
            raise Unreadable("a material without output")
        if not output.inputs["Surface"].is_linked:
            return None if output.inputs["Volume"].is_linked else NOTHING
        return Shaders(Values(points, self._readers)).of(output.inputs["Surface"])

    def solid(self, closure: Closure) -> Float64:
        """[N,1] share that a camera ray does not pass."""
        through = closure.open + closure.hole + (0.0 if self.keep_glass else closure.clear)
        return 1.0 - through

    def read(self, material: bpy.types.Material, points: SurfacePoints) -> MaterialRead:
        """Of an evaluated material, by its look at `points`; what cannot be told has its viewport display colour."""
        plain = MaterialRead(Material(material.name_full, _rgb(material.diffuse_color)))
        tree = node_tree(material)
        if tree is None:
            return plain
        try:
            closure = self.closure(tree, points)
        except MissingImage as error:
            return MaterialRead(plain.material, missing=str(error))
        except Unreadable:
            return plain
        if closure is None:
            return MaterialRead(plain.material, "volume")
        solid = self.solid(closure)
        known = Material(material.name_full, self._color(closure, solid))
        if len(solid) > 1 and not points.guessed:
            return MaterialRead(known, cut=True)
        return MaterialRead(known, "" if solid.mean() >= SOLID else _reason(closure))

    def _color(self, closure: Closure, solid: Float64) -> Color:
        """The mean over what is solid, and what it shines; no brighter than 1."""
        color = closure.albedo + (closure.tint if self.keep_glass else 0.0) + closure.glow
        parts = np.broadcast_arrays(color, solid)
        weight = np.where(parts[1] >= SOLID, 1.0, 0.0)
        weight = weight if weight.sum() > 0 else np.ones_like(weight)
        share = np.maximum(parts[1], 1e-3)
        mean = (parts[0] / share * weight).sum(0) / weight.sum(0)
        return _rgb(np.maximum(mean, 0) / max(float(mean.max()), 1.0))

    def _pixels(self, image: bpy.types.Image) -> Pixels | None:
        if self._pictures is None:
            raise Unreadable("a picture")
        key = image.original.session_uid
        if key not in self._pictures:
            self._pictures[key] = read_image(image)
        return self._pictures[key]

    def _shader_to_rgb(self, values: Values, node: Any, output: str, scope: Any) -> Float64:
        closure = Shaders(values).of(node.inputs[0], scope)
        if output == "Alpha":
            return self.solid(closure)
        return closure.albedo + closure.tint + closure.glow


def changes_over_time(material: bpy.types.Material | bpy.types.World) -> bool:
    """Whether the (original) material or world, or a group that it uses, is animated or driven."""
    return any(block.animation_data is not None for block in (material, *_trees(node_tree(material))))


def _trees(tree: Any) -> Iterator[Any]:
    open_trees, seen = [tree] if tree else [], set()
    while open_trees:
        tree = open_trees.pop()
        if tree.session_uid in seen:
            continue
        seen.add(tree.session_uid)
        yield tree
        open_trees += [node.node_tree for node in tree.nodes if node.type == "GROUP" and node.node_tree]


def _reason(closure: Closure) -> str:
    shares = {"hole": closure.hole.mean(), "clear": closure.clear.mean(), "open": closure.open.mean()}
    return max(shares, key=lambda name: float(shares[name]))


def _rgb(color: Any) -> Color:
    red, green, blue = (float(part) for part in color[:3])
    return red, green, blue
