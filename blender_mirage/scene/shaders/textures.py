"""What textures and inputs of a node tree are at points of a surface.

Pictures, checks, ramps and attributes are looked up. Of noise and the like only the spread is known: enough for a
mean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mathutils import Euler
from numpy.typing import NDArray

from . import arithmetic as maths
from .images import Pixels, look_up
from .links import Scope, Unreadable
from .values import ONE, ZERO, NodeReader, Values

Float64 = NDArray[np.float64]

_NORMAL_FRESNEL = 0.04
"""Of what glass and varnish reflect where one looks straight at them."""
_MEAN_FACING = 0.3
"""Of a Layer Weight's Facing over what one sees of a ball."""


_PATTERNS = ("Noise", "Voronoi", "Musgrave", "Magic", "Wave", "WhiteNoise", "Gabor")


class MissingImage(Unreadable):
    """A picture that is not there; its text is the picture's name."""


def image_node(pixels_of: Callable[[Any], Pixels | None]) -> NodeReader:
    """Reads Image Texture nodes; `pixels_of` an image."""

    def read(values: Values, node: Any, output: str, scope: Scope) -> Float64:
        image = node.image
        pixels = pixels_of(image) if image is not None else None
        if pixels is None:
            raise MissingImage(image.name if image is not None else node.name)
        if output == "Alpha" and pixels.opaque and node.extension != "CLIP":
            return ONE
        if node.projection == "FLAT":
            coordinates = values.vector_or(node, scope, values.points.uv)[:, :2]
            texel = _looked_up(values, pixels, coordinates, node)
        else:
            texel = pixels.levels[min(5, len(pixels.levels) - 1)].reshape(-1, 4).mean(0, keepdims=True)
        alpha = texel[:, 3:].astype(np.float64)
        if output == "Alpha":
            return alpha
        straight = pixels.packed or pixels.data or is_used(node, "Alpha")
        return texel[:, :3] if straight else texel[:, :3] * alpha

    return read


def is_used(node: Any, output: str) -> bool:
    """Whether something is linked to an output: then renderers take colours without alpha."""
    return any(socket.identifier == output and socket.is_linked for socket in node.outputs)


def _is_number(node: Any, output: str) -> bool:
    return any(socket.identifier == output and socket.type == "VALUE" for socket in node.outputs)


def _looked_up(values: Values, pixels: Pixels, coordinates: Float64, node: Any) -> Float64:
    points = values.points
    height, width = pixels.levels[0].shape[:2]
    points.texels = coordinates * np.array([width, height])
    points.sharp |= node.interpolation == "Closest"
    level = pixels.levels[min(points.mip, len(pixels.levels) - 1)]
    return look_up(level, coordinates, node.extension, node.interpolation == "Closest").astype(np.float64)


def environment_node(pixels_of: Callable[[Any], Pixels | None]) -> NodeReader:
    """Reads Environment Texture nodes: their mean over all directions."""

    def read(_: Values, node: Any, __: str, ___: Scope) -> Float64:
        pixels = pixels_of(node.image) if node.image is not None else None
        if pixels is None:
            raise MissingImage(node.image.name if node.image is not None else node.name)
        small = pixels.levels[max(len(pixels.levels) - 6, 0)][..., :3]
        rows = (np.arange(len(small)) + 0.5) / len(small)
        weight = np.sin(np.pi * rows)[:, None, None] if node.projection == "EQUIRECTANGULAR" else np.ones((1, 1, 1))
        weight = np.broadcast_to(weight, small.shape[:2] + (1,))
        return ((small * weight).sum((0, 1)) / weight.sum())[None].astype(np.float64)

    return read


def _checker(values: Values, node: Any, output: str, scope: Scope) -> Float64:
    at = values.vector_or(node, scope, values.points.generated) * values.number(node, "Scale", scope)
    cell = np.floor((at + 1e-6) * 0.999999).astype(np.int64)
    first = ((cell[:, 0] % 2 == cell[:, 1] % 2) == (cell[:, 2] % 2 != 0))[:, None]
    if output == "Fac":
        return first * 1.0
    return np.where(first, values.color(node, "Color1", scope), values.color(node, "Color2", scope))


def _brick(values: Values, node: Any, output: str, scope: Scope) -> Float64:
    """Two kinds of brick, evenly, and the joints between them."""
    mortar = values.number(node, "Mortar Size", scope)
    width, height = values.number(node, "Brick Width", scope), values.number(node, "Row Height", scope)
    joint = 1 - (1 - 2 * mortar / np.maximum(width, 1e-6)).clip(0, 1) * (
        1 - 2 * mortar / np.maximum(height, 1e-6)
    ).clip(0, 1)
    chosen = values.points.guess() < joint
    if output == "Fac":
        return chosen * 1.0
    tint = (values.points.guess()[::-1] + values.number(node, "Bias", scope)).clip(0, 1)
    bricks = maths.mix(values.color(node, "Color1", scope), values.color(node, "Color2", scope), tint)
    return np.where(chosen, values.color(node, "Mortar", scope), bricks)


def _gradient(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    at = values.vector_or(node, scope, values.points.generated)
    x, y = at[:, :1], at[:, 1:2]
    distance = np.maximum(1 - np.linalg.norm(at, axis=1, keepdims=True), 0)
    eased = x.clip(0, 1)
    kinds: dict[str, Callable[[], Float64]] = {
        "LINEAR": lambda: x,
        "QUADRATIC": lambda: np.maximum(x, 0) ** 2,
        "EASING": lambda: eased * eased * (3 - 2 * eased),
        "DIAGONAL": lambda: (x + y) / 2,
        "RADIAL": lambda: np.arctan2(y, x) / (2 * np.pi) + 0.5,
        "QUADRATIC_SPHERE": lambda: distance**2,
        "SPHERICAL": lambda: distance,
    }
    return kinds[node.gradient_type]().clip(0, 1)


def _noise(values: Values, node: Any, output: str, scope: Scope) -> Float64:
    """Spread round its middle, as noise is."""
    guess = values.points.guess()
    spread = 0.5 + 0.5 * (guess - 0.5) if node.bl_idname == "ShaderNodeTexNoise" else guess
    return spread if _is_number(node, output) else np.repeat(spread, 3, 1)


def _coordinates(values: Values, node: Any, output: str, _: Scope) -> Float64:
    points = values.points
    if node.object is not None and output == "Object":
        raise Unreadable("coordinates of another object")
    kinds = {"UV": points.uv, "Generated": points.generated, "Object": points.position, "Normal": points.normal}
    if output in kinds:
        return kinds[output]()
    return np.repeat(points.guess(), 3, 1)  # of the camera or the window: anything


def _geometry(values: Values, _: Any, output: str, __: Scope) -> Float64:
    points = values.points
    if output == "Position" and points.thing is not None:
        points.of_object = True
        matrix = np.array(points.thing.matrix_world)
        return points.position() @ matrix[:3, :3].T + matrix[:3, 3]
    if output in ("Position", "Normal", "True Normal", "Incoming"):
        return points.normal()
    if output == "Random Per Island":
        return points.guess()
    return np.full((1, 1), 0.5) if output == "Pointiness" else ZERO  # the front is what one sees


def _mapping(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    vector, scale = values.vector(node, "Vector", scope), values.vector(node, "Scale", scope)
    turn = np.array(Euler(values.vector(node, "Rotation", scope)[0].tolist()).to_matrix())
    kind = node.vector_type
    place = values.vector(node, "Location", scope) if kind in ("POINT", "TEXTURE") else np.zeros((1, 3))
    safe = np.where(scale == 0, 1.0, scale)
    if kind == "TEXTURE":
        return np.where(scale == 0, 0.0, ((vector - place) @ turn) / safe)
    if kind == "NORMAL":
        turned = np.where(scale == 0, 0.0, vector / safe) @ turn.T
        return maths.VECTOR_MATH["NORMALIZE"](turned)
    return (vector * scale) @ turn.T + place


def _attribute(values: Values, node: Any, output: str, _: Scope) -> Float64:
    points = values.points
    found = points.attribute(node.attribute_name) if node.attribute_type == "GEOMETRY" else None
    if found is None and node.attribute_type != "GEOMETRY" and points.thing is not None:
        points.of_object = True
        found = _property(points.thing, node.attribute_name)
    return _parts(found, output)


def _property(thing: Any, name: str) -> Float64 | None:
    """[1,k] of a custom property, or of the object's own of that name."""
    value = thing.get(name)
    if value is None and name in ("color", "location", "scale"):
        value = getattr(thing, name)
    if isinstance(value, (int, float)):
        return np.array([[float(value)]])
    if value is None or isinstance(value, str) or not hasattr(value, "__len__") or not len(value):
        return None
    return np.array([[float(part) for part in value]])


def _vertex_color(values: Values, node: Any, output: str, _: Scope) -> Float64:
    return _parts(values.points.color(node.layer_name), output)


def _parts(found: Float64 | None, output: str) -> Float64:
    """An output of a node that gives an attribute [N,k]; what is missing is black and clear."""
    if found is None:
        return ZERO if output in ("Fac", "Alpha") else np.zeros((1, 3))
    width = found.shape[1]
    if output == "Alpha":
        return found[:, 3:] if width == 4 else ONE
    if output == "Fac":
        return maths.gray(found[:, :3]) if width == 4 else found.mean(1, keepdims=True)
    return np.repeat(found, 3, 1) if width == 1 else np.pad(found, ((0, 0), (0, max(3 - width, 0))))[:, :3]


def _object_info(values: Values, _: Any, output: str, __: Scope) -> Float64:
    thing = values.points.thing
    if thing is None:
        return ZERO
    values.points.of_object = True
    vectors = {"Color": lambda: thing.color[:3], "Location": lambda: thing.matrix_world.translation}
    if output in vectors:
        return np.array([[float(part) for part in vectors[output]()]])
    numbers = {"Alpha": lambda: thing.color[3], "Object Index": lambda: thing.pass_index, "Random": lambda: 0.5}
    return np.array([[float(numbers[output]())]]) if output in numbers else ZERO


def _light_path(values: Values, _: Any, output: str, __: Scope) -> Float64:
    """Of a ray from the camera, or of one of the light that falls on a surface."""
    return ONE if output == ("Is Camera Ray" if values.points.camera_ray else "Is Diffuse Ray") else ZERO


def _layer_weight(values: Values, node: Any, output: str, scope: Scope) -> Float64:
    if output == "Facing":
        return np.full((1, 1), _MEAN_FACING)
    index = 1 / np.maximum(1 - values.number(node, "Blend", scope), 1e-5)
    return ((index - 1) / (index + 1)) ** 2


def _passed_on(values: Values, node: Any, output: str, scope: Scope) -> Float64:
    """Ambient Occlusion: its colour, unshaded."""
    return values.color(node, "Color", scope) if output == "Color" else ONE


def _shifted(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    """Bump and Normal Map: the surface's own normal."""
    del node, scope
    return values.points.normal()


def _nothing(_: Values, node: Any, output: str, __: Scope) -> Float64:
    """What an object is told only where it is a particle, a hair, a point or a volume."""
    return ZERO if _is_number(node, output) else np.zeros((1, 3))


TEXTURE_NODES: dict[str, NodeReader] = {
    "ShaderNodeTexChecker": _checker,
    "ShaderNodeTexBrick": _brick,
    "ShaderNodeTexGradient": _gradient,
    **{f"ShaderNodeTex{kind}": _noise for kind in _PATTERNS},
    "ShaderNodeTexCoord": _coordinates,
    "ShaderNodeUVMap": lambda values, node, _, __: values.points.uv(node.uv_map),
    "ShaderNodeNewGeometry": _geometry,
    "ShaderNodeMapping": _mapping,
    "ShaderNodeAttribute": _attribute,
    "ShaderNodeVertexColor": _vertex_color,
    "ShaderNodeObjectInfo": _object_info,
    "ShaderNodeLightPath": _light_path,
    "ShaderNodeLayerWeight": _layer_weight,
    "ShaderNodeFresnel": lambda _, __, ___, ____: np.full((1, 1), _NORMAL_FRESNEL),
    "ShaderNodeAmbientOcclusion": _passed_on,
    "ShaderNodeBump": _shifted,
    "ShaderNodeNormalMap": _shifted,
    "ShaderNodeBevel": _shifted,
    "ShaderNodeTangent": _shifted,
    "ShaderNodeWireframe": lambda _, __, ___, ____: ZERO,
    **{f"ShaderNode{kind}Info": _nothing for kind in ("Hair", "Particle", "Point", "Volume")},
    "ShaderNodeCameraData": _nothing,
    "ShaderNodeVectorTransform": lambda values, node, _, scope: values.vector(node, "Vector", scope),
}  # fmt: skip
