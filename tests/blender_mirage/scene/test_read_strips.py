"""Shots of scene strips as editors use them. Blender's own sequencer tells the right frames."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import set_strip_span, strips  # noqa: E402
from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.preflight import quick_findings  # noqa: E402
from blender_mirage.scene.read_shots import read_shots  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.scene_strips import (  # noqa: E402
    LOWEST,
    camera_in,
    effect,
    frames_shown,
    make_small,
    scene_strip,
    telling_picture,
    telling_set,
)

pytestmark = pytest.mark.bpy


@pytest.fixture
def edit():
    with enabled_addon() as scene:
        make_small(scene)
        scene.mirage.shot_source = "STRIPS"
        yield scene


def played(shots: list[Shot]) -> dict[int, int]:
    """The scene's frame at each frame of the timeline that a shot lies at, as takes are laid there."""
    found = {}
    for shot in shots:
        out, frames = shot.laid_out({frame: frame for frame in shot.frames()})
        assert not shot.refusal and set(shot.frames()) == set(frames.values())
        for place in range(out.start, out.end + 1):
            assert place + out.shift not in found, "of two shots at one frame, which is seen?"
            found[place + out.shift] = frames[place]
    return found


def check(edit, at, folder: Path) -> list[Shot]:
    """Compares what the shots say of every frame of `at` with what Blender shows there."""
    shots = read_shots(edit)
    said, at = played(shots), list(at)
    assert [said.get(frame, LOWEST) for frame in at] == frames_shown(edit, at, folder)
    return shots


def backwards(strip):
    strip.use_reverse_frames = True


def pulled(strip):
    strip.frame_start = 3
    set_strip_span(strip, 1, 15)


def trimmed(strip):
    set_strip_span(strip, 3, 7)


def strobed(strip):
    strip.strobe = 3


def held(strip):
    strip.animation_offset_start = 4


@pytest.mark.parametrize(
    "how",
    [(trimmed,), (backwards,), (pulled,), (strobed,), (held,), (backwards, pulled), (held, backwards, strobed)],
    ids=lambda how: "-".join(each.__name__ for each in how),
)
def test_a_strip_that_is_not_played_frame_by_frame(edit, tmp_path, how):
    strip = scene_strip(edit, telling_set(start=5, end=14))
    for each in how:
        each(strip)
    (shot,) = check(edit, range(1, 16, 2), tmp_path)
    assert shot.name == "sh010"


def in_meta(edit, strip, name="act1", channel=3):
    """Moves a strip into a new meta strip, which shows all of it."""
    meta = strips(edit.sequence_editor).new_meta(name, channel, 1)
    strip.move_to_meta(meta)
    meta.frame_start += 20  # only so does Blender measure what it holds
    meta.frame_start -= 20
    set_strip_span(meta, 1, 11)
    return meta


def test_in_meta_strips_trimmed_pulled_and_backwards(edit, tmp_path):
    strip = scene_strip(edit, telling_set())
    meta = in_meta(edit, strip)
    check(edit, range(1, 13, 2), tmp_path)
    set_strip_span(meta, 4, 14)
    check(edit, range(2, 16, 2), tmp_path)
    backwards(meta)
    check(edit, range(2, 16, 2), tmp_path)
    strip.strobe = 2
    check(edit, range(2, 16, 2), tmp_path)
    meta.mute = True
    with pytest.raises(SceneNotReady, match="has no scene strip"):
        read_shots(edit)


def test_what_is_muted_is_no_shot_however_it_is_muted(edit, tmp_path):
    there = telling_set()
    scene_strip(edit, there, "a", 1, 1)
    other = scene_strip(edit, there, "b", 2, 11)
    in_meta(edit, scene_strip(edit, there, "c", 4, 1))
    assert {shot.name for shot in read_shots(edit)} == {"b", "c"}, "what is covered is not seen"
    other.mute = True
    edit.sequence_editor.channels[3].mute = True
    check(edit, (1, 5, 12), tmp_path)
    edit.sequence_editor.channels[3].mute = False
    strips(edit.sequence_editor)["act1"].channels[4].mute = True
    shots = check(edit, (1, 5, 12), tmp_path)
    assert [shot.name for shot in shots] == ["a"]


def test_a_scene_that_switches_its_cameras_becomes_a_shot_a_camera(edit, tmp_path):
    there = telling_set()
    blind = camera_in(there, "Blind", blind=True)
    for name, frame, camera in (("a", 2, there.camera), ("b", 5, blind), ("c", 8, there.camera)):
        there.timeline_markers.new(name, frame=frame).camera = camera
    strip = scene_strip(edit, there, at=11)
    shots = read_shots(edit)
    assert [(shot.name, shot.camera, shot.cut) for shot in shots] == [
        ("sh010", "Camera", (11, 14)), ("sh010_2", "Blind", (15, 17)), ("sh010_3", "Camera", (18, 20)),
    ]  # fmt: skip
    seen = [shot for shot in shots if shot.camera == "Camera"]
    at = range(11, 21)
    assert [played(seen).get(frame, LOWEST) for frame in at] == frames_shown(edit, at, tmp_path)
    backwards(strip)
    assert [(shot.camera, shot.cut) for shot in read_shots(edit)] == [
        ("Camera", (11, 13)), ("Blind", (14, 16)), ("Camera", (17, 20)),
    ]  # fmt: skip
    strip.scene_camera = camera_in(there, "Own")
    (shot,) = check(edit, (11, 14, 16, 20), tmp_path)
    assert shot.camera == "Own"


def test_a_strip_above_covers_those_below_it_and_a_transition_does_not(edit, tmp_path):
    there = telling_set()
    below = scene_strip(edit, there, "below", 1, 1)
    above = scene_strip(edit, there, "above", 2, 4)
    set_strip_span(above, 4, 7)
    shots = check(edit, range(1, 14), tmp_path)
    assert [(shot.name, shot.cut) for shot in shots] == [("below", (1, 3)), ("above", (4, 6)), ("below_2", (7, 10))]
    above.blend_alpha = 0.5
    assert [(shot.name, shot.cut) for shot in read_shots(edit)] == [("below", (1, 10)), ("above", (4, 6))]
    above.blend_alpha = 1.0
    above.keyframe_insert("blend_alpha", frame=1)
    assert len(read_shots(edit)) == 2, "it may fade"
    edit.animation_data_clear()
    effect(edit, "CROSS", (4, 6), below, above)
    assert [(shot.name, shot.cut) for shot in read_shots(edit)] == [("below", (1, 10)), ("above", (4, 6))]


def test_one_scene_twice_and_scenes_of_other_rates_are_played_frame_for_frame(edit, tmp_path):
    there = telling_set()
    there.render.fps = 48
    scene_strip(edit, there, "a", 1, 1)
    set_strip_span(scene_strip(edit, there, "b", 1, 21), 23, 26)
    there.frame_start = 3  # a strip keeps its length, and begins with what its scene begins with now
    shots = check(edit, (1, 5, 10, 22, 23, 25, 26), tmp_path)
    assert [shot.name for shot in shots] == ["a", "b"]


def sequencer_input(edit, strip):
    strip.scene_input = "SEQUENCER"


def no_camera(edit, strip):
    strip.scene.camera = None


def other_shape(edit, strip):
    strip.scene.render.resolution_x = 16


def half_frames(edit, strip):
    strip.strobe = 2.5


def speed_effect(edit, strip):
    effect(edit, "SPEED", (1, 10), strip)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (sequencer_input, "shows the timeline of 'Set', which no camera sees. Set its input"),
        (no_camera, "'Set' of the strip 'sh010' has no camera. Give it one"),
        (other_shape, "'Set' is 16x8, and the timeline that shows it 8x8. Give both"),
        (half_frames, "plays its scene at frames with fractions. Set its strobe"),
        (speed_effect, "A speed effect plays the strip 'sh010'. Mute"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_check_in_the_list_and_before_anything_is_sent(edit, tmp_path, what, words):
    what(edit, scene_strip(edit, telling_set()))
    scene_strip(edit, telling_set("Good"), "sh020", 1, 21)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "edit.blend"))
    (finding,) = quick_findings(edit, tmp_path)
    assert words in finding.text and (finding.kind, finding.stops, finding.frame) == ("STRIP", True, 1)
    pump.tick()
    state = bpy.context.window_manager.mirage
    assert [shot.kind for shot in state.shots] == ["REFUSED", "NEW"] and state.shots[0].text in finding.text
    edit.mirage.shot_choice, edit.mirage.prompt = "ALL", "brick"
    with pytest.raises(RuntimeError, match=words[:20]):
        bpy.ops.mirage.generate_take()
    bpy.ops.mirage.check_shots()
    said = [item.name for item in state.findings if words in item.name]
    assert len(said) == 1, "once, whatever else stops it"
    strips(edit.sequence_editor)["sh020"].mute = True
    with pytest.raises(SceneNotReady, match=words[:20]):
        read_shots(edit)


def test_a_strip_of_the_timelines_own_scene_is_refused(edit):
    """Blender shows nothing there, and some Blenders end."""
    edit.camera = camera_in(edit, "Camera")
    scene_strip(edit, edit, "self")
    with pytest.raises(SceneNotReady, match="shows the scene whose timeline it lies on. Make the shots of markers"):
        read_shots(edit)


@pytest.mark.parametrize("handles", [0, 2])
@pytest.mark.parametrize("step", [1, 3])
def test_a_step_and_handles_count_from_the_cut_on_the_timeline(edit, handles, step):
    strip = scene_strip(edit, telling_set(), at=101)
    backwards(strip)
    set_strip_span(strip, 103, 109)
    edit.mirage.handles = handles
    (shot,) = read_shots(edit)
    assert (shot.start, shot.end, shot.cut) == (3, 8, (103, 108))
    frames = shot.frames(step)
    made = {(1, 0): range(3, 9), (3, 0): (5, 8), (1, 2): range(1, 11), (3, 2): (2, 5, 8)}[step, handles]
    assert list(frames) == list(made)
    out, laid = shot.laid_out({frame: frame for frame in frames})
    assert out.start + out.shift == 103 and [laid[out.start + n] for n in range(6)] == (
        [8, 7, 6, 5, 4, 3] if step == 1 else [8, 8, 8, 5, 5, 5]
    )
    assert shot.lies_at(8) == 103 and shot.lies_at(5) == 106


def test_takes_lie_over_the_strips_as_they_play(edit, tmp_path):
    """The timeline shows the same before and after, every frame of it."""
    there = telling_set()
    backwards(scene_strip(edit, there, "back", 1, 1))
    pulled(scene_strip(edit, there, "held", 2, 1))
    set_strip_span(strips(edit.sequence_editor)["held"], 9, 18)
    before = frames_shown(edit, range(1, 19), tmp_path)
    for shot in read_shots(edit):
        version, folder = create_take_folder(tmp_path, shot.name)
        for frame in shot.frames():
            telling_picture(frame, frame_path(tmp_path, shot.name, version, frame))
        show_take(edit, shot, folder, shot.frames())
    assert frames_shown(edit, range(1, 19), tmp_path) == before
    assert len([strip for strip in strips(edit.sequence_editor) if strip.type == "IMAGE"]) == 2
