"""People stand on their feet, sit on their seat, and are as tall as people."""

import numpy as np
import pytest

from inference_backend.training.sets.people import draw_person
from tests.support.sound_meshes import assert_sound


@pytest.mark.parametrize("seed", range(6))
def test_a_standing_person_has_the_feet_on_the_floor(seed: int) -> None:
    prop = draw_person(np.random.default_rng(seed), seated=False)
    assert_sound(prop.mesh, len(prop.roles))
    low, high = prop.mesh.vertices.min(0), prop.mesh.vertices.max(0)
    assert abs(low[2]) < 0.06
    assert 0.9 < high[2] < 2.1
    assert set(np.unique(prop.mesh.face_material)) == set(range(5))


def test_a_seated_person_is_lower_and_over_the_seat() -> None:
    for seed in range(4):
        prop = draw_person(np.random.default_rng(seed), seated=True)
        trousers = prop.mesh.vertices[prop.mesh.triangles[prop.mesh.face_material == 2]].reshape(-1, 3)
        assert 1.1 < prop.mesh.vertices[:, 2].max() < 1.6
        # The hips rest about on the seat; the thighs reach forward, to -y.
        assert trousers[:, 1].min() < -0.3
        assert trousers[np.abs(trousers[:, 1]) < 0.05][:, 2].min() > 0.38
