"""Points on the surface of an evaluated mesh, and what shader nodes can ask of them.

A node tree is evaluated at many points at once. Numbers are [N,1] and colours and vectors [N,3]; what is the same
everywhere is [1,1] or [1,3].
"""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

_FIELDS = {
    "FLOAT": ("value", 1), "INT": ("value", 1), "BOOLEAN": ("value", 1), "INT8": ("value", 1),
    "FLOAT2": ("vector", 2), "FLOAT_VECTOR": ("vector", 3), "FLOAT_COLOR": ("color", 4), "BYTE_COLOR": ("color", 4),
}  # fmt: skip
"""Where the numbers of an attribute lie, and how many they are."""


class Corners:
    """Attributes of one evaluated mesh, a row for every face corner. Good as long as the mesh is."""

    def __init__(self, mesh: bpy.types.Mesh) -> None:
        self.mesh = mesh
        self._columns: dict[str, Float64 | None] = {}

    @property
    def uv_map(self) -> str:
        """The UV map that counts where none is named; empty where there is none."""
        layers = self.mesh.uv_layers
        return next((layer.name for layer in layers if layer.active_render), layers[0].name if len(layers) else "")

    @property
    def color_map(self) -> str:
        """The same of colour attributes."""
        colors = self.mesh.color_attributes
        index = colors.render_color_index
        return colors[index].name if 0 <= index < len(colors) else ""

    def column(self, name: str) -> Float64 | None:
        """[L,k] of an attribute; None where the mesh has none of that name, or one without numbers."""
        if name not in self._columns:
            self._columns[name] = self._read(name)
        return self._columns[name]

    def normals(self) -> Float64:
        """[L,3] object-local."""
        if "|normal" not in self._columns:
            values = np.empty((len(self.mesh.loops), 3), np.float32)
            self.mesh.corner_normals.foreach_get("vector", values.ravel())
            self._columns["|normal"] = values.astype(np.float64)
        found = self._columns["|normal"]
        assert found is not None
        return found

    def _read(self, name: str) -> Float64 | None:
        attribute = self.mesh.attributes.get(name) if name else None
        if attribute is None or attribute.data_type not in _FIELDS or not len(attribute.data):
            return None
        field, width = _FIELDS[attribute.data_type]
        kind: Any = np.float32 if width > 1 or attribute.data_type == "FLOAT" else np.int32
        kind = bool if attribute.data_type == "BOOLEAN" else kind
        values = np.empty((len(attribute.data), width), kind)
        attribute.data.foreach_get(field, values.ravel())
        if attribute.domain == "POINT":
            vertex = np.empty(len(self.mesh.loops), np.int32)
            self.mesh.attributes[".corner_vert"].data.foreach_get("value", vertex)
            values = values[vertex]
        elif attribute.domain == "FACE":
            sizes = np.empty(len(self.mesh.polygons), np.int32)
            self.mesh.polygons.foreach_get("loop_total", sizes)
            values = np.repeat(values, sizes, axis=0)
        elif attribute.domain != "CORNER":
            return None
        return values.astype(np.float64)


class SurfacePoints:
    """N points, each by the three corners of its triangle and its weights in it.

    It keeps account of what was asked of it: what was asked for nothing is the same everywhere.
    """

    camera_ray = True
    """Whether it is a ray from the camera that comes by, and not one of the light that falls on a surface."""

    def __init__(
        self, thing: bpy.types.Object | None, corners: Corners | None, triangles: Int32, weights: Float64
    ) -> None:
        """triangles [N,3]: face corners. weights [N,3]. Without a mesh, there are no attributes."""
        self.thing = thing
        self.triangles, self.weights = triangles, weights
        self.used: set[str] = set()
        """Names of the attributes that were asked for."""
        self.guessed = False
        """Whether something is only known by how it is spread (noise), and not point by point."""
        self.of_object = False
        """Whether something of the object was asked for, which others with the same mesh need not share."""
        self.texels: Float64 | None = None
        """[N,2] where the last picture was asked for, in its pixels."""
        self.sharp = False
        """Whether that picture has steps from pixel to pixel, and no slopes."""
        self.mip = 0
        """How many times pictures are to be halved before they are looked at."""
        self._corners = corners

    def __len__(self) -> int:
        return len(self.triangles)

    def attribute(self, name: str) -> Float64 | None:
        """[N,k], or None where the mesh has no such attribute."""
        column = self._corners.column(name) if self._corners is not None else None
        if column is None:
            return None
        self.used.add(name)
        return self._blend(column)

    def uv(self, name: str = "") -> Float64:
        """[N,3] of a UV map, the usual one where none is named; the third number is 0."""
        found = self.attribute(name or (self._corners.uv_map if self._corners is not None else ""))
        if found is None:
            return np.zeros((1, 3))
        return np.concatenate([found[:, :2], np.zeros((len(found), 1))], 1)

    def color(self, name: str = "") -> Float64 | None:
        """[N,4] of a colour attribute, the usual one where none is named."""
        return self.attribute(name or (self._corners.color_map if self._corners is not None else ""))

    def position(self) -> Float64:
        """[N,3] object-local."""
        found = self.attribute("position")
        return np.zeros((1, 3)) if found is None else found

    def generated(self) -> Float64:
        """[N,3] 0..1 in the box of the mesh's texture space."""
        if self._corners is None:
            return np.full((1, 3), 0.5)
        mesh = self._corners.mesh
        size = np.array(mesh.texspace_size)
        size = np.where(size == 0.0, 1.0, size)
        return 0.5 + 0.5 * (self.position() - np.array(mesh.texspace_location)) / size

    def normal(self) -> Float64:
        """[N,3] object-local."""
        if self._corners is None:
            return np.array([[0.0, 0.0, 1.0]])
        self.used.add("position")
        return self._blend(self._corners.normals())

    def corner_values(self, names: set[str]) -> Float64:
        """[N,K] what `names` are at the three corners of each point's triangle, side by side."""
        assert self._corners is not None
        columns = [column for name in sorted(names) if (column := self._corners.column(name)) is not None]
        return np.concatenate([column[self.triangles].reshape(len(self), -1) for column in columns], 1)

    def guess(self) -> Float64:
        """[N,1] spread evenly over 0..1, the same every time: stands for a pattern that only a renderer computes."""
        self.guessed = True
        order = np.random.default_rng(len(self)).permutation(len(self))
        return ((order + 0.5) / len(self))[:, None]

    def _blend(self, column: Float64) -> Float64:
        return np.einsum("nc,nck->nk", self.weights, column[self.triangles])


class SkyPoints(SurfacePoints):
    """Directions, evenly over all, that light comes from."""

    camera_ray = False

    def __init__(self, count: int) -> None:
        super().__init__(None, None, np.zeros((count, 3), np.int32), np.zeros((count, 3)))
        height = 1 - (np.arange(count) + 0.5) * 2 / count
        angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
        radius = np.sqrt(1 - height**2)
        self._directions = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], 1)

    def position(self) -> Float64:
        return self._directions

    generated = normal = position


def no_points() -> SurfacePoints:
    """One point of no mesh: for what a material is everywhere."""
    return SurfacePoints(None, None, np.zeros((1, 3), np.int32), np.zeros((1, 3)))


def spread(triangles: Int32, vertices: Any, loops: Int32, count: int) -> tuple[Int32, Float64]:
    """`count` points that lie evenly over triangles: (face corners [N,3], weights [N,3]).

    triangles, loops [F,3]: vertices and face corners of each. The same every time.
    """
    random = np.random.default_rng(7)
    some = np.arange(len(triangles))
    if len(some) > 4 * count:
        some = np.sort(random.choice(len(triangles), 4 * count, replace=False))
    a, b, c = (vertices[triangles[some, corner]].astype(np.float64) for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    reached = np.cumsum(area if area.sum() > 0 else np.ones(len(some)))
    chosen = some[np.searchsorted(reached, (np.arange(count) + 0.5) / count * reached[-1]).clip(0, len(some) - 1)]
    u, v = random.random((2, count))
    folded = u + v > 1
    u, v = np.where(folded, 1 - u, u), np.where(folded, 1 - v, v)
    return loops[chosen], np.stack([1 - u - v, u, v], 1)
