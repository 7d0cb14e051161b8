"""The discriminator tells blur from sharpness, and pulls a blurred picture towards sharpness."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from inference_backend.training.discriminator import STRIDE, Discriminator, adversarial_loss, discriminator_loss


def noise(count, seed):
    """Pictures [count,3,32,32] with edges everywhere, and the same blurred."""
    sharp = torch.rand(count, 3, 32, 32, generator=torch.Generator().manual_seed(seed)).round()
    return sharp, F.avg_pool2d(sharp, 5, 1, 2, count_include_pad=False)


def trained():
    torch.manual_seed(0)
    judge = Discriminator(16)
    optimizer = torch.optim.Adam(judge.parameters(), lr=5e-3, betas=(0.5, 0.99))
    for step in range(40):
        sharp, blurred = noise(4, step)
        optimizer.zero_grad()
        discriminator_loss(judge(sharp), judge(blurred), torch.ones(4, 1, 8, 8)).backward()
        optimizer.step()
    return judge.eval().requires_grad_(False)


def test_one_opinion_a_patch():
    assert Discriminator()(torch.rand(2, 3, 48, 80)).shape == (2, 1, 48 // STRIDE, 80 // STRIDE)
    assert sum(p.numel() for p in Discriminator().parameters()) < 400_000


def test_it_learns_to_tell_blur_and_its_opinion_sharpens():
    judge = trained()
    sharp, blurred = noise(4, 999)
    assert judge(sharp).mean() > judge(blurred).mean() + 0.5
    made = blurred.clone().requires_grad_()
    ones = torch.ones(4, 1, 8, 8)
    before = adversarial_loss(judge(made), ones)
    (slope,) = torch.autograd.grad(before, made)
    moved = blurred - 0.5 * slope / slope.abs().amax()
    assert adversarial_loss(judge(moved), ones) < before
    assert torch.diff(moved, dim=-1).abs().mean() > torch.diff(blurred, dim=-1).abs().mean()


def test_a_patch_without_weight_costs_nothing():
    opinions, weight = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2)
    opinions[..., 0] = 100
    weight[..., 0] = 0
    assert adversarial_loss(opinions, weight) == 0
    assert adversarial_loss(opinions, 1 - weight) == -100
    settled = torch.full_like(opinions, 2.0)
    assert discriminator_loss(settled, opinions, weight) == 1
    assert discriminator_loss(settled, opinions, 1 - weight) == 101


def test_hinge_is_settled_beyond_one():
    one = torch.ones(1)
    assert discriminator_loss(2 * one, -1.5 * one, one) == 0
    assert discriminator_loss(0 * one, 0 * one, one) == 2
