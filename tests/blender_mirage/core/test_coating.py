"""The coating over the set: what is drawn is what was answered, in Blender's units, a hair off the surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_mirage.core.coating import (
    MOST_LIFT,
    NEVER,
    PARTLY,
    SEEN,
    TINTS,
    coating_of,
    legend,
    triangles_of,
    unseen_warning,
    view_from,
)
from blender_mirage.core.errors import ContractMismatch
from blender_mirage.wire.live import SurfaceInfo

INFO = SurfaceInfo(0.6, 0.001, 0.399, 0.34)


def some_tiles(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "position": rng.uniform(-3, 3, (count, 3)).astype(np.float32),
        "edges": rng.uniform(0.02, 0.2, (count, 1, 1)).astype(np.float32)
        * np.linalg.qr(rng.normal(size=(count, 3, 3)))[0][:, :2].astype(np.float32),
        "state": rng.integers(0, 3, count).astype(np.uint8),
    }


def areas(corners: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (corners[triangles[:, i]] for i in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=-1) / 2


@pytest.mark.parametrize("metres", [1.0, 0.01, 2.5])
def test_what_is_drawn_covers_as_much_as_was_answered(metres: float) -> None:
    arrays = some_tiles(500)
    coating = coating_of(INFO, arrays, metres)
    assert coating.tiles == 500 and set(coating.vertices) == set(TINTS)
    of_tiles = 4 * np.linalg.norm(np.cross(arrays["edges"][:, 0], arrays["edges"][:, 1]), axis=-1)
    for state, corners in coating.vertices.items():
        assert corners.dtype == np.float32 and len(corners) == 4 * (arrays["state"] == state).sum()
        drawn = areas(corners, triangles_of(len(corners))).sum() * metres**2
        assert drawn == pytest.approx(of_tiles[arrays["state"] == state].sum(), rel=1e-3)


def test_far_away_the_eye_sees_it_as_near_by() -> None:
    """50 km from the origin, where float32 holds 4 mm: corners that share an edge there would leave gaps."""
    rng, arrays, away = np.random.default_rng(1), some_tiles(50), np.array([51_200.0, -1024.0, 0.0])
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    here, there = np.eye(4), np.eye(4)
    here[:3, :3] = there[:3, :3] = turn
    here[:3, 3], there[:3, 3] = turn @ [0, 0, -9], turn @ ([0, 0, -9] - away / 2)
    near, far = coating_of(INFO, arrays, 2.0), coating_of(replace(INFO, origin=tuple(away)), arrays, 2.0)
    for state in TINTS:
        seen = [
            corners @ view[:3, :3].T + view[:3, 3]
            for corners, view in (
                (near.vertices[state], view_from(here, near.origin)),
                (far.vertices[state], view_from(there, far.origin)),
            )
        ]
        np.testing.assert_allclose(seen[0], seen[1], atol=1e-6)


def test_each_tile_floats_a_hair_off_its_side_and_shows_its_front_there() -> None:
    arrays = some_tiles(300)
    normal = np.cross(arrays["edges"][:, 0], arrays["edges"][:, 1])
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    for state, corners in coating_of(INFO, arrays, 1.0).vertices.items():
        own = arrays["state"] == state
        middle = corners.reshape(-1, 4, 3).mean(1)
        lift = ((middle - arrays["position"][own]) * normal[own]).sum(-1)
        assert (lift > 0).all() and lift.max() <= MOST_LIFT + 1e-6
        assert np.abs(middle - arrays["position"][own] - lift[:, None] * normal[own]).max() < 1e-5
        a, b, c = (corners[triangles_of(len(corners))[:, i]] for i in range(3))
        facing = (np.cross(b - a, c - a) * np.repeat(normal[own], 2, 0)).sum(-1)
        assert (facing > 0).all()


def test_nothing_is_a_coating_too() -> None:
    coating = coating_of(INFO, some_tiles(0), 1.0)
    assert coating.tiles == 0 and len(triangles_of(0)) == 0


def test_arrays_that_do_not_match_are_refused() -> None:
    arrays = some_tiles(10)
    with pytest.raises(ContractMismatch, match="10 surfaces, and where 9 are"):
        coating_of(INFO, arrays | {"position": arrays["position"][:9]}, 1.0)


def test_the_legend_says_no_zero_where_there_is_some() -> None:
    assert legend(INFO) == {SEEN: "60 %", PARTLY: "under 1 %", NEVER: "40 %"}


def test_the_warning_comes_with_unseen_space_only() -> None:
    assert unseen_warning(INFO) == "New areas: 34 % of this frame"
    assert unseen_warning(SurfaceInfo(0.6, 0.0, 0.4, 0.01)) == ""


def test_the_tints_are_told_apart_by_lightness_over_grey() -> None:
    """As somebody sees them who sees no colours, over a grey set; and the one to act on stands out most."""
    grey = 0.55
    luminance, strength = {}, {}
    for state, (*rgb, opacity) in TINTS.items():
        mixed = opacity * np.array(rgb) + (1 - opacity) * grey
        luminance[state] = float(mixed @ [0.2126, 0.7152, 0.0722])
        strength[state] = float(np.abs(mixed - grey).max())
    assert luminance[PARTLY] - luminance[SEEN] > 0.1 and luminance[PARTLY] - luminance[NEVER] > 0.1
    assert strength[NEVER] > strength[SEEN]
