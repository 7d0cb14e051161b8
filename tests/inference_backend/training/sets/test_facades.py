"""Houses keep to their plot, look along -y, and light their windows when it is dark."""

import numpy as np
import pytest

from inference_backend.training.sets.builder import SetBuilder
from inference_backend.training.sets.facades import house
from tests.support.sound_meshes import assert_sound


def _houses(dark: bool, detached: bool = False) -> SetBuilder:
    builder = SetBuilder(np.random.default_rng(0), dark)
    for _ in range(8):
        house(builder, 7.0, np.eye(4), detached)
    return builder


@pytest.mark.parametrize("detached", [False, True])
def test_a_house_keeps_to_its_plot(detached: bool) -> None:
    for placed in _houses(False, detached).frame_set(np.zeros(3)).meshes:
        assert_sound(placed.mesh, len(placed.materials))
        low, high = placed.mesh.vertices.min(0), placed.mesh.vertices.max(0)
        assert -0.3 <= low[0] and high[0] <= 7.3 and low[1] > -1.4
        assert low[2] >= -0.01 and 2.5 < high[2] < 22


def test_windows_are_lit_only_where_it_is_dark() -> None:
    def lit(builder: SetBuilder) -> bool:
        return any(recipe.emission > 0 for recipe in builder.materials.values())

    assert lit(_houses(True)) and not lit(_houses(False))
