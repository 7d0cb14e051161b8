"""A fingerprint tells contents apart, and not rows."""

from __future__ import annotations

import numpy as np
import torch

from inference_backend.memory.fingerprint import fingerprint
from inference_backend.memory.index import TokenIndex
from inference_backend.memory.read import read
from inference_backend.memory.tokens import Tokens
from tests.inference_backend.memory.test_read import cells_of, random_camera, tokens_of
from tests.support.greybox import room


def cells(seed=3):
    return cells_of(room(np.random.default_rng(0)), random_camera(np.random.default_rng(seed)))


def of(tokens, seed=3):
    return fingerprint(read(tokens, TokenIndex.build(tokens), cells(seed)), tokens)


def test_rows_do_not_count_and_contents_do():
    tokens = tokens_of(cells(1))
    plain = of(tokens)
    assert len(plain) == 16 and int(plain, 16) > 0
    shuffled = tokens.select(torch.randperm(len(tokens), generator=torch.Generator().manual_seed(0)))
    # Ties between equals go by row; there are none among tokens of one view that matter here.
    assert of(shuffled) == plain
    elsewhere = tokens_of(cells_of(room(np.random.default_rng(8)), random_camera(np.random.default_rng(4))), 2)
    elsewhere = elsewhere.select(torch.nonzero(elsewhere.anchor == 0)[:, 0])
    moved = Tokens(**{**elsewhere.__dict__, "anchor": torch.full_like(elsewhere.anchor, 99)})
    assert of(Tokens.join([moved, tokens])) == plain, "tokens that nobody reads say nothing"


def test_one_token_of_thousands_is_noticed():
    tokens = tokens_of(cells(1))
    readout = read(tokens, TokenIndex.build(tokens), cells())
    used = readout.token[readout.covered][7, 0]
    for change in (
        {"feature": tokens.feature.index_add(0, used[None], torch.ones(1, 12).half())},
        {"position": tokens.position.index_add(0, used[None], torch.full((1, 3), 1e-6))},
    ):
        altered = Tokens(**{**tokens.__dict__, **change})
        assert fingerprint(readout, altered) != fingerprint(readout, tokens)


def test_which_cell_reads_it_counts():
    tokens = tokens_of(cells(1))
    readout = read(tokens, TokenIndex.build(tokens), cells())
    order = torch.arange(len(readout.covered)).roll(1)
    assert fingerprint(readout.select(order), tokens) != fingerprint(readout, tokens)


def test_an_empty_memory_has_one_too():
    assert of(Tokens.empty(12)) == of(Tokens.empty(12)) != of(tokens_of(cells(1)))
