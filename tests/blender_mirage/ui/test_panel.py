"""The panel names only what exists. (Drawing needs a window, which no test machine has.)"""

from __future__ import annotations

import ast
import inspect
import re

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.ui import (  # noqa: E402
    coverage_panel,
    look_panel,
    panel,
    shots_panel,
    take_panel,
    takes_panel,
    world_panel,
)
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy

ITEM_FIELDS = {
    panel: {"world": "worlds"},
    take_panel: {"order": "waiting", "warning": "warnings"},
    look_panel: {"item": "commits"},
    shots_panel: {"shot": "shots", "finding": "findings"},
    takes_panel: {"take": "takes"},
    coverage_panel: {"shot": "coverage"},
    world_panel: {"item": "commits"},
}
"""What a variable of each module is an item of."""
SOURCE = "".join(map(inspect.getsource, ITEM_FIELDS))


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        yield scene


def test_every_operator_property_and_icon_exists(scene):
    for name in re.findall(r'operator\("([\w.]+)"', SOURCE):
        module, _, operator = name.partition(".")
        assert operator in dir(getattr(bpy.ops, module)), name
    for name in re.findall(r'prop\(settings, "(\w+)"', SOURCE):
        assert name in scene.mirage.bl_rna.properties, name
    for name in re.findall(r"state\.(\w+)", SOURCE):
        assert hasattr(bpy.context.window_manager.mirage, name), name
    for module, variables in ITEM_FIELDS.items():
        for variable, collection in variables.items():
            item = getattr(bpy.context.window_manager.mirage, collection).add()
            for name in re.findall(rf"\b{variable}\.(\w+)", inspect.getsource(module)):
                assert hasattr(item, name) or name in bpy.types.UILayout.bl_rna.functions, (variable, name)
    icons = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())
    used = set(re.findall(r'icon="(\w+)"', SOURCE)) | {*panel._BACKEND_ICONS.values()}
    used |= {*world_panel._COMMIT_ICONS.values(), *shots_panel._SHOT_ICONS.values()}
    assert used <= icons


def test_the_sequencer_has_every_panel_of_the_3d_view(scene):
    from blender_mirage.ui import CLASSES

    panels = {cls.bl_idname: cls for cls in CLASSES if issubclass(cls, bpy.types.Panel)}
    here = {name: cls for name, cls in panels.items() if cls.bl_space_type == "VIEW_3D"}
    there = {name: cls for name, cls in panels.items() if cls.bl_space_type == "SEQUENCE_EDITOR"}
    assert len(here) == len(there) > 3
    for name, cls in here.items():
        twin = there[name.replace("PT_", "PT_sequencer_")]
        assert twin.is_registered and twin.draw is cls.draw and twin.bl_label == cls.bl_label
        assert getattr(cls, "bl_parent_id", None) is None or twin.bl_parent_id in there


def test_every_state_of_a_shot_has_its_icon():
    from blender_mirage.core.shot_list import ShotStatus

    states = (ShotStatus(refusal="x"), ShotStatus(), ShotStatus(phase="queued"), ShotStatus(phase="generating"))
    states += (ShotStatus(failure="x"),)
    states += (ShotStatus("v001", stale_from=1), ShotStatus("v001", "cancelled"), ShotStatus("v001", "done"))
    assert [status.kind for status in states] == list(shots_panel._SHOT_ICONS)


def test_every_kind_of_commit_has_its_icon():
    from blender_mirage.wire.history import COMMIT_KINDS

    assert set(COMMIT_KINDS) == set(world_panel._COMMIT_ICONS)


def test_every_state_is_shown():
    from blender_mirage.properties import BUSY_STATES, MirageState

    states = MirageState.__annotations__
    assert {item[0] for item in states["backend_state"].keywords["items"]} == set(panel._BACKEND_ICONS)
    jobs = {item[0] for item in states["job_state"].keywords["items"]}
    assert jobs == BUSY_STATES | set(take_panel._JOB_ENDS) | {"IDLE"}


def test_drawing_writes_no_data():
    allowed = {"layout", "filepath", "scale_y", "use_property_split", "use_property_decorate", "world_id", "world_name"}
    allowed |= {"active", "alignment", "step", "mode", "which", "frame", "value", "preset", "word", "scene", "what"}
    allowed |= {"enabled", "index"}
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    assert not isinstance(part, ast.Attribute) or part.attr in allowed, ast.unparse(node)


def test_every_operator_says_what_it_does_and_why_it_is_off():
    from blender_mirage.operators import CLASSES

    for cls in CLASSES:
        assert len(cls.bl_description) > 20 and not cls.bl_description.endswith("."), cls
        if "poll" in cls.__dict__:
            source = inspect.getsource(cls)
            assert source.count("poll_message_set") == source.count("return False"), cls
            assert "poll_message_set" in source or "return allowed(cls, " in source, cls
