"""What was read of a set as files in a folder, for another Blender to go on with.

    read.mirage      a `SetRead` without its greyboxes, as JSON with arrays (`wire.arrays`); written last, so that a
                     folder that has it is whole
    greybox_N.mirage a `GreyboxRead` without its meshes
    meshes/HASH      the packed meshes, each once
    error.json       in place of all that: why it could not be read

A dataclass is written field by field, whatever fields it has; only meshes are left where they lie until they are sent.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..wire.arrays import Arrays, MalformedArrays, pack, unpack
from . import errors
from .errors import MirageError, SceneNotReady
from .greybox_read import GreyboxRead
from .set_read import SetRead
from .take_files import write_whole

Value = TypeVar("Value")

_WHOLE, _ERROR, _MESHES = "read.mirage", "error.json", "meshes"


def write_read(folder: Path, read: SetRead) -> None:
    """Writes a reading into an empty folder. Packs its greyboxes one after another. Raises TakeNotWritable, and what
    packing them raises."""
    _Writer(folder).write(_WHOLE, read)


def write_error(folder: Path, error: MirageError) -> None:
    """Writes why there is none. Raises TakeNotWritable."""
    facts = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
    write_whole(folder / _ERROR, json.dumps(facts, ensure_ascii=False).encode())


def open_read(folder: Path) -> SetRead | None:
    """What `write_read` wrote; None where nothing whole is there. Greyboxes are loaded when they are asked for, and
    their meshes one by one: the folder has to stay until then.

    Raises the error that `write_error` wrote, and SceneNotReady where a file was damaged.
    """
    if (folder / _ERROR).is_file():
        raise _error_in(folder / _ERROR)
    return _read_value(SetRead, folder, _WHOLE) if (folder / _WHOLE).is_file() else None


class MeshFolder(Mapping[str, bytes]):
    """Packed meshes by hash, each read off the disk when it is asked for."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._folder = folder
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        return _bytes_of(self._folder / name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Writer:
    """Folds dataclasses into JSON and arrays; what is called or large gets a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._greyboxes = 0

    def write(self, name: str, value: Any) -> None:
        arrays: Arrays = {}
        plain = self._fold(value, arrays)
        write_whole(self._folder / name, pack(arrays, plain))

    def _fold(self, value: Any, arrays: Arrays) -> Any:
        if is_dataclass(value) and not isinstance(value, type):
            return {one.name: self._fold(getattr(value, one.name), arrays) for one in fields(value)}
        if isinstance(value, np.ndarray):
            name = str(len(arrays))
            arrays[name] = value
            return name
        if isinstance(value, list | tuple):
            return [self._fold(item, arrays) for item in value]
        if isinstance(value, Mapping):
            return {str(key): self._fold_entry(str(key), item, arrays) for key, item in value.items()}
        if callable(value):
            self._greyboxes += 1
            name = f"greybox_{self._greyboxes}.mirage"
            self.write(name, value())
            return name
        return value

    def _fold_entry(self, key: str, item: Any, arrays: Arrays) -> Any:
        if not isinstance(item, bytes):
            return self._fold(item, arrays)
        path = self._folder / _MESHES / key
        if not path.is_file():
            write_whole(path, item)
        return None


def _read_value(kind: type[Value], folder: Path, name: str) -> Value:
    """Raises SceneNotReady where the file is damaged or gone."""
    try:
        plain, arrays = unpack(_bytes_of(folder / name))
        return typing.cast(Value, _unfold(kind, plain, arrays, folder))
    except (MalformedArrays, KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / name, error) from error


def _unfold(kind: Any, value: Any, arrays: Arrays, folder: Path) -> Any:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        wanted = next(part for part in parts if part is not type(None))
        return None if value is None else _unfold(wanted, value, arrays, folder)
    if origin is np.ndarray:
        return arrays[value]
    if origin is typing.get_origin(Callable[[], GreyboxRead]):
        return partial(_read_value, GreyboxRead, folder, value)
    if origin is tuple:
        kinds = (parts[0],) * len(value) if parts[-1:] == (Ellipsis,) else parts
        return tuple(_unfold(part, item, arrays, folder) for part, item in zip(kinds, value, strict=True))
    if parts == (str, bytes):
        return MeshFolder(folder / _MESHES, tuple(value))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{one: _unfold(hints[one], item, arrays, folder) for one, item in value.items()})
    return value


def _error_in(path: Path) -> MirageError:
    try:
        facts = json.loads(_bytes_of(path))
        kind = getattr(errors, str(facts["kind"]), SceneNotReady)
        known = isinstance(kind, type) and issubclass(kind, MirageError)
        return (kind if known else SceneNotReady)(str(facts["message"]), str(facts["hint"]))
    except (ValueError, KeyError, TypeError) as error:
        return _damaged(path, error)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> SceneNotReady:
    return SceneNotReady(
        f"What the second Blender read of the set cannot be used: {path.name}: {error}.",
        "Press the button again; see that the disk of the temporary folder is not full.",
    )
