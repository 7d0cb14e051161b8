"""In what two plain values differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """The places in which two values differ, greyboxes and their meshes included."""
    if callable(one) and callable(other):
        return differences(one(), other(), f"{where}()")
    if is_dataclass(one) and type(one) is type(other):
        parts = [(field.name, getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
        return [found for name, a, b in parts for found in differences(a, b, f"{where}.{name}")]
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        same = one.dtype == other.dtype and np.array_equal(one, other)
        return [] if same else [f"{where}: {one.dtype} {one.shape} and {other.dtype} {other.shape}"]
    if isinstance(one, tuple | list) and type(one) is type(other) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for index, (a, b) in pairs for found in differences(a, b, f"{where}[{index}]")]
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        names = sorted({*one, *other})
        return [found for n in names for found in differences(one.get(n), other.get(n), f"{where}[{n}]")]
    return [] if type(one) is type(other) and one == other else [f"{where}: {one!r:.80} and {other!r:.80}"]
