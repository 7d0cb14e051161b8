"""Frozen dataclasses to JSON and back, by a walk over their fields.

A field that the reader does not know is ignored (a newer peer may say more); a field that it needs and does not find,
or finds with another type, is a `MalformedMessage` that names it. Floats must be finite.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from .arrays import Arrays, MalformedArrays, pack, unpack

Message = TypeVar("Message")


class MalformedMessage(ValueError):
    """A message does not have the shape of its dataclass; the text names the field."""


def to_plain(message: Any) -> Any:
    """A dataclass (or tuple, dict, scalar) as JSON-able values."""
    if dataclasses.is_dataclass(message) and not isinstance(message, type):
        return {f.name: to_plain(getattr(message, f.name)) for f in dataclasses.fields(message)}
    if isinstance(message, (list, tuple)):
        return [to_plain(item) for item in message]
    if isinstance(message, Mapping):
        return {str(key): to_plain(value) for key, value in message.items()}
    if isinstance(message, float) and not math.isfinite(message):
        raise MalformedMessage(f"expected a finite number, got {message}")
    return message


def from_plain(kind: type[Message], value: Any) -> Message:
    """Inverse of `to_plain` for the dataclass `kind`. Raises MalformedMessage."""
    return typing.cast(Message, _read(kind, value, kind.__name__))


def to_json(message: Any) -> str:
    return json.dumps(to_plain(message), allow_nan=False, ensure_ascii=False)


def from_json(kind: type[Message], text: str | bytes) -> Message:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise MalformedMessage(f"expected JSON for {kind.__name__}: {error}") from error
    return from_plain(kind, value)


def to_bundle(message: Any, arrays: Mapping[str, Any], compress: bool = True) -> bytes:
    """One message with its arrays, as bytes."""
    return pack(arrays, to_plain(message), compress)


def from_bundle(kind: type[Message], data: bytes) -> tuple[Message, Arrays]:
    """Inverse of `to_bundle`. Raises MalformedMessage."""
    try:
        plain, arrays = unpack(data)
    except MalformedArrays as error:
        raise MalformedMessage(str(error)) from error
    return from_plain(kind, plain), arrays


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, value: Any, path: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        options = typing.get_args(kind)
        if value is None and type(None) in options:
            return None
        return _read(next(option for option in options if option is not type(None)), value, path)
    if origin is tuple:
        return _read_tuple(kind, value, path)
    if origin is dict:
        if not isinstance(value, dict):
            raise MalformedMessage(f"{path}: expected an object, got {value!r:.80}")
        of = typing.get_args(kind)[1]
        return {str(key): _read(of, item, f"{path}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(typing.cast(type, kind), value, path)
    return _read_scalar(kind, value, path)


def _read_tuple(kind: Any, value: Any, path: str) -> tuple[Any, ...]:
    parts = typing.get_args(kind)
    if not isinstance(value, list):
        raise MalformedMessage(f"{path}: expected a list, got {value!r:.80}")
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(_read(parts[0], item, f"{path}[{i}]") for i, item in enumerate(value))
    if len(parts) != len(value):
        raise MalformedMessage(f"{path}: expected {len(parts)} items, got {len(value)}")
    return tuple(_read(part, item, f"{path}[{i}]") for i, (part, item) in enumerate(zip(parts, value, strict=True)))


def _read_dataclass(kind: type, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise MalformedMessage(f"{path}: expected an object, got {value!r:.80}")
    hints = _hints(kind)
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        if field.name in value:
            found[field.name] = _read(hints[field.name], value[field.name], f"{path}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise MalformedMessage(f"{path}.{field.name} is missing")
    try:
        return kind(**found)
    except ValueError as error:
        raise MalformedMessage(f"{path}: {error}") from error


def _read_scalar(kind: Any, value: Any, path: str) -> Any:
    if kind is Any:
        return value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            value = float(value)
        except OverflowError:
            raise MalformedMessage(f"{path}: expected a finite number, got one of {len(str(value))} digits") from None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise MalformedMessage(f"{path}: expected {kind.__name__}, got {value!r:.80}")
    if kind is float and not math.isfinite(value):
        raise MalformedMessage(f"{path}: expected a finite number, got {value}")
    return value
