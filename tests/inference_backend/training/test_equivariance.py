"""Resampling of latents and pictures alike."""

from __future__ import annotations

import pytest
import torch

from inference_backend.training.equivariance import Move, moved, random_moves, weights


def still(count=1, step=1.0, start=(0.0, 0.0), turns=0, mirrored=False):
    return Move(torch.tensor([start] * count), torch.full((count,), step), [turns] * count, [mirrored] * count)


@pytest.fixture
def picture():
    return torch.rand(1, 3, 32, 48, generator=torch.Generator().manual_seed(0))


def test_a_move_by_whole_pixels_is_a_crop_to_the_bit(picture):
    window = moved(picture, still(start=(0.75, 1.25)), 4, 4)
    assert torch.equal(window, picture[..., 3:19, 5:21])


def test_latents_move_between_cells_by_linear_interpolation(picture):
    window = moved(picture, still(start=(0.25, 0.0)), 8)
    torch.testing.assert_close(window, 0.75 * picture[..., 0:8, :8] + 0.25 * picture[..., 1:9, :8])


def test_a_gradient_stays_one_at_any_scale_and_place():
    """A linear picture is reproduced by any resampling whose weights are centred where they say."""
    ramp = torch.arange(32.0).expand(1, 1, 32, 32)
    for step, start in ((1.0, 3.3), (1.37, 2.5), (2.0, 4.0)):
        window = moved(ramp, still(step=step, start=(4.0, start)), 8)
        expected = start + (torch.arange(8) + 0.5) * step - 0.5
        torch.testing.assert_close(window[0, 0], expected.expand(8, 8), atol=1e-4, rtol=0)


def test_latents_and_picture_show_the_same_place():
    """The cell means of a moved smooth picture are the moved cell means."""
    y, x = torch.meshgrid(torch.arange(96.0), torch.arange(128.0), indexing="ij")
    picture = (torch.sin(x / 17) + torch.cos(y / 23))[None, None]
    cells = torch.nn.functional.avg_pool2d(picture, 4)
    generator = torch.Generator().manual_seed(3)
    for _ in range(20):
        move, side = random_moves(1, 24, 32, 4, generator)
        mine = torch.nn.functional.avg_pool2d(moved(picture, move, side, 4), 4)
        apart = (mine - moved(cells, move, side)).abs()
        # A window that hangs over the border is not centred; a cell is 0.24 here.
        assert apart[..., 1:-1, 1:-1].max() < 0.01


def test_what_shrinks_is_averaged_and_not_aliased():
    stripes = (torch.arange(32) % 2).float().expand(1, 1, 32, 32)
    assert (moved(stripes, still(step=2.0, start=(2.0, 2.0)), 8) - 0.5).abs().max() < 0.05


def test_turns_and_mirrors_are_the_pictures(picture):
    plain = moved(picture, still(), 8)
    turned = moved(picture, still(turns=1, mirrored=True), 8)
    assert torch.equal(turned, torch.rot90(plain, 1, (2, 3)).flip(3))


def test_random_moves_stay_inside_and_are_of_every_kind():
    move, side = random_moves(400, 24, 36, 4, torch.Generator().manual_seed(0))
    assert side == 12
    end = move.start + side * move.step[:, None]
    assert (move.start >= 0).all() and (end <= torch.tensor([24.0, 36.0]) + 1e-4).all()
    same = move.step == 1
    assert 0.25 < same.float().mean() < 0.42 and move.step.max() > 1.9
    assert torch.equal(move.start[same] * 4, (move.start[same] * 4).round())
    assert set(move.turns) == {0, 1, 2, 3} and set(move.mirrored) == {False, True}


def test_weights_sum_to_one():
    rows = weights(20, 9, torch.tensor([0.0, 1.7]), torch.tensor([1.0, 2.0]))
    assert rows.shape == (2, 9, 20)
    torch.testing.assert_close(rows.sum(2), torch.ones(2, 9))
