"""Rectified flow (Liu et al., 2022): x_sigma = (1 - sigma) x0 + sigma noise, and its Euler sampler."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def mix(clean: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """Noisy latents at `sigma`, which broadcasts against them."""
    return (1 - sigma) * clean + sigma * noise


def schedule(steps: int, start: float = 1.0) -> list[float]:
    """`steps` + 1 noise levels, evenly from `start` (1: pure noise) down to 0."""
    if steps < 1:
        raise ValueError(f"expected at least one step, got {steps}")
    return [start * (1 - i / steps) for i in range(steps + 1)]


def sample_euler(
    predict: Callable[[Tensor, float], Tensor],
    noisy: Tensor,
    sigmas: list[float],
    pin: Callable[[Tensor, float], Tensor] | None = None,
) -> Tensor:
    """Integrates from `noisy`, which is at sigmas[0], along `sigmas` with `predict(noisy, sigma) -> clean`.

    pin(noisy, sigma) puts what is already known back after each step.
    """
    x = noisy
    for sigma, following in zip(sigmas, sigmas[1:], strict=False):
        clean = predict(x, sigma)
        x = clean + (x - clean) * (following / sigma)
        if pin is not None:
            x = pin(x, following)
    return x


def pinned(known: Tensor, mask: Tensor, noise: Tensor) -> Callable[[Tensor, float], Tensor]:
    """A `pin` that holds `known` where mask is 1, each time with the noise of that level."""

    def pin(x: Tensor, sigma: float) -> Tensor:
        return torch.where(mask > 0.5, (1 - sigma) * known + sigma * noise, x)

    return pin
