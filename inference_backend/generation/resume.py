"""What an attempt at a take has come to, so that the next one goes on from there. `takes/<id>/progress.safetensors`.

Tokens are kept in the pieces that they were learned in: what memory knows after it has taken in the same pieces in the
same order is the same to the bit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..errors import BackendError
from ..memory.tokens import Tokens
from ..models.protocol import Engine
from ..storage.tensors import load_arrays, save_arrays
from ..worlds.world_files import WorldFiles
from .fingerprints import digest

CHUNK = 16
"""Frames from one note of the progress to the next."""


@dataclass(frozen=True)
class Progress:
    """A point between two frames of a take."""

    basis: str
    """See `basis_of`."""
    frames: int
    """So many frames from the first are final. The key frames have all been generated before."""
    key_frames: tuple[int, ...]
    coverage: float
    pieces: tuple[Tokens, ...]
    """What was learned, in order."""

    def write(self, path: Path) -> None:
        """Raises DiskFull."""
        arrays = {"lengths": np.array([len(piece) for piece in self.pieces], np.int64)}
        if self.pieces:
            arrays |= Tokens.join(self.pieces).to_arrays()
        facts = {"frames": self.frames, "key_frames": self.key_frames, "coverage": self.coverage}
        save_arrays(path, arrays, {"basis": self.basis, "facts": json.dumps(facts)})

    @classmethod
    def read(cls, path: Path, basis: str, device: torch.device) -> Progress | None:
        """None where there is none, or where it began from something else: then the take is begun anew."""
        if not path.is_file():
            return None
        try:
            arrays, meta = load_arrays(path)
            if meta.get("basis") != basis:
                return None
            facts = json.loads(meta["facts"])
            lengths = arrays.pop("lengths").tolist()
            pieces = _cut(Tokens.from_arrays(arrays, device), lengths) if lengths else ()
            return cls(basis, facts["frames"], tuple(facts["key_frames"]), facts["coverage"], pieces)
        except (BackendError, ValueError, KeyError):
            # It only saves time: a file that cannot be read is worth no failure.
            return None


def basis_of(world: WorldFiles, engine: Engine, reused: dict[int, int]) -> str:
    """A digest of what an attempt starts from beside its request: the world's live commits, the budget, the engine, and
    the frames that it takes over."""
    commits = [(info.take_id, info.tokens, info.bytes) for info in world.committed_segments()]
    return digest(commits, world.budget_bytes(), engine.spec.name, engine.weights_hash, sorted(reused.items()))


def _cut(tokens: Tokens, lengths: Sequence[int]) -> tuple[Tokens, ...]:
    ends = np.cumsum(lengths).tolist()
    return tuple(tokens.select(slice(end - length, end)) for end, length in zip(ends, lengths, strict=True))
