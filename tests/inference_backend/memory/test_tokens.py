from __future__ import annotations

import numpy as np
import pytest
import torch

from inference_backend.memory.tokens import Tokens, TokenStore


def some(count=5):
    filled = Tokens.empty(12)
    rows = torch.zeros(count, dtype=torch.long)
    one = {name: torch.ones((1, *value.shape[1:]), dtype=value.dtype) for name, value in filled.__dict__.items()}
    return Tokens(**one).select(rows)


def test_arrays_round_trip():
    tokens = some()
    again = Tokens.from_arrays(tokens.to_arrays())
    assert all(torch.equal(getattr(tokens, name), getattr(again, name)) for name in tokens.__dict__)


def test_a_missing_or_misshaped_field_is_named():
    arrays = some().to_arrays()
    with pytest.raises(ValueError, match="frame"):
        Tokens.from_arrays({name: value for name, value in arrays.items() if name != "frame"})
    with pytest.raises(ValueError, match="position"):
        Tokens.from_arrays({**arrays, "position": arrays["position"][:-1]})


def test_tokens_from_when_they_were_square_keep_their_size_and_roll():
    arrays = some().to_arrays()
    del arrays["frame"]
    footprint, roll = np.full(5, 0.25, np.float16), np.linspace(-3, 3, 5).astype(np.float16)
    read = Tokens.from_arrays({**arrays, "footprint": footprint, "roll": roll})
    np.testing.assert_allclose(read.footprint, footprint, rtol=2e-3)
    np.testing.assert_allclose(read.roll, roll, atol=2e-3)
    right, down = read.frame.float().unflatten(-1, (2, 2)).unbind(1)
    np.testing.assert_allclose((right * down).sum(-1), 0, atol=1e-4)


def test_join_keeps_order_and_counts_bytes():
    joined = Tokens.join([some(2), Tokens.empty(12), some(3)])
    assert len(joined) == 5 and joined.nbytes() == 5 * some(1).nbytes()


@pytest.mark.parametrize("sizes", [(0, 3), (100, 1, 2, 3, 40, 0, 5), (4, 400)])
def test_a_store_grows_as_joining_would(sizes):
    shape = {name: value.shape[1:] for name, value in Tokens.empty(12).__dict__.items()}
    rng = np.random.default_rng(0)
    parts = [
        Tokens(
            **{
                name: torch.from_numpy(rng.integers(-9, 9, (size, *shape[name]))).to(column.dtype)
                for name, column in Tokens.empty(12).__dict__.items()
            }
        )
        for size in sizes
    ]
    store = TokenStore(parts[0])
    seen = [store.tokens]
    for part in parts[1:]:
        store.append(part)
        seen.append(store.tokens)
    for count, tokens in enumerate(seen, start=1):
        wanted = Tokens.join(parts[:count]).to_arrays()
        assert all(np.array_equal(array, wanted[name]) for name, array in tokens.to_arrays().items())
