"""Every primitive is a closed mesh whose triangles turn outward: clearance and shading rely on both."""

import numpy as np
import pytest

from inference_backend.training.sets import primitives as shape

SOLIDS = {
    "box": (shape.box(1.0, 2.0, 3.0), 6.0),
    "cylinder": (shape.cylinder(1.0, 2.0, 200), 2 * np.pi),
    "sphere": (shape.sphere(1.0, 80), 4 / 3 * np.pi),
    "cone": (shape.cone(1.0, 3.0), np.pi),
    "stairs": (shape.stairs(1.0, 3, 0.2, 0.3), 0.3 * 0.2 * (3 + 2 + 1) + 0.0),
    "wall": (shape.wall(4.0, 2.5, 0.2, [(1.0, 2.0, 0.5, 2.0)]), (10.0 - 1.5) * 0.2),
    "door frame": (shape.door_frame(1.0, 2.0, 0.3, 0.1), 0.3 * (2 * 2.1 * 0.1 + 0.1)),
    "arch": (shape.arch(1.0, 2.0, 0.3, 0.2, 200), 0.3 * (2 * 1.5 * 0.2 + np.pi / 2 * (0.49 - 0.25))),
}


def _volume(mesh: shape.Mesh) -> float:
    """Signed volume by the divergence theorem: right only for a closed mesh that turns outward."""
    a, b, c = np.moveaxis(mesh.vertices[mesh.triangles].astype(np.float64), 1, 0)
    return float((a * np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize("name", [name for name in SOLIDS if name != "stairs"])
def test_volume_is_that_of_the_solid(name: str) -> None:
    mesh, volume = SOLIDS[name]
    assert _volume(mesh) == pytest.approx(volume, rel=0.01)


@pytest.mark.parametrize("name", SOLIDS)
def test_each_edge_is_shared_by_two_triangles_in_opposite_directions(name: str) -> None:
    mesh = SOLIDS[name][0]
    _, welded = np.unique(mesh.vertices.round(5), axis=0, return_inverse=True)
    triangles = welded.reshape(-1)[mesh.triangles]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    assert sorted(map(tuple, edges)) == sorted(map(tuple, edges[:, ::-1]))


@pytest.mark.parametrize("name", ["box", "cylinder", "sphere", "cone", "stairs", "arch"])
def test_stands_on_the_floor(name: str) -> None:
    assert SOLIDS[name][0].vertices[:, 2].min() == pytest.approx(0.0, abs=1e-4)
