"""Furniture stands on the floor, fits a room, and has a material for every face."""

import numpy as np
import pytest

from inference_backend.training.sets import furniture
from inference_backend.training.sets.materials import ROLES
from tests.support.sound_meshes import assert_sound

MAKERS = [*furniture.AGAINST_WALL.values(), furniture.table, furniture.chair, furniture.floor_lamp,
          furniture.picture_on_wall, furniture.curtain, furniture.rug]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_a_piece_is_sound_and_of_human_size(make, seed: int) -> None:
    prop = make(np.random.default_rng(seed))
    assert set(prop.roles) <= set(ROLES)
    assert_sound(prop.mesh, len(prop.roles))
    low, high = prop.mesh.vertices.min(0), prop.mesh.vertices.max(0)
    assert low[2] >= -1e-6 and high[2] <= 2.45 and (high - low)[:2].max() <= 3.6


@pytest.mark.parametrize("make", [furniture.table, *furniture.AGAINST_WALL.values()], ids=lambda f: f.__name__)
def test_what_stands_touches_the_floor(make) -> None:
    assert make(np.random.default_rng(1)).mesh.vertices[:, 2].min() == pytest.approx(0, abs=1e-6)
