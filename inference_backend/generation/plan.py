"""The coverage plan: which frames of a shot must be generated, because they reveal surfaces that nobody has seen.

Greedy: the frame that reveals most comes first; what it taught is taken off all others; and so on until no frame
reveals more than a few cells. Every other frame is read from memory. A closed loop costs no generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from ..memory.cells import Cells
from ..memory.tokens import Tokens
from .remember import Memory, batches

WORTH_GENERATING = 0.02
"""Share of a frame that must be new; smaller patches are filled in from their surroundings as the frames are made."""
_CELLS_AT_ONCE = 2**16


class CoveragePlan:
    """What each frame of a shot still lacks."""

    def __init__(self, glances: Iterable[Cells], memory: Memory) -> None:
        """glances: walked once; what memory knows of them is not kept."""
        self._sizes: list[int] = []
        self._memory = memory
        self._lacking = _uncovered(self._counted(glances), memory)
        self._spent: set[int] = set()

    def _counted(self, glances: Iterable[Cells]) -> Iterator[Cells]:
        for glance in glances:
            self._sizes.append(len(glance))
            yield glance

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
        self._lacking = _uncovered(self._lacking, self._memory.of(added))


def _uncovered(frames: Iterable[Cells], memory: Memory) -> list[Cells]:
    """What `memory` does not know of each frame's cells; many frames are read at once."""
    left: list[Cells] = []
    for stretch in batches(frames, _CELLS_AT_ONCE):
        joined = Cells.join(stretch)
        rows = torch.nonzero(~memory.read(joined, candidates=1).covered)[:, 0]
        left += _split(joined.select(rows), rows, [len(frame) for frame in stretch])
    return left


def _split(cells: Cells, rows: Tensor, sizes: list[int]) -> list[Cells]:
    """`cells`, which were the `rows` of frames of so many cells one behind another, frame by frame."""
    ends = torch.tensor(sizes, device=rows.device).cumsum(0)
    cuts = torch.searchsorted(rows, ends).tolist()
    return [cells.select(slice(first, end)) for first, end in zip([0, *cuts], cuts, strict=False)]
