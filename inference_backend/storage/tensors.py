"""Named numpy arrays in safetensors files, written whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from ..errors import BackendError, NotFound
from .atomic import write_atomic


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, str]) -> int:
    """Writes the arrays and their facts to `path`; returns the bytes written. Raises DiskFull."""
    # safetensors writes the underlying buffer, so a view with strides must be laid out first.
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    data = safetensors.numpy.save(contiguous, metadata=dict(meta))
    write_atomic(path, data)
    return len(data)


def load_arrays(path: Path, only: Collection[str] | None = None) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Inverse of `save_arrays`: (arrays, meta). Of the arrays those named in `only`, as far as they are there.

    Raises NotFound, or BackendError where the file is damaged.
    """
    if not path.is_file():
        raise NotFound(f"The file {path} is not there.", "Restore it from a backup, or revert the take that wrote it.")
    try:
        with safe_open(path, framework="np") as file:
            names = [name for name in file.keys() if only is None or name in only]
            return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})
    except SafetensorError as error:
        raise BackendError(
            f"The file {path} is damaged ({error}).", "Restore it from a backup, or revert the take that wrote it."
        ) from error
