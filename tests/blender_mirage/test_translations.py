"""Every string that the interface shows has a Chinese one, and none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage import registration, translations  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy

PACKAGE = Path(registration.__file__).parent
NOT_SHOWN = {""}
BLENDERS_OWN = {"rna_type", "bl_idname"}
FIELD = re.compile(r"\{[^}]*\}")


def of_classes() -> Iterator[str]:
    """Labels, descriptions, and what their properties and choices say."""
    for cls in registration.CLASSES:
        yield getattr(cls, "bl_label", "")
        yield getattr(cls, "bl_description", "")
        for prop in _properties(cls):
            if prop.identifier in BLENDERS_OWN or prop.is_hidden or _is_inner(cls, prop):
                continue
            if prop.identifier in getattr(cls, "__annotations__", {}):
                yield from (prop.name, prop.description)
                for item in getattr(prop, "enum_items_static", ()):
                    yield from (item.name, item.description)


def _properties(cls: type) -> Iterator[bpy.types.Property]:
    """An operator's lie apart: in what its dialog draws."""
    if issubclass(cls, bpy.types.Operator):
        yield from getattr(bpy.ops.mirage, cls.bl_idname.removeprefix("mirage.")).get_rna_type().properties
    else:
        yield from cls.bl_rna.properties


def _is_inner(cls: type, prop: bpy.types.Property) -> bool:
    """Properties that no panel draws carry no name of their own; Blender then names them after their identifier."""
    return prop.name == prop.identifier


def of_layouts() -> Iterator[str]:
    """What panels say themselves: `text=` and the sentences they draw, also as branches of a condition."""
    for path in sorted((PACKAGE / "ui").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "text":
                        yield from _literals(keyword.value)


def of_polls() -> Iterator[str]:
    """Why a button is off: what is passed to `allowed`, and what the functions called `why…` say."""
    for path in sorted((PACKAGE / "operators").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "allowed":
                yield from _literals(node.args[1])
            if isinstance(node, ast.FunctionDef) and re.match(r"_?(why|without)", node.name):
                for part in ast.walk(node):
                    if isinstance(part, ast.Return) and part.value is not None:
                        yield from _literals(part.value)


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _literals(value)


def wanted() -> set[str]:
    with enabled_addon():
        return {*of_classes(), *of_layouts(), *of_polls()} - NOT_SHOWN


def test_every_string_of_the_interface_is_said_in_chinese_and_none_is_left_over():
    shown, said = wanted(), translations.chinese()
    assert sorted(shown - set(said)) == []
    assert sorted(set(said) - shown) == []


def test_chinese_is_chinese_and_fields_stay():
    for english, chinese in translations.chinese().items():
        same = english in ("Mirage", "Cycles", "EEVEE", "Previz", "Python")
        assert same or re.search(r"[\u4e00-\u9fff]", chinese), english
        assert sorted(FIELD.findall(english)) == sorted(FIELD.findall(chinese)), english


def test_blender_finds_them_in_labels_and_tooltips_and_forgets_them_with_the_addon():
    view = bpy.context.preferences.view
    before = view.language, view.use_translate_interface, view.use_translate_tooltips
    find = bpy.app.translations.pgettext
    with enabled_addon():
        try:
            if "zh_HANS" not in bpy.app.translations.locales:
                pytest.skip("this Blender was built without other languages")
            view.language = "zh_HANS"
            view.use_translate_interface = view.use_translate_tooltips = True
            assert find("Generate Shot") == "生成镜头" and find("Generate Shot", "Operator") == "生成镜头"
        finally:
            view.language, view.use_translate_interface, view.use_translate_tooltips = before
    assert find("Generate Shot") == "Generate Shot"
