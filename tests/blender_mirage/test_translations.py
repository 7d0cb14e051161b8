"""Every string that the interface shows has a Chinese one, and none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage import registration, translations  # noqa: E402
from inference_backend.models.previz.vocabulary import VOCABULARY  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy

PACKAGE = Path(registration.__file__).parent
NOT_SHOWN = {""}
BLENDERS_OWN = {"rna_type", "bl_idname"}
SMALL_WORDS = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "over", "the", "to", "with"}
FIELD = re.compile(r"\{[^}]*\}")


def of_classes() -> Iterator[str]:
    """Labels, descriptions, and what their properties and choices say."""
    for label, tooltip in _labels_and_tooltips():
        yield from (label, tooltip)


def _labels_and_tooltips() -> Iterator[tuple[str, str]]:
    for cls in registration.CLASSES:
        yield getattr(cls, "bl_label", ""), getattr(cls, "bl_description", "")
        for prop in _properties(cls):
            if prop.identifier in BLENDERS_OWN or prop.is_hidden or _is_inner(cls, prop):
                continue
            if prop.identifier in getattr(cls, "__annotations__", {}):
                yield prop.name, prop.description
                yield from ((item.name, item.description) for item in getattr(prop, "enum_items_static", ()))


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
    """What panels say themselves: what is passed to `said`, also as branches of a condition."""
    for node in _calls("ui"):
        if getattr(node.func, "id", "") == "said":
            yield from _literals(node.args[0])


def of_the_vocabulary() -> Iterator[str]:
    """What the menu beside the prompt offers."""
    yield from VOCABULARY.words


def _calls(part: str) -> Iterator[ast.Call]:
    for path in sorted((PACKAGE / part).glob("*.py")):
        yield from (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


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
        return {*of_classes(), *of_layouts(), *of_polls(), *of_the_vocabulary()} - NOT_SHOWN


def test_every_string_of_the_interface_is_said_in_chinese_and_none_is_left_over():
    shown, said = wanted(), translations.chinese()
    assert sorted(shown - set(said) - set(translations.sentences_in_chinese())) == []
    assert sorted(set(said) - shown) == []


def test_labels_and_tooltips_are_written_as_blender_writes_its_own():
    """Labels In Title Case; tooltips begin with a capital and have no full stop at their end."""
    with enabled_addon():
        for label, tooltip in _labels_and_tooltips():
            first, *others = label.split() or ["Empty"]
            assert not first[0].islower() and not any(w[0].islower() for w in others if w not in SMALL_WORDS), label
            assert not tooltip[:1].islower() and not tooltip.endswith("."), tooltip


def test_no_panel_shows_a_text_that_was_not_said_in_the_users_language():
    """`text=` is said, or is a name that must stay as it is."""
    for node in _calls("ui"):
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        text, translate = keywords.get("text"), keywords.get("translate")
        if text is None or ast.unparse(text) == "''" or ast.unparse(text).startswith("said("):
            continue
        assert translate is not None and ast.unparse(translate) == "False", ast.unparse(node)


def test_chinese_is_chinese_and_fields_stay():
    for english, chinese in translations.chinese().items():
        same = english in ("Mirage", "Cycles", "EEVEE", "Previz", "Python")
        assert same or re.search(r"[\u4e00-\u9fff]", chinese), english
        assert sorted(FIELD.findall(english)) == sorted(FIELD.findall(chinese)), english


def test_labels_have_a_context_of_their_own_and_tooltips_need_none():
    """Blender looks a label up with the context of its class or property, and a tooltip without any."""
    with enabled_addon():
        for cls in registration.CLASSES:
            if issubclass(cls, (bpy.types.Panel, bpy.types.Menu, bpy.types.Operator)):
                assert cls.bl_translation_context == translations.CONTEXT, cls
            for prop in _properties(cls):
                if prop.identifier in getattr(cls, "__annotations__", {}):
                    assert prop.translation_context == translations.CONTEXT, (cls, prop.identifier)


@pytest.mark.skipif("zh_HANS" not in bpy.app.translations.locales, reason="this Blender has no other languages")
def test_our_words_win_in_our_context_and_blenders_stay_elsewhere():
    view, find = bpy.context.preferences.view, bpy.app.translations.pgettext
    before = view.language, view.use_translate_interface, view.use_translate_tooltips
    try:
        view.language = "zh_HANS"
        view.use_translate_interface = view.use_translate_tooltips = True
        blenders = {word: find(word) for word in translations.chinese() if len(word.split()) < 3}
        with enabled_addon():
            for english, chinese in translations.chinese().items():
                assert find(english, translations.CONTEXT) == chinese
            for word in ("Look", "World", "Take", "Settings", "Strength", "Generate Shot"):
                assert find(word) == blenders[word], word
            assert translations.said("done v003") == "完成 v003"
        assert find("Generate Shot", translations.CONTEXT) == "Generate Shot"
    finally:
        view.language, view.use_translate_interface, view.use_translate_tooltips = before
