"""What every mesh of a procedural set must be."""

import numpy as np

from inference_backend.greybox.geometry import Mesh


def signed_volume(mesh: Mesh) -> float:
    """Cubic metres enclosed, positive where triangles look outward."""
    a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(np.float64) for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def assert_sound(mesh: Mesh, slots: int) -> None:
    """Finite, closed as a whole, looking outward, with a material for every face."""
    assert np.isfinite(mesh.vertices).all()
    assert mesh.triangles.min() >= 0 and mesh.triangles.max() < len(mesh.vertices)
    assert len(mesh.face_material) == len(mesh.triangles)
    assert mesh.face_material.min() >= 0 and mesh.face_material.max() < slots
    assert signed_volume(mesh) > 0
