"""Running sums are those over everything."""

from __future__ import annotations

import numpy as np
import torch

from inference_backend.memory.moments import Moments
from inference_backend.memory.tokens import Tokens
from inference_backend.models.previz.model import look_of, palette_of
from tests.inference_backend.memory.test_read import cells_of, tokens_of
from tests.support.greybox import room


def test_sums_in_steps_are_the_statistics_that_the_networks_learned_with():
    tokens = tokens_of(cells_of(room(np.random.default_rng(0))))
    moments = Moments(tokens.feature.shape[1])
    for part in (slice(0, 100), slice(100, 100), slice(100, len(tokens))):
        moments.add(tokens.select(part))
    wanted = torch.tensor([0, 1, 2, 5, 6, 7, 8, 9, 500])
    features = tokens.feature.float()
    palette = palette_of(features, tokens.material.long(), wanted)
    torch.testing.assert_close(moments.palette(wanted), palette, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(
        moments.look()[None], look_of(features[None], torch.ones(1, len(tokens))), atol=1e-5, rtol=1e-4
    )


def test_nothing_seen_is_nothing_known():
    moments = Moments.of(Tokens.empty(12))
    assert not moments.palette(torch.tensor([0, 3])).any() and not moments.look().any()
