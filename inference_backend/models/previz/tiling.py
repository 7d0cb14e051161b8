"""Frames in tiles, where a whole one does not fit into memory.

A tile is worked out with a margin as wide as the network can see, so that its own cells are what they would be in the
whole frame; at the frame's edges, where networks pad, the tile ends where the frame does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import is_out_of_memory
from .autoencoder import Decoder, Encoder
from .denoiser import Denoiser

ALIGN = 4
"""Tiles begin at multiples of so many cells: where the denoiser's coarsest level does."""
BYTES_A_CELL = 24_000
"""That a network holds at once, at most."""
MOST_BYTES = 1_200_000_000
"""For one tile on a GPU, however much is free: others work there, too."""
LEAST_SIDE = 16
"""Cells; where such a tile does not fit, none does."""


@dataclass(frozen=True)
class Tile:
    """Rows and columns of cells: (first, end) each."""

    rows: tuple[int, int]
    columns: tuple[int, int]

    def of(self, field: Tensor, scale: int = 1) -> Tensor:
        """That part of a field [...,h*scale,w*scale]."""
        (top, bottom), (left, right) = self.rows, self.columns
        return field[..., top * scale : bottom * scale, left * scale : right * scale]


class Tiler:
    """Works frames out whole as long as that fits, then in ever smaller tiles."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._side: int | None = None
        self.notes: list[tuple[str, str]] = []
        """(message, hint) of what a user should know, oldest first; whoever tells it takes it out."""

    def run(self, size: tuple[int, int], margin: int, work: Callable[[Tile], Tensor], scale: int = 1) -> Tensor:
        """[...,h*scale,w*scale] of a frame of `size` (h, w) cells. work: gives [...,a*scale,b*scale] of a tile of a x b
        cells; it sees `margin` cells beyond what it gives."""
        while True:
            side = self._fitting(size)
            try:
                return _joined(size, side, margin, work, scale)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error) or side <= LEAST_SIDE:
                    raise
            # Outside of the handler: what the error holds must be gone before the next try.
            self._halve(min(side, max(size)))

    def _fitting(self, size: tuple[int, int]) -> int:
        """Cells a side of a tile, its margins left out; all where a whole frame fits."""
        if self._side is not None:
            return self._side
        fitting = free_bytes(self._device) // 2 // BYTES_A_CELL
        if self._device.type != "cpu":
            fitting = min(fitting, MOST_BYTES // BYTES_A_CELL)
        return max(size) if size[0] * size[1] <= fitting else max(LEAST_SIDE, int(fitting**0.5) // ALIGN * ALIGN)

    def _halve(self, side: int) -> None:
        self._side = max(LEAST_SIDE, side // 2 // ALIGN * ALIGN)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        self.notes.append(
            (
                f"Memory ran short: frames are made in tiles of {self._side} cells a side from here on, which is slower"
                " and looks the same.",
                "Close other programs that use the GPU, or choose a lower resolution.",
            )
        )


def free_bytes(device: torch.device) -> int:
    """That may still be taken on the device; plenty where the system does not tell."""
    if device.type == "cuda":
        # What torch has reserved and does not use is free, too.
        reserved = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + reserved
    facts = Path("/proc/meminfo")
    if device.type == "cpu" and facts.is_file():
        for line in facts.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 2**40


def margin_of(network: nn.Module) -> int:
    """Cells beyond a tile that its own cells depend on."""
    if isinstance(network, Denoiser):
        levels = [
            [network.enter, network.down[0], network.up[0], network.leave],
            [network.down[1], network.up[1]],
            [network.down[2]],
        ]
        reach = sum(2**level * _reach(part) for level, parts in enumerate(levels) for part in parts)
        # Warping looks at neighbours, and what is pooled reaches to the end of its group of cells.
        return _aligned(reach + 2 * ALIGN)
    if isinstance(network, Decoder):
        cell = _reach(network.enter) + _reach(network.coarse) + _reach(network.to_half)
        return _aligned(cell + ceil((_reach(network.middle) + _reach(network.to_full)) / 2) + 2)
    if isinstance(network, Encoder):
        # As if all of it were done a cell, which is more than enough.
        return _aligned(_reach(network))
    raise TypeError(f"expected a network of the previz engine, got {type(network).__name__}")


def _reach(part: nn.Module) -> int:
    """Of its convolutions, one behind another."""
    return sum(conv.kernel_size[0] // 2 for conv in part.modules() if isinstance(conv, nn.Conv2d))


def _aligned(cells: int) -> int:
    return -(-cells // ALIGN) * ALIGN


def _joined(size: tuple[int, int], side: int, margin: int, work: Callable[[Tile], Tensor], scale: int) -> Tensor:
    if side >= max(size):
        return work(Tile((0, size[0]), (0, size[1])))
    whole = None
    for own in _tiles(size, side):
        seen = Tile(_widened(own.rows, margin, size[0]), _widened(own.columns, margin, size[1]))
        made = work(seen)
        if whole is None:
            whole = made.new_empty(*made.shape[:-2], size[0] * scale, size[1] * scale)
        inner = Tile(_within(own.rows, seen.rows), _within(own.columns, seen.columns))
        own.of(whole, scale).copy_(inner.of(made, scale))
    assert whole is not None
    return whole


def _tiles(size: tuple[int, int], side: int) -> Iterator[Tile]:
    for top in range(0, size[0], side):
        for left in range(0, size[1], side):
            yield Tile((top, min(top + side, size[0])), (left, min(left + side, size[1])))


def _widened(span: tuple[int, int], margin: int, end: int) -> tuple[int, int]:
    return max(0, span[0] - margin), min(end, span[1] + margin)


def _within(span: tuple[int, int], seen: tuple[int, int]) -> tuple[int, int]:
    return span[0] - seen[0], span[1] - seen[0]
