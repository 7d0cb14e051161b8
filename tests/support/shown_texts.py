"""What the add-on and the backend may say to a user, read off their source: sentences, hints, states and phases.

Everything that reads like words counts, but for what `_is_inner` and the lists below leave out, each for its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

SPEAKING = ("blender_mirage", "inference_backend")
SILENT = (
    "blender_mirage/__main__.py",  # the command line's
    "blender_mirage/headless",
    "blender_mirage/core/terminal.py",
    "blender_mirage/formats",
    "blender_mirage/scene/demo_",  # names of objects and materials, which stay as they are made
    "blender_mirage/scene/shaders",  # names of Blender's sockets, and why a node cannot be read, which nobody is told
    "inference_backend/__main__.py",
    "inference_backend/cli.py",
    "inference_backend/config.py",
    "inference_backend/demo",
    "inference_backend/doctor.py",
    "inference_backend/editorial",  # answers the command line
    "inference_backend/evaluation",
    "inference_backend/models/previz/vocabulary.py",  # words of prompts
    "inference_backend/serving.py",
    "inference_backend/training",
    "inference_backend/world_commands.py",
)
"""Files whose words no panel shows."""
FOR_ENGINEERS = {"ValueError", "TypeError", "KeyError", "RuntimeError", "AssertionError", "NotImplementedError"}
FOR_ENGINEERS |= {"MalformedMessage", "MalformedArrays", "IllegalTransition"}
"""Errors that tell of a mistake in the program; their text comes in other sentences as a value."""
NOT_SAID = {"execute", "executescript", "undo_push", "compile", "warning", "info", "debug", "exception", "error"}
"""Methods whose texts are SQL, names of undo steps, patterns or lines of a log."""
NAMES = {
    "A {} of the world {}",
    "AgX Base sRGB",
    "Application Support",
    "Base Color",
    "Bearer {}",
    "Blender Mirage",
    "Blender quit",
    "C:/Program Files",
    "Filmic Log",
    "Filmic sRGB",
    "Job {}",
    "Khronos PBR Neutral sRGB",
    "Khronos PBR Neutral",
    "Linear Rec.709",
    "Mirage Coverage",
    "Mirage Demo",
    "Mirage View",
    "Mirage backdrop",
    "Mirage ramp",
    "Mirage {}",
    "Read blend:",
    "Render Result",
    "The engine worker.",
    ": keep-alive\n\n",
    "can't allocate memory",
    "id: {}\nevent: {}\ndata: {}\n\n",
    "of {} {}",
    "out of memory",
    "{} fork",
    "{} ({})",
    "{} {} {}",
    "{} {}@{}",
    "{} {} %",
    "{} {}",
}
"""Of data-blocks, colour spaces, folders, threads and the lines of a log; what is looked for in other programs' output;
two sentences that are put together."""
NOT_WORDS = re.compile(
    r"import |.*\\d|(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|BEGIN) |.*[A-Z]+ NOT NULL|\w+_\w+( \w+){4,}$",
    re.DOTALL,
)
"""Program text, patterns, SQL."""
WORDS = re.compile(r"[A-Za-z,:.;)\"'}] +[(\"'{a-zA-Z]")


@dataclass(frozen=True)
class Shown:
    """A text as it stands in the source; fields are `{}`, quoted ones `{:r}`."""

    skeleton: str
    template: str
    """With names for its fields."""
    where: str
    is_shown: bool = True
    """As far as it can be read off the source."""


def shown_texts() -> list[Shown]:
    """What may be shown to a user."""
    return [text for text in all_texts() if text.is_shown]


def all_texts() -> list[Shown]:
    """Every text of the source."""
    return _read()[0]


def glued_texts() -> list[str]:
    """Where a text of more than a word is added to another, or joins others: nobody can translate its parts."""
    return _read()[1]


@cache
def _read() -> tuple[list[Shown], list[str]]:
    texts: list[Shown] = []
    glued: list[str] = []
    for package in SPEAKING:
        for path in sorted((ROOT / package).rglob("*.py")):
            if set(path.parts) & {"translations", "training", "evaluation"}:
                continue
            where, tree = path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))
            texts += _texts(where, tree)
            glued += [] if where.startswith(SILENT) else _glued(where, tree)
    return texts, glued


def skeleton_of(template: str) -> str:
    """Of a template: `{path}` and `{count:n}` become `{}`."""
    return re.sub(r"\{\w+(?::[nrto])?\}", lambda field: "{:r}" if field[0].endswith(":r}") else "{}", template)


def _texts(where: str, tree: ast.Module) -> Iterator[Shown]:
    inner, phases = set(_inner(tree)), set(_phases(tree))
    for node in ast.walk(tree):
        text = _template(node)
        if text:
            words = WORDS.search(text) and not NOT_WORDS.match(text)
            says = not where.startswith(SILENT) and node not in inner and skeleton_of(text) not in NAMES
            yield Shown(skeleton_of(text), text, f"{where}:{node.lineno}", says and (node in phases or bool(words)))


def _inner(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes that say nothing to a user: documentation, logs, SQL, mistakes of the program, and parts of an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from (part for part in node.values if isinstance(part, ast.Constant))
            specs = [value.format_spec for value in node.values if isinstance(value, ast.FormattedValue)]
            yield from (part for spec in specs if spec is not None for part in ast.walk(spec))
        elif isinstance(node, ast.Assert) and node.msg is not None:
            yield from ast.walk(node.msg)
        elif isinstance(node, ast.Call) and _is_silent(node):
            yield from (part for argument in (*node.args, *node.keywords) for part in ast.walk(argument))


def _is_silent(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    logger = isinstance(call.func, ast.Attribute)
    return name in FOR_ENGINEERS or name.endswith("Property") or (logger and name in NOT_SAID)


def _phases(tree: ast.Module) -> Iterator[ast.AST]:
    """What is named while it goes on, in one word or more."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "phase")
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == "Progress":
            yield from node.args[1:2]
        elif name == "progress":
            yield from node.args[:1]


def _template(node: ast.AST) -> str:
    """Of a text; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts, names = [], []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        elif isinstance(value, ast.FormattedValue):
            names.append(_name(value.value, names))
            parts.append(f"{{{names[-1]}{':r' if value.conversion == ord('r') else ''}}}")
    return "".join(parts)


def _name(value: ast.expr, taken: list[str]) -> str:
    """A name for a field: the last one that stands in it."""
    found = [name.lower().strip("_") for name in re.findall(r"[A-Za-z_]\w*", ast.unparse(value))] or ["value"]
    name = found[-1] if found[-1].isidentifier() else "value"
    return name if name not in taken else f"{name}_{len(taken)}"


def _glued(where: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            parts = [node.func.value]
        for text in filter(None, map(_template, parts)):
            if re.search("[a-z] | [a-z]", text):
                yield f"{where}:{node.lineno}: {text!r}"
