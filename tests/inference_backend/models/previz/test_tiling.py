"""Tiles against whole frames, and what happens when memory runs short."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inference_backend.generation.observe import observe
from inference_backend.generation.remember import Memory
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory.cells import Cells
from inference_backend.memory.write import write
from inference_backend.models.previz import tiling
from inference_backend.models.previz.guide import pixel_guide
from inference_backend.models.previz.planes import pixel_planes
from inference_backend.models.previz.tiling import Tile, Tiler, margin_of
from tests.support.engines import CountingEngine
from tests.support.greybox import MOVING, look_at, pinhole, room

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


def seen(height: int, width: int):
    caster = Raycaster(room(np.random.default_rng(0)), MOVING)
    return observe(caster, look_at((0.2, -2.6, 1.3), (0, 1, 0.8)), pinhole(height, width), height, width, 4)


def known(engine, view):
    """The frame, of which memory knows the left half as noise."""
    cells = Cells.from_gbuffer(view.cells)
    h, w = view.cells.shape
    latents = torch.randn(h * w, engine.spec.channels, generator=torch.Generator().manual_seed(0))
    left = (torch.arange(h * w) % w) < w // 2
    memory = Memory(write(latents, cells, left))
    return memory.knowledge(memory.recall(cells), "")


def made(engine, view, knowledge):
    refined = engine.refine(view, knowledge)
    rgb = engine.decode(refined, view)
    return refined, rgb, engine.generate(view, knowledge, 1, 3), engine.encode(rgb)


def test_any_tiles_give_the_whole_frame(engine, monkeypatch) -> None:
    # Neither side a multiple of four cells, and wider than a tile with its margins.
    view = seen(4 * 30, 4 * 131)
    knowledge = known(engine, view)
    whole = made(engine, view, knowledge)
    for side in (24, 64):
        monkeypatch.setattr(engine._tiler, "_side", side)
        for ours, theirs in zip(made(engine, view, knowledge), whole, strict=True):
            apart = np.abs(np.asarray(ours, np.float64) - np.asarray(theirs, np.float64))
            # bfloat16 rounds sums by how a convolution is cut up; a wrong margin is off by far more, and in lines.
            assert apart.max() <= (3 if ours.dtype == np.uint8 else 0.1) and apart.mean() < 0.02


def test_margins_are_as_wide_as_the_networks_see(engine) -> None:
    """By gradient: what one cell in the middle depends on."""
    network, side = engine._model.decoder, 61
    latents = torch.zeros(1, engine.spec.channels, side, side, requires_grad=True)
    network(latents, torch.zeros(1, 9, 4 * side, 4 * side))[..., 4 * 30 : 4 * 31, 4 * 30 : 4 * 31].sum().backward()
    reached = torch.nonzero(latents.grad.abs().sum((0, 1)))
    assert 0 < (reached - 30).abs().max() <= margin_of(network)
    network = engine._model.encoder
    rgb = torch.rand(1, 3, 4 * side, 4 * side, requires_grad=True)
    network(rgb)[..., 30, 30].sum().backward()
    reached = torch.nonzero(rgb.grad.abs().sum((0, 1))) // 4
    assert 0 < (reached - 30).abs().max() <= margin_of(network)


class Short:
    """Adds one to a frame where it fits: no more than so many cells at once, as a device without memory for more."""

    def __init__(self, cells: int, error: Exception) -> None:
        self.cells, self.error, self.tiles = cells, error, 0

    def __call__(self, tile: Tile) -> torch.Tensor:
        part = tile.of(FRAME)
        if part[0].numel() > self.cells:
            raise self.error
        self.tiles += 1
        return part + 1


FRAME = torch.arange(2 * 50 * 70, dtype=torch.float32).view(2, 50, 70)


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), torch.OutOfMemoryError("none left")],
)
def test_out_of_memory_is_answered_by_smaller_tiles_and_told_once(error) -> None:
    tiler, work = Tiler(CPU), Short(1500, error)
    assert torch.equal(tiler.run((50, 70), 4, work), FRAME + 1)
    assert work.tiles > 4 and tiler.notes and all("tiles of" in message and hint for message, hint in tiler.notes)
    told = len(tiler.notes)
    assert torch.equal(tiler.run((50, 70), 4, work), FRAME + 1) and len(tiler.notes) == told


def test_what_no_tile_mends_is_raised() -> None:
    with pytest.raises(MemoryError):
        Tiler(CPU).run((50, 70), 4, Short(0, MemoryError()))
    tiler = Tiler(CPU)
    with pytest.raises(RuntimeError, match="shapes"):
        tiler.run((50, 70), 4, Short(1500, RuntimeError("shapes differ")))
    assert not tiler.notes


def test_tiles_follow_what_is_free(monkeypatch) -> None:
    for free, whole in ((2**36, True), (20_000_000, False)):
        monkeypatch.setattr(tiling, "free_bytes", lambda device, free=free: free)
        work = Short(10**9, MemoryError())
        assert torch.equal(Tiler(CPU).run((50, 70), 8, work), FRAME + 1)
        assert (work.tiles == 1) == whole


def test_a_take_tells_of_it(tmp_path) -> None:
    from tests.support.place import Place, pan, request_along

    place, engine = Place(tmp_path), CountingEngine()
    engine.notes.append(("Memory ran short.", "Close programs."))
    place.take(engine, *request_along(place.data_dir, pan(2)))
    notes = [(event.message, event.hint) for event in place.events if event.kind == "note"]
    assert notes == [("Memory ran short.", "Close programs.")] and not engine.notes


@pytest.mark.parametrize("size", [(72, 128), (40, 88)])
def test_planes_are_the_pixel_guide(size) -> None:
    view = seen(*size)
    planes, guide = pixel_planes(view), pixel_guide(view)
    assert planes.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(planes[0], guide, rtol=1e-5, atol=1e-6)
    assert torch.equal(planes[0, 7:], guide[7:]) and 0 < guide[7].mean() < 0.5
