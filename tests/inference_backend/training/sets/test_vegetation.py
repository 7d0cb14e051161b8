"""Plants: rooted, closed, and never alike."""

import numpy as np
import pytest

from inference_backend.training.sets import vegetation
from tests.support.sound_meshes import assert_sound, signed_volume

MAKERS = [vegetation.tree, vegetation.conifer, vegetation.bush, vegetation.hedge, vegetation.boulder,
          vegetation.planter]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda f: f.__name__)
def test_a_plant_is_sound_and_rooted(make) -> None:
    first, second = make(np.random.default_rng(0)), make(np.random.default_rng(1))
    for prop in (first, second):
        assert_sound(prop.mesh, len(prop.roles))
        assert -0.75 < prop.mesh.vertices[:, 2].min() < 0.12
    assert len(first.mesh.vertices) != len(second.mesh.vertices) or not np.allclose(
        first.mesh.vertices, second.mesh.vertices
    )


def test_every_leaf_is_closed_and_looks_outward() -> None:
    rng = np.random.default_rng(0)
    leaves = vegetation.flakes(rng, rng.normal(0, 1, (30, 3)), 0.2, 0.3, 0)
    assert len(leaves.triangles) == 120
    for i in range(30):
        one = type(leaves)(leaves.vertices, leaves.triangles[4 * i : 4 * i + 4], leaves.face_material[:4])
        assert signed_volume(one) > 0


def test_tufts_grow_where_they_are_sown() -> None:
    places = np.array([[0.0, 0, 0], [5, 1, 2]])
    blades = vegetation.tufts(np.random.default_rng(0), places).mesh.vertices
    away = np.linalg.norm(blades[:, None] - places[None], axis=-1).min(1)
    assert away.max() < 1.0
