"""The token store: a structure of arrays, appended to by takes, never averaged over views."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

_DTYPES = {
    "anchor": torch.int32,
    "material": torch.int32,
    "position": torch.float32,
    "normal": torch.int8,
    "view": torch.int8,
    "frame": torch.float16,
    "confidence": torch.float16,
    "feature": torch.float16,
}


@dataclass(frozen=True)
class Tokens:
    """N tokens of one engine's latent space."""

    anchor: Tensor
    """[N] int32."""
    material: Tensor
    """[N] int32."""
    position: Tensor
    """[N,3] float32 in the anchor's rest space, metres."""
    normal: Tensor
    """[N,2] int8 octahedral, rest space."""
    view: Tensor
    """[N,2] int8 octahedral, direction to the camera that made the token, rest space."""
    frame: Tensor
    """[N,4] float16 metres: the steps of the making view's cell to the right (2) and down (2), in the tangent frame of
    the normal as it is stored. A slanted cell is not square, and a camera may roll: what lies where in the token is
    known to the pixel."""
    confidence: Tensor
    """[N] float16, 0..1."""
    feature: Tensor
    """[N,C] float16 normalised latents."""

    def __len__(self) -> int:
        return len(self.anchor)

    @property
    def footprint(self) -> Tensor:
        """[N] float32 metres: the longer of the two steps."""
        return self.frame.float().unflatten(-1, (2, 2)).norm(dim=-1).amax(-1).clamp_min(1e-6)

    @property
    def roll(self) -> Tensor:
        """[N] float32 radians: where the making camera's right pointed, in the normal's tangent frame."""
        return torch.atan2(self.frame[:, 1].float(), self.frame[:, 0].float())

    def nbytes(self) -> int:
        return len(self) * self.row_bytes()

    def row_bytes(self) -> int:
        """Bytes a token."""
        columns = [getattr(self, field.name) for field in fields(self)]
        return sum(column.element_size() * math.prod(column.shape[1:]) for column in columns)

    def select(self, rows: Tensor | slice) -> Tokens:
        return Tokens(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {field.name: getattr(self, field.name).cpu().numpy() for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], device: torch.device | str = "cpu") -> Tokens:
        """Inverse of `to_arrays`. Raises ValueError where a field is missing or has another type or length."""
        found: dict[str, Tensor] = {}
        if "frame" not in arrays and {"footprint", "roll"} <= arrays.keys():
            arrays = {**arrays, "frame": _square_frame(arrays["footprint"], arrays["roll"])}
        for name, dtype in _DTYPES.items():
            if name not in arrays:
                raise ValueError(f"expected the token field {name!r}, got only {sorted(arrays)}")
            tensor = torch.from_numpy(np.ascontiguousarray(arrays[name]))
            if tensor.dtype != dtype or len(tensor) != len(arrays["anchor"]):
                raise ValueError(f"expected {name!r} as {len(arrays['anchor'])} x {dtype}, got {tuple(tensor.shape)}")
            found[name] = tensor.to(device)
        return cls(**found)

    @classmethod
    def empty(cls, channels: int, device: torch.device | str = "cpu") -> Tokens:
        widths = {"position": (3,), "normal": (2,), "view": (2,), "frame": (4,), "feature": (channels,)}
        return cls(
            **{
                name: torch.zeros((0, *widths.get(name, ())), dtype=dtype, device=device)
                for name, dtype in _DTYPES.items()
            }
        )

    @classmethod
    def join(cls, parts: Iterable[Tokens]) -> Tokens:
        listed = list(parts)
        return cls(**{field.name: torch.cat([getattr(part, field.name) for part in listed]) for field in fields(cls)})


def _square_frame(footprint: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """[N,4] float16 frames of tokens that were stored as square, of `footprint` [N] and `roll` [N]."""
    size, angle = footprint.astype(np.float32), roll.astype(np.float32)
    right, up = size * np.cos(angle), size * np.sin(angle)
    return np.stack([right, up, up, -right], 1).astype(np.float16)


class TokenStore:
    """Tokens that grow at the end: appending costs what is appended."""

    def __init__(self, tokens: Tokens) -> None:
        self._room = tokens
        self._count = len(tokens)

    @property
    def tokens(self) -> Tokens:
        """Everything so far; later appending leaves it as it is."""
        return self._room.select(slice(0, self._count))

    def append(self, added: Tokens) -> None:
        count = self._count + len(added)
        if count > len(self._room):
            spare = added.select(torch.zeros(count // 4, dtype=torch.long, device=added.anchor.device))
            self._room = Tokens.join([self.tokens, added, spare])
        else:
            for field in fields(Tokens):
                getattr(self._room, field.name)[self._count : count] = getattr(added, field.name)
        self._count = count
