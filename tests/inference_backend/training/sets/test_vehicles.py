"""Vehicles stand on their wheels, nose to -y."""

import numpy as np
import pytest

from inference_backend.training.sets.vehicles import draw_vehicle
from tests.support.sound_meshes import assert_sound


@pytest.mark.parametrize("seed", range(8))
def test_a_vehicle_stands_on_its_wheels_and_shines_ahead(seed: int) -> None:
    prop = draw_vehicle(np.random.default_rng(seed))
    mesh = prop.mesh
    assert_sound(mesh, len(prop.roles))

    def of(role: str) -> np.ndarray:
        slots = [i for i, r in enumerate(prop.roles) if r == role]
        return mesh.vertices[mesh.triangles[np.isin(mesh.face_material, slots)]].reshape(-1, 3)

    assert of("rubber")[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert mesh.vertices[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert of("car")[:, 2].min() > 0.2
    lights = of("glow")
    assert lights[:, 1].max() < 0 and len(np.unique(np.sign(lights[:, 0]))) == 2
    size = np.ptp(mesh.vertices, axis=0)
    assert 1.6 < size[0] < 2.6 and 3.5 < size[1] < 8.5 and 1.3 < size[2] < 3.6
