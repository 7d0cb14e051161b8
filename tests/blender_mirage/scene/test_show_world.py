"""What a world holds, in the properties that the panel draws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.take_job import Ended, Progress  # noqa: E402
from blender_mirage.core.world_report import WorldSeen  # noqa: E402
from blender_mirage.scene.ids import ensure_ids  # noqa: E402
from blender_mirage.scene.scene_keys import scene_key  # noqa: E402
from blender_mirage.scene.show_updates import apply, mark_running  # noqa: E402
from blender_mirage.scene.show_world import anchors_of  # noqa: E402
from blender_mirage.wire.history import AnchorInfo, Commit  # noqa: E402
from blender_mirage.wire.messages import WorldStats  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_cube  # noqa: E402

pytestmark = pytest.mark.bpy

NOW = datetime.now(UTC)
MIB = 2**20


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        yield scene


def state():
    return bpy.context.window_manager.mirage


def commit(take_id: str, order: int, **changes) -> Commit:
    values = {"kind": "take", "state": "live", "created": NOW.isoformat(), "author": "ada", "shot": "walk"}
    values |= {"engine": "previz", "weights": "", "seed": 2**40, "frames": 48, "tokens": 1234, "bytes": 3 * MIB}
    return Commit(take_id=take_id, order=order, **(values | changes))


def seen(*commits: Commit, anchors: tuple[AnchorInfo, ...] = (), **stats: int) -> WorldSeen:
    values = {"tokens": 1_234_567, "bytes": 300 * MIB, "anchors": 9, "segments": 2, "budget_bytes": 512 * MIB}
    return WorldSeen(WorldStats("w", **(values | stats)), commits, anchors)


def show(scene, what: WorldSeen) -> None:
    apply(scene_key(scene), what)


def test_the_history_is_shown_with_the_newest_first(scene):
    look = commit("a", 1, kind="seed_view", shot="", frames=1, created=(NOW - timedelta(days=400)).isoformat())
    show(scene, seen(look, commit("b", 2), commit("c", 3, created="long ago", author="", bytes=100)))
    lines = state().commits
    assert [line.take_id for line in lines] == ["c", "b", "a"]
    assert [line.name for line in lines] == ["walk", "walk", "look"]
    local = NOW.astimezone()
    assert lines[1].when == local.strftime("%H:%M") and lines[1].seed == str(2**40)
    assert lines[1].text == (f"48 frames with seed {2**40} by previz, {local:%Y-%m-%d %H:%M}, for ada. 3.0 MiB.")
    assert lines[0].when == "long ago" and lines[0].text.endswith("by previz, long ago. 0 KiB.")
    assert ":" not in lines[2].when, "another day's hour says nothing"


def test_what_is_used_and_what_the_memory_limit_keeps_out(scene):
    show(scene, seen())
    assert state().memory_text == "Memory: 300.0 MiB of 9 objects"
    assert (state().memory_held, state().memory_budget) == ("Not used by a take yet", 512)
    show(scene, seen(resident_tokens=5, resident_bytes=90 * MIB))
    assert state().memory_held == "The last take used 90.0 MiB"
    show(scene, seen(resident_tokens=5, resident_bytes=90 * MIB, evicted_tokens=4321))
    assert state().memory_held == "The last take used 90.0 MiB; the memory limit left part of it out"


def test_the_chosen_line_stays_chosen_while_others_come_and_go(scene):
    first, second, third = (commit(name, order) for order, name in enumerate("abc"))
    show(scene, seen(first, second))
    state().commit_index = 1
    show(scene, seen(first, second, third))
    assert state().commits[state().commit_index].take_id == "a"
    show(scene, seen(second, third))
    assert state().commit_index == 0
    show(scene, seen())
    assert (len(state().commits), state().commit_index) == (0, 0)


def tokens_of(thing, world_id):
    return sum(info.tokens for info in anchors_of(thing, world_id))


def test_tokens_of_an_object_count_where_it_is_placed_and_what_it_places(scene):
    crate, group, other = add_cube("Crate"), add_cube("Group"), add_cube("Other")
    ensure_ids(bpy.data.objects)
    names = [thing.mirage_id for thing in (crate, group, other)]
    told = tuple(
        AnchorInfo(anchor, "", tokens)
        for anchor, tokens in (
            (names[0], 100),
            (f"{names[1]}/{names[0]}", 20),
            (f"{names[1]}/{names[0]}/7", 3),
            ("sky", 1000),
        )
    )
    show(scene, seen(anchors=told))
    assert [tokens_of(thing, "w") for thing in (crate, group, other)] == [123, 23, 0]
    assert tokens_of(crate, "another world") == 0
    assert [info.anchor for info in anchors_of(group, "w")] == [told[1].anchor, told[2].anchor]
    show(scene, seen(anchors=told[:1]))
    assert tokens_of(group, "w") == 0


def test_an_errand_beside_a_take_does_not_speak_for_it(scene):
    key = scene_key(scene)
    mark_running("RUNNING", "TAKE")
    apply(key, Progress("walk", "frames", 1, 4))
    apply(key, Progress("Backend", "connecting"), of_job=False)
    apply(key, Ended("done"), of_job=False)
    assert (state().job_state, state().title, state().done) == ("RUNNING", "walk", 1)
    apply(key, Ended("done"))
    assert state().job_state == "DONE"
