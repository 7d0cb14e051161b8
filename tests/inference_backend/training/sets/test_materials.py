"""Materials stick to rest space, stay within physical albedo, and fade to their mean instead of aliasing."""

import numpy as np
import pytest

from inference_backend.training.sets.materials import KINDS, ROLES, MaterialRecipe, draw_material
from inference_backend.training.sets.palettes import SetPalette


def _recipe(kind: str, seed: int = 0) -> MaterialRecipe:
    """A material of `kind`, drawn as a set draws it."""
    rng = np.random.default_rng(seed)
    palette = SetPalette.draw(rng)
    for _ in range(400):
        recipe = draw_material(KINDS[kind][5][0], palette, rng, grey=False)
        if recipe.kind == kind:
            return recipe
    raise AssertionError(f"no {kind} in 400 draws")


def _plane(count: int, metres: float) -> tuple[np.ndarray, np.ndarray]:
    x, z = np.meshgrid(np.linspace(0, metres, count), np.linspace(0, metres, count))
    points = np.column_stack([x.ravel(), np.zeros(x.size), z.ravel()])
    return points, np.broadcast_to([0.0, -1.0, 0.0], points.shape)


@pytest.mark.parametrize("kind", KINDS)
def test_albedo_is_physical_and_has_structure(kind: str) -> None:
    points, normals = _plane(64, 1.5)
    albedo, gloss = _recipe(kind).evaluate(points, normals, np.full(len(points), 0.01))
    assert albedo.dtype == np.float32 and albedo.shape == (4096, 3)
    assert 0 < albedo.min() and albedo.max() < 1
    assert 0 <= gloss.min() and gloss.max() <= 1
    assert albedo.std(axis=0).max() > 0.01 * albedo.mean()


@pytest.mark.parametrize("kind", KINDS)
def test_coarse_pixels_see_less_contrast_than_fine_ones(kind: str) -> None:
    points, normals = _plane(64, 6.0)
    recipe = _recipe(kind)
    fine = recipe.evaluate(points, normals, np.full(len(points), 0.003))[0]
    coarse = recipe.evaluate(points, normals, np.full(len(points), 1.5))[0]
    assert coarse.std(axis=0).max() < fine.std(axis=0).max()


def test_a_grey_greybox_hides_the_colour_and_a_coloured_one_shows_it() -> None:
    palette = SetPalette.draw(np.random.default_rng(1))
    grey = draw_material("wall", palette, np.random.default_rng(2), grey=True)
    colored = draw_material("wall", palette, np.random.default_rng(2), grey=False)
    assert np.ptp(grey.base_color) == 0 and 0.5 <= grey.base_color[0] <= 0.8
    points, normals = _plane(64, 2.0)
    mean = colored.evaluate(points, normals, np.full(len(points), 0.02))[0].mean(axis=0)
    np.testing.assert_allclose(colored.base_color, mean, rtol=0.25, atol=0.02)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_material_with_a_mean_that_it_shows_from_afar(role: str) -> None:
    rng = np.random.default_rng(5)
    recipe = draw_material(role, SetPalette.draw(rng), rng, grey=True)
    points, normals = _plane(64, 2.0)
    seen = recipe.evaluate(points, normals, np.full(len(points), 0.1))[0].mean(axis=0)
    np.testing.assert_allclose(recipe.mean, seen, atol=0.04)
    assert (recipe.emission > 0) == (role in ("glow", "lit"))


def test_letters_read_from_every_side() -> None:
    """Standing before a wall, right is right: on all four sides of a box the same step right shows the same."""
    recipe = _recipe("lettering")
    along, up = (grid.ravel() for grid in np.meshgrid(np.linspace(-1, 1, 80), np.linspace(0.5, 1.5, 40)))
    nothing, fine = np.zeros_like(along), np.full(len(along), 0.01)
    front = recipe.evaluate(np.stack([along, nothing, up], 1), np.tile([0.0, -1.0, 0.0], (len(up), 1)), fine)[0]
    back = recipe.evaluate(np.stack([-along, nothing, up], 1), np.tile([0.0, 1.0, 0.0], (len(up), 1)), fine)[0]
    np.testing.assert_allclose(front, back, atol=1e-5)
    right = recipe.evaluate(np.stack([nothing, along, up], 1), np.tile([1.0, 0.0, 0.0], (len(up), 1)), fine)[0]
    left = recipe.evaluate(np.stack([nothing, -along, up], 1), np.tile([-1.0, 0.0, 0.0], (len(up), 1)), fine)[0]
    np.testing.assert_allclose(right, left, atol=1e-5)


def test_a_road_has_its_line_in_its_middle() -> None:
    recipe = draw_material(
        "road", SetPalette.draw(np.random.default_rng(1)), np.random.default_rng(1), False, scale=3.5
    )
    across = np.column_stack([np.linspace(-3.4, 3.4, 341), np.zeros(341), np.zeros(341)])
    rows = np.concatenate([across + [0, along, 0] for along in np.linspace(0, 24, 40)])
    up = np.broadcast_to([0.0, 0.0, 1.0], rows.shape)
    bright = recipe.evaluate(rows, up, np.full(len(rows), 0.01))[0].mean(1).reshape(40, 341).mean(0)
    lines = across[bright > 1.5 * np.median(bright), 0]
    assert len(lines) and (np.minimum(np.abs(lines), np.abs(np.abs(lines) - 3.2)) < 0.08).all()
    assert (np.abs(lines) < 0.08).any() and (np.abs(lines) > 3).any()
