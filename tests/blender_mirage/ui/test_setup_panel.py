"""The set-up in the sidebar and the page in the preferences: they name only what exists, and change nothing."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.preferences import MiragePreferences  # noqa: E402
from blender_mirage.ui import preferences_page, setup_panel  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy

PAGE, PANEL = inspect.getsource(preferences_page), inspect.getsource(setup_panel)


def test_the_page_shows_every_preference():
    assert set(re.findall(r'prop\(preferences, "(\w+)"', PAGE)) == set(MiragePreferences.__annotations__)


def test_operators_states_and_icons_exist():
    with enabled_addon():
        for name in re.findall(r'operator\("([\w.]+)"', PAGE + PANEL):
            module, _, operator = name.partition(".")
            assert operator in dir(getattr(bpy.ops, module)), name
        state = bpy.context.window_manager.mirage
        for name in re.findall(r"\bstate\.(\w+)", PAGE + PANEL):
            assert hasattr(state, name), name
        states = {item.identifier for item in state.bl_rna.properties["setup_state"].enum_items}
        assert states == {"IDLE", "RUNNING", *setup_panel._END_ICONS}
        backend = {item.identifier for item in state.bl_rna.properties["backend_state"].enum_items}
        assert backend == set(preferences_page._BACKEND_ICONS)
    icons = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())
    used = {*re.findall(r'icon="(\w+)"', PAGE + PANEL), *setup_panel._END_ICONS.values()}
    assert used | set(preferences_page._BACKEND_ICONS.values()) <= icons


def test_the_panel_is_there_while_it_has_something_to_say():
    poll = setup_panel.MIRAGE_PT_setup.poll
    with enabled_addon():
        state = bpy.context.window_manager.mirage
        state.backend_installed = False
        assert poll(bpy.context), "nothing is connected yet"
        state.backend_installed = True
        assert not poll(bpy.context), "it only has to be started"
        state.backend_state = "PROBLEM"
        assert poll(bpy.context)
        state.backend_state = "READY"
        assert not poll(bpy.context)
        state.backend_installed = False
        assert not poll(bpy.context), "one that was started elsewhere is ready"
        state.backend_version_text = "another version"
        assert poll(bpy.context)
        state.backend_version_text, state.setup_state = "", "RUNNING"
        assert poll(bpy.context)
    with enabled_addon(place="THERE", address="gpu.local"):
        assert not poll(bpy.context), "it is set up there"


def test_drawing_writes_no_data():
    allowed = {"layout", "filepath", "scale_y", "use_property_split", "allow_online"}
    for node in ast.walk(ast.parse(PAGE + PANEL)):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            assert not isinstance(target, ast.Attribute) or target.attr in allowed, ast.unparse(node)
