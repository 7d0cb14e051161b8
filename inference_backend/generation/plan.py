"""The coverage plan: which frames of a shot must be generated, because they reveal surfaces that nobody has seen.

Greedy: the frame that reveals most comes first; what it taught is taken off all others; and so on until no frame
reveals more than a few cells. Every other frame is read from memory. A closed loop costs no generation.
"""

from __future__ import annotations

import torch

from ..memory.cells import Cells
from ..memory.index import TokenIndex
from ..memory.read import read
from ..memory.tokens import Tokens
from .remember import Memory

WORTH_GENERATING = 0.02
"""Share of a frame that must be new; smaller patches are filled in from their surroundings as the frames are made."""


class CoveragePlan:
    """What each frame of a shot still lacks."""

    def __init__(self, glances: list[Cells], memory: Memory) -> None:
        self._sizes = [len(glance) for glance in glances]
        self._lacking = [glance.select(torch.nonzero(~memory.read(glance).covered)[:, 0]) for glance in glances]
        self._spent: set[int] = set()

    def lacking(self, index: int) -> float:
        """Share of the frame's cells that nobody has seen."""
        return len(self._lacking[index]) / max(self._sizes[index], 1)

    def mean_lacking(self) -> float:
        """Share over all frames."""
        return sum(map(len, self._lacking)) / max(sum(self._sizes), 1)

    def next_key_frame(self) -> int | None:
        """The frame that reveals most, or None when none is worth it. A frame is named once only."""
        left = [i for i in range(len(self._sizes)) if i not in self._spent and self.lacking(i) > WORTH_GENERATING]
        if not left:
            return None
        best = max(left, key=self.lacking)
        self._spent.add(best)
        return best

    def learn(self, added: Tokens) -> None:
        """Takes what new tokens show off every frame."""
        index = TokenIndex.build(added)
        for i, cells in enumerate(self._lacking):
            if len(cells):
                self._lacking[i] = cells.select(torch.nonzero(~read(added, index, cells).covered)[:, 0])
