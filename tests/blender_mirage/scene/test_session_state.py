"""What of the session's state outlives the load of a file: what is about the backend, and nothing about the file."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene import session_state  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy

KINDS = (session_state.BACKEND, session_state.USER, session_state.JOB, session_state.FILE)


def state():
    return bpy.context.window_manager.mirage


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        yield scene


def properties() -> dict[str, bpy.types.Property]:
    return {prop.identifier: prop for prop in state().bl_rna.properties if prop.identifier not in ("rna_type", "name")}


def fill(job: str) -> dict[str, object]:
    """Gives every property another value than its default; returns them, collections by their names."""
    for name, prop in properties().items():
        if name == "job_state":
            state().job_state = job
        elif prop.type == "COLLECTION":
            getattr(state(), name).add().name = "before"
        else:
            setattr(state(), name, _other(prop))
    return values()


def _other(prop: bpy.types.Property) -> object:
    if prop.type == "ENUM":
        return next(item.identifier for item in prop.enum_items if item.identifier != prop.default)
    if prop.type == "BOOLEAN":
        return not prop.default
    if prop.type == "STRING":
        return f"{prop.default} before"
    return min(prop.default + 1, prop.hard_max) if prop.default < prop.hard_max else prop.hard_min


def values() -> dict[str, object]:
    return {
        name: [item.name for item in getattr(state(), name)] if prop.type == "COLLECTION" else getattr(state(), name)
        for name, prop in properties().items()
    }


def defaults() -> dict[str, object]:
    return {name: [] if prop.type == "COLLECTION" else prop.default for name, prop in properties().items()}


def another_file() -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)


def test_every_property_is_in_the_table_once(scene):
    listed = [name for kind in KINDS for name in kind]
    assert sorted(listed) == sorted(properties()), "say in scene/session_state.py what becomes of it"


@pytest.mark.parametrize("job", ["DONE", "FAILED", "CANCELLED"])
def test_nothing_of_the_file_and_of_what_is_over_leaks_into_the_next(scene, job):
    before, fresh = fill(job), defaults()
    another_file()
    kept = session_state.BACKEND | session_state.USER
    assert values() == {name: before[name] if name in kept else fresh[name] for name in before}


def test_what_runs_is_shown_on_in_the_next_file(scene):
    before = fill("RUNNING")
    another_file()
    found = values()
    assert {name: found[name] for name in session_state.JOB} == {name: before[name] for name in session_state.JOB}
    assert all(found[name] == defaults()[name] for name in session_state.FILE)


def test_a_file_brings_nothing_of_the_session_that_it_was_saved_in(scene, tmp_path):
    fill("DONE")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    session_state.forget_state()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert values() == defaults()
    assert pump.idle
