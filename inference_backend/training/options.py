"""Options of a run from a TOML file and from the command line, which wins."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from ..errors import InvalidRequest, NotFound
from .config import RunConfig

C = TypeVar("C", bound=RunConfig)
Value = str | int | float
CONFIGS = Path(__file__).parent / "configs"


def add_options(parser: argparse.ArgumentParser, kind: type[RunConfig]) -> None:
    """`--config`, `--set key=value`, and a flag for every field of `kind`."""
    parser.add_argument("--config", help="a TOML file, or the name of one that ships: autoencoder, denoiser, h200")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any option; may be repeated")
    for field in fields(kind):
        parser.add_argument("--" + field.name.replace("_", "-"), dest=f"option_{field.name}", metavar="VALUE")


def config_of(arguments: argparse.Namespace, kind: type[C], needed: Sequence[str] = ("sets", "run")) -> C:
    """The options of a parsed command line. Raises NotFound, InvalidRequest with the option that is wrong."""
    values: dict[str, Value] = {}
    if arguments.config:
        path = path_of(arguments.config)
        values |= {name: checked(kind, name, value, str(path)) for name, value in read_toml(path).items()}
    for item in arguments.set:
        name, equals, text = item.partition("=")
        if not equals:
            raise InvalidRequest(f"--set {item} has no value.", "Write it as --set key=value.")
        values[name] = checked(kind, name, text, "--set")
    for field in fields(kind):
        text = getattr(arguments, f"option_{field.name}")
        if text is not None:
            values[field.name] = checked(kind, field.name, text, "the command line")
    for name in needed:
        if not values.get(name):
            raise InvalidRequest(f"--{name} is needed.", f"Give it as --{name} VALUE, or as `{name}` in --config.")
    return kind(**{"sets": "", "run": ""} | values)  # type: ignore[arg-type]


def read_toml(path: Path) -> dict[str, object]:
    """The top level of a TOML file. Raises NotFound, InvalidRequest."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        shipped = ", ".join(sorted(each.stem for each in CONFIGS.glob("*.toml")))
        raise NotFound(f"There is no configuration {path}.", f"Those that ship: {shipped}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} is no TOML file: {error}.", "Lines are `key = value`.") from error


def path_of(name: str) -> Path:
    """Of the configuration that ships under `name`, or `name` as a path."""
    shipped = CONFIGS / f"{name}.toml"
    return shipped if shipped.is_file() else Path(name)


def checked(kind: type[RunConfig], name: str, value: object, origin: str) -> Value:
    """`value` as the type of the field `name`. Raises InvalidRequest where there is none, or the value does not fit."""
    defaults: Mapping[str, object] = {field.name: field.default for field in fields(kind)}
    if name not in defaults:
        close = get_close_matches(name, defaults, 1)
        hint = f"Did you mean `{close[0]}`?" if close else f"There are {', '.join(sorted(defaults))}."
        raise InvalidRequest(f"`{name}` in {origin} is no option of this run.", hint)
    wanted = type(defaults[name]) if isinstance(defaults[name], int | float) else str
    try:
        if isinstance(value, bool) or (wanted is int and isinstance(value, float)):
            raise ValueError
        return wanted(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        article = {int: "a whole number", float: "a number", str: "a text"}[wanted]
        raise InvalidRequest(
            f"`{name}` in {origin} is {value!r}, not {article}.", f"Give `{name}` {article}."
        ) from error
