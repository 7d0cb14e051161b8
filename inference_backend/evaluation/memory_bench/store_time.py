"""Seconds to write and commit a take, seconds and memory to load a world of a million tokens."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from ...generation.remember import Memory
from ...memory.tokens import Tokens
from ...memory.write import write
from ...models.protocol import Engine
from ...models.registry import load_engine
from ...worlds.catalog import WorldCatalog
from ...worlds.ids import new_id
from .footage import GENERATED_CONFIDENCE, empty_memory, feed, look_at_frame, shaded
from .sets import walk

TAKE_FRAMES, SET_FRAMES = 24, 12
ANCHORS_A_SET = 128


@dataclass(frozen=True)
class StoreTimes:
    """Wall seconds, and bytes."""

    write: float
    """Reading and writing all frames of a take of TAKE_FRAMES into an empty memory, without models or rays."""
    commit: float
    take_tokens: int
    load: float
    """A world of `loaded` tokens, from its files to a memory that can be asked."""
    loaded: int
    resident: int
    """Of the loaded tokens, those that the budget keeps in memory."""
    memory_bytes: int
    """That the loaded memory says it takes."""
    process_bytes: int
    """By which the process grew; 0 where the system does not tell."""


def measure(seed: int, tokens: int, grid: tuple[int, int], engine: Engine) -> StoreTimes:
    """A take of a set, then a world of `tokens` tokens: full frames of as many sets as it takes."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = WorldCatalog(Path(folder))
        small = _write_take(catalog, seed, grid, engine)
        world_id = catalog.create("large").world_id
        with catalog.open(world_id) as world:
            stored = 0
            for number in count():
                if stored >= tokens:
                    break
                part = _frames_of(1000 * (seed + 1) + number, grid, engine, number * ANCHORS_A_SET)
                world.commit_segment(new_id(), "take", part.to_arrays(), _meta(engine, part))
                stored += len(part)
        # In a process of its own: this one reuses what it freed before, and would seem not to grow.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            load, resident, memory_bytes, grown = pool.apply(load_world, (Path(folder), world_id))
    return StoreTimes(*small, load, stored, resident, memory_bytes, grown)


def load_world(data_dir: Path, world_id: str) -> tuple[float, int, int, int]:
    """(seconds, tokens resident, bytes that the memory says it takes, bytes by which this process grew)."""
    engine = load_engine("previz", "cpu")
    with WorldCatalog(data_dir).open(world_id) as world:
        before, start = _process_bytes(), time.perf_counter()
        memory = Memory.load(world, engine)
        load, after = time.perf_counter() - start, _process_bytes()
    return load, memory.residency().tokens, memory.residency().bytes, max(0, after - before)


def _write_take(catalog: WorldCatalog, seed: int, grid: tuple[int, int], engine: Engine) -> tuple[float, float, int]:
    """(seconds to write, seconds to commit, tokens) of one take."""
    path = walk(seed, TAKE_FRAMES, 1)
    frames = [look_at_frame(path, index, grid, engine.spec.stride) for index in range(TAKE_FRAMES)]
    latents = engine.encode(shaded(frames[0]))
    start = time.perf_counter()
    memory = empty_memory(engine.spec.channels)
    for look in frames:
        feed(memory, latents, look)
    learned = memory.learned()
    written = time.perf_counter() - start
    with catalog.open(catalog.create("small").world_id) as world:
        start = time.perf_counter()
        world.commit_segment(new_id(), "take", learned.to_arrays(), _meta(engine, learned))
        committed = time.perf_counter() - start
    return written, committed, len(learned)


def _frames_of(seed: int, grid: tuple[int, int], engine: Engine, shift: int) -> Tokens:
    """Every cell of SET_FRAMES frames of a set, its anchors raised by `shift`."""
    path = walk(seed, SET_FRAMES, 1)
    parts = []
    for index in range(SET_FRAMES):
        look = look_at_frame(path, index, grid, 2)
        if index == 0:
            latents = engine.encode(shaded(look_at_frame(path, 0, grid, engine.spec.stride))).flatten(1).T
        parts.append(write(latents, look.cells_of(), look.surface, GENERATED_CONFIDENCE))
    tokens = Tokens.join(parts)
    return replace(tokens, anchor=tokens.anchor + shift)


def _meta(engine: Engine, tokens: Tokens) -> dict[str, str]:
    return {"engine": engine.spec.name, "weights": engine.weights_hash, "tokens": str(len(tokens))}


def _process_bytes() -> int:
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0
    lines = [line for line in status.read_text("ascii").splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) * 1024 if lines else 0
