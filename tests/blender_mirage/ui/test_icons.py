"""Every icon that a panel names is one of this Blender's: an unknown one would leave the panel empty."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage import compat, ui  # noqa: E402

pytestmark = pytest.mark.bpy


def named() -> Iterator[str]:
    """What is passed as `icon=`, also as branches of a condition, and the values of tables called `…_ICONS`."""
    for path in sorted(Path(ui.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "icon":
                yield from _texts(node.value)
            if isinstance(node, ast.Assign) and any(ast.unparse(target).endswith("_ICONS") for target in node.targets):
                assert isinstance(node.value, ast.Dict)
                for value in node.value.values:
                    yield from _texts(value)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def test_every_icon_is_known() -> None:
    known = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())
    wanted = {*named(), *(compat.tint_icon(number) for number in (2, 3, 4))}
    assert len(wanted) > 20 and sorted(wanted - known) == []
