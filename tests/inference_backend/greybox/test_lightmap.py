"""The lightmap against the shading that it stands for, and against itself in another order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference_backend.greybox.gbuffer import cells_met, look
from inference_backend.greybox.geometry import FrameSet
from inference_backend.greybox.lightmap import MOST_PATCHES, Lightmap
from inference_backend.greybox.patches import KeyedNumbers, Table
from inference_backend.greybox.raycast import Raycaster
from inference_backend.greybox.shading import guide
from tests.support.greybox import MOVING, look_at, pinhole, room

H, W, STRIDE = 72, 128, 4
CAMERAS = [look_at((0.2 + 0.15 * k, -2.6, 1.3), (0.2 * k - 0.4, 1, 0.8)) for k in range(4)]


def frame_set(crate_at: float = 0.0) -> FrameSet:
    return room(np.random.default_rng(0), crate_at=crate_at)


def cells(caster, c2w):
    K = pinhole(H, W)
    pixels, _ = look(caster, c2w, K, H, W)
    return cells_met(caster, c2w, K, pixels, STRIDE)


def lit(lightmap, caster, c2w):
    return lightmap.guide(caster, *cells(caster, c2w))


def equal(a, b) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_its_mean_is_that_of_shading_and_its_error_of_the_same_size() -> None:
    caster = Raycaster(frame_set(), MOVING)
    buffer, hits = cells(caster, CAMERAS[0])
    rng = np.random.default_rng(1)
    many = [guide(caster, buffer, caster.frame_set, rng, rays=16) for _ in range(24)]
    light, openness = (np.mean([one[i] for one in many], 0) for i in range(2))
    ours = Lightmap(caster).guide(caster, buffer, hits)
    # The edge of a shadow lies up to half a patch aside.
    for truth, one, mapped, most in ((light, many[0][0], ours[0], 1.7), (openness, many[0][1], ours[1], 1.2)):
        noise = (one - truth).std()
        assert abs((mapped - truth).mean()) < 0.25 * noise + 1e-4
        assert (mapped - truth).std() < most * noise + 1e-4


def test_what_was_asked_before_changes_nothing() -> None:
    """A take that goes on after a cut begins with an empty map."""
    caster = Raycaster(frame_set(), MOVING)
    fresh = [lit(Lightmap(caster), caster, c2w) for c2w in CAMERAS]
    for order in ([0, 1, 2, 3], [3, 1, 0, 2, 3, 1]):
        lightmap = Lightmap(caster)
        for i in order:
            assert equal(lit(lightmap, caster, CAMERAS[i]), fresh[i])


def test_what_moves_darkens_as_if_nothing_were_kept() -> None:
    """The crate and its shadow, over frames, with one map and with a new one for each."""
    first = Raycaster(frame_set(), MOVING)
    lightmap = Lightmap(first)
    seen = []
    for crate_at in (0.0, 0.3, -0.4, 0.0):
        caster = first.moved(frame_set(crate_at))
        ours = lit(lightmap, caster, CAMERAS[0])
        assert equal(ours, lit(Lightmap(caster), caster, CAMERAS[0]))
        seen.append(ours)
    assert equal(seen[0], seen[3]) and not np.array_equal(seen[0][1], seen[1][1])


@pytest.mark.parametrize("change", [{"energy": 7.0}, {"size": 0.4}, {"color": np.array([0.1, 1, 0.1], np.float32)}])
def test_another_lamp_is_another_light_on_the_same_surfaces(change) -> None:
    caster = Raycaster(frame_set(), MOVING)
    lightmap = Lightmap(caster)
    before = lit(lightmap, caster, CAMERAS[0])
    lamps = tuple(replace(lamp, **change) for lamp in caster.frame_set.lamps)
    other = caster.moved(replace(caster.frame_set, lamps=lamps))
    after = lit(lightmap, other, CAMERAS[0])
    assert equal(after, lit(Lightmap(other), other, CAMERAS[0]))
    assert not np.array_equal(after[0], before[0]) and np.array_equal(after[1], before[1])


def test_a_full_map_begins_again(monkeypatch) -> None:
    caster = Raycaster(frame_set(), MOVING)
    expected = [lit(Lightmap(caster), caster, c2w) for c2w in CAMERAS]
    assert MOST_PATCHES > 10**5
    monkeypatch.setattr("inference_backend.greybox.lightmap.MOST_PATCHES", 10)
    lightmap = Lightmap(caster)
    assert all(equal(lit(lightmap, caster, c2w), one) for c2w, one in zip(CAMERAS, expected, strict=True))


def test_numbers_are_the_keys_own_and_spread_as_they_should() -> None:
    keys = np.random.default_rng(0).integers(0, 2**62, 4000)
    all_normal = KeyedNumbers(keys, 1).standard_normal((12000, 3))
    some = KeyedNumbers(keys[1000:1010], 1).standard_normal((30, 3))
    np.testing.assert_array_equal(all_normal[3000:3030], some)
    assert np.abs(all_normal.mean(0)).max() < 0.05 and np.abs(all_normal.std(0) - 1).max() < 0.05
    assert not np.array_equal(all_normal, KeyedNumbers(keys, 2).standard_normal((12000, 3)))
    uniform = KeyedNumbers(keys, 1).uniform(-0.5, 0.5, (4000, 2))
    assert uniform.min() >= -0.5 and uniform.max() < 0.5 and np.abs(uniform.mean(0)).max() < 0.02


def test_a_table_is_a_dictionary() -> None:
    rng = np.random.default_rng(0)
    table, told, asked = Table(2), {}, 0
    for _ in range(30):
        keys = np.unique(rng.integers(0, 3000, 400)) * 2**20

        def work_out(new, keys=keys):
            nonlocal asked
            asked += int(new.sum())
            assert not any(key in told for key in keys[new].tolist())
            told.update({key: (key % 1000, rng.random()) for key in keys[new].tolist()})
            return np.array([told[key] for key in keys[new].tolist()], np.float32)

        found = table.look_up(keys, work_out)
        np.testing.assert_array_equal(found, np.array([told[key] for key in keys.tolist()], np.float32))
    assert asked == len(table) == len(told) > 2000
