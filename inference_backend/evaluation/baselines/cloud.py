"""A cloud that only grows: every frame's points are appended, none is merged, none is dropped."""

from __future__ import annotations

import torch
from torch import Tensor


class Cloud:
    """Positions [N,3] float32 and values [N,C] of one dtype, in the order in which they came.

    Room doubles when it is used up, so that appending costs what is appended.
    """

    def __init__(self, channels: int, dtype: torch.dtype, device: torch.device | str = "cpu") -> None:
        self._position = torch.empty(0, 3, device=device)
        self._value = torch.empty(0, channels, dtype=dtype, device=device)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def position(self) -> Tensor:
        return self._position[: self._count]

    @property
    def value(self) -> Tensor:
        return self._value[: self._count]

    def nbytes(self) -> int:
        """Of the points, without the room that is still free."""
        return self.position.nbytes + self.value.nbytes

    def append(self, position: Tensor, value: Tensor) -> None:
        """position [M,3] world, metres; value [M,C]."""
        end = self._count + len(position)
        if end > len(self._position):
            self._position = _grown(self._position, max(end, 2 * len(self._position)))
            self._value = _grown(self._value, max(end, 2 * len(self._value)))
        self._position[self._count : end] = position
        self._value[self._count : end] = value
        self._count = end


def _grown(held: Tensor, rows: int) -> Tensor:
    larger = held.new_empty(rows, held.shape[1])
    larger[: len(held)] = held
    return larger
