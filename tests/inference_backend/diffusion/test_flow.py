from __future__ import annotations

import pytest
import torch

from inference_backend.diffusion.flow import mix, pinned, sample_euler, schedule


@pytest.mark.parametrize("steps", [1, 2, 4, 9])
@pytest.mark.parametrize("start", [1.0, 0.6])
def test_schedule_falls_from_its_start_to_zero(steps, start):
    sigmas = schedule(steps, start)
    assert sigmas[0] == start and sigmas[-1] == 0 and len(sigmas) == steps + 1
    assert all(a > b for a, b in zip(sigmas, sigmas[1:], strict=False))


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="at least one step, got 0"):
        schedule(0)


@pytest.mark.parametrize("steps", [1, 3, 8])
def test_a_perfect_predictor_is_reached_in_any_number_of_steps(steps):
    clean, noise = torch.randn(2, 8, 6, 5), torch.randn(2, 8, 6, 5)
    made = sample_euler(lambda x, sigma: clean, noise, schedule(steps))
    torch.testing.assert_close(made, clean)


def test_sampling_follows_the_exact_flow_of_a_gaussian():
    """For x0 ~ N(0, s^2) the optimal predictor is linear; many Euler steps must map N(0,1) to N(0, s^2)."""
    s = 0.3

    def predict(x, sigma):
        return x * (1 - sigma) * s**2 / ((1 - sigma) ** 2 * s**2 + sigma**2)

    noise = torch.randn(20000, generator=torch.Generator().manual_seed(0))
    made = sample_euler(predict, noise, schedule(200))
    assert made.std() == pytest.approx(s, rel=0.03)


def test_pinned_cells_end_as_what_is_known_and_stay_on_the_path():
    known, noise = torch.randn(1, 8, 4, 4), torch.randn(1, 8, 4, 4)
    mask = torch.zeros(1, 1, 4, 4)
    mask[..., :2] = 1
    pin = pinned(known, mask, noise)
    made = sample_euler(lambda x, sigma: torch.zeros_like(x), noise, schedule(4), pin)
    torch.testing.assert_close(made[..., :2], known[..., :2])
    torch.testing.assert_close(
        pin(torch.zeros_like(known), 0.5)[..., :2], mix(known, noise, torch.tensor(0.5))[..., :2]
    )
    assert made[..., 2:].abs().max() == 0
