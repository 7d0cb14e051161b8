"""A world's memory while a job runs: what its segments hold, and what this job has learned on top."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ..errors import BackendError
from ..memory.cells import Cells
from ..memory.exemplar import Exemplars, borrow
from ..memory.index import TokenIndex
from ..memory.read import ReadOut, read
from ..memory.tokens import Tokens
from ..memory.write import write
from ..models.protocol import Engine
from ..storage.tensors import load_arrays
from ..worlds.world_files import Anchor, WorldFiles


class Memory:
    """Tokens of one engine's latent space, with their index."""

    def __init__(self, tokens: Tokens, copies: Mapping[int, tuple[int, ...]] | None = None) -> None:
        """copies: for an anchor, the others of the same shape, in the order in which they are asked."""
        self.tokens = tokens
        self._known = len(tokens)
        self._index = TokenIndex.build(tokens)
        self._exemplars = Exemplars.build(tokens)
        self._copies = copies or {}

    @classmethod
    def load(cls, world: WorldFiles, engine: Engine) -> Memory:
        """Everything that the world's committed segments hold for this engine. Raises BackendError on a damaged one."""
        parts = [Tokens.empty(engine.spec.channels, engine.device)]
        for segment in world.committed_segments():
            arrays, meta = load_arrays(segment.path)
            if meta.get("engine") != engine.spec.name:
                continue
            try:
                parts.append(Tokens.from_arrays(arrays, engine.device))
            except ValueError as error:
                raise BackendError(
                    f"The segment {segment.path.name} of this world is not readable: {error}.",
                    "Revert that take, or restore the file from a backup.",
                ) from error
        return cls(Tokens.join(parts), _copies(world.anchors()))

    def read(self, cells: Cells) -> ReadOut:
        """What is known of the cells."""
        return read(self.tokens, self._index, cells)

    def recall(self, cells: Cells) -> ReadOut:
        """What is known of the cells, and for the others what their material looks like elsewhere."""
        return borrow(self.tokens, self._index, self._exemplars, self._copies, cells, self.read(cells))

    def learn(self, latents: Tensor, cells: Cells, keep: Tensor | None, confidence: float) -> Tokens:
        """Writes latents [C,h,w] of the `keep` [N] cells; returns the tokens that were added."""
        added = write(latents.flatten(1).T, cells, keep, confidence)
        if len(added):
            self.tokens = Tokens.join([self.tokens, added])
            self._index = TokenIndex.build(self.tokens)
            # What the filmmaker showed is the exemplar for ever; what was generated serves where nothing was shown.
            if len(self._exemplars) == 0:
                self._exemplars = Exemplars.build(self.tokens)
        return added

    def learned(self) -> Tokens:
        """What this job added to what the world held before."""
        return self.tokens.select(torch.arange(self._known, len(self.tokens), device=self.tokens.anchor.device))


def _copies(anchors: list[Anchor]) -> dict[int, tuple[int, ...]]:
    """Anchors of the same rest mesh and scale, by anchor."""
    shapes: dict[tuple[str, tuple[float, ...]], list[int]] = {}
    for anchor in anchors:
        scale = tuple(round(factor, 4) for factor in anchor.rest_scale)
        shapes.setdefault((anchor.rest_mesh, scale), []).append(anchor.id)
    return {one: tuple(i for i in group if i != one) for group in shapes.values() for one in group if len(group) > 1}


def nothing(engine: Engine, cells: int) -> ReadOut:
    """The read-out of a world that remembers nothing."""
    empty = Tokens.empty(engine.spec.channels, engine.device)
    blank = torch.zeros(cells, dtype=torch.int32, device=engine.device)
    vector = torch.ones(cells, 3, device=engine.device)
    unit = torch.ones(cells, device=engine.device)
    return read(empty, TokenIndex.build(empty), Cells(blank, blank, vector, vector, vector, vector, vector, unit))
