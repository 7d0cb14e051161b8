"""What the worker keeps between jobs: the memory of the world that was worked on last, and the light of its set.

Each is kept with all that it depends on, and handed out only where that is what it was; else it is made anew.
"""

from __future__ import annotations

from ..greybox.lightmap import Lightmap
from ..models.protocol import Engine
from ..worlds.world_files import WorldFiles
from .remember import Memory


class Shelf:
    """One memory and one lightmap at most. Not for several threads."""

    def __init__(self) -> None:
        self._memory: tuple[object, Memory] | None = None
        self._light: tuple[str, Lightmap] | None = None

    def claim(self, world: WorldFiles, engine: Engine) -> Memory:
        """What the world remembers, as `Memory.load`. It is the caller's alone from now on, and may learn. Raises
        BackendError on a damaged segment."""
        kept, self._memory = self._memory, None
        if kept is None or kept[0] != memory_key(world, engine):
            # The old one first: two of them need not fit.
            del kept
            return Memory.load(world, engine)
        kept[1].report(world)
        return kept[1]

    def show(self, world: WorldFiles, engine: Engine) -> Memory:
        """The same, to be read only: it stays here, and nothing is noted in the world."""
        key = memory_key(world, engine)
        if self._memory is None or self._memory[0] != key:
            self._memory = None
            self._memory = key, Memory.load(world, engine, report=False)
        return self._memory[1]

    def put(self, world: WorldFiles, engine: Engine, memory: Memory) -> None:
        """A memory that holds what the world's live commits hold, no more and no less."""
        self._memory = (memory_key(world, engine), memory)

    def light(self, key: str) -> Lightmap | None:
        """The light of a set; `key` names all that stands still in it."""
        return self._light[1] if self._light is not None and self._light[0] == key else None

    def put_light(self, key: str, light: Lightmap) -> None:
        self._light = (key, light)


def memory_key(world: WorldFiles, engine: Engine) -> object:
    """Two equal ones: the same is read from the disk."""
    segments = tuple(
        (info.take_id, info.order, info.tokens, info.bytes, info.path.stat().st_mtime_ns)
        for info in world.committed_segments()
    )
    anchors = tuple((anchor.id, anchor.rest_mesh, anchor.rest_scale) for anchor in world.anchors())
    return world.world_id, segments, anchors, world.budget_bytes(), engine.spec, engine.latent_space, str(engine.device)
