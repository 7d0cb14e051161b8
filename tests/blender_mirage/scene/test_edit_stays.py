"""The edit belongs to the editor: whatever was done to a take's strip, the next take only changes its pictures.

The judge is Blender: what its sequencer renders at every frame, before and after. A picture's red tells its frame, its
green tells the take.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import curves_of, set_strip_span, strip_span, strips  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path, frames_on_disk  # noqa: E402
from blender_mirage.scene.compare_takes import WIPE, compare, set_split, stop_comparing  # noqa: E402
from blender_mirage.scene.paint_frame import frame_at_playhead  # noqa: E402
from blender_mirage.scene.show_take import show_take, strip_of  # noqa: E402
from tests.support.blender import add_camera  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

SHOT = Shot("walk", "Camera", 20, 25)
WIDER = Shot("walk", "Camera", 20, 25, handles=2)
LATER = Shot("walk", "Camera", 22, 28)
IN_5 = bpy.app.version >= (5, 0, 0)


def make_take(base: Path, shot: Shot = SHOT, width: int = 8, height: int = 8) -> Path:
    """The next version; every picture is of one colour."""
    version, folder = create_take_folder(base, shot.name)
    for frame in shot.frames():
        image = bpy.data.images.new("frame", width, height)
        color = np.array([frame, 100 + version, 0, 255], np.float32) / 255
        image.pixels.foreach_set(np.tile(color, width * height))
        image.filepath_raw, image.file_format = str(frame_path(base, shot.name, version, frame)), "PNG"
        image.save()
        bpy.data.images.remove(image)
    return folder


def show(scene, base: Path, shot: Shot = SHOT, **size: int) -> None:
    folder = make_take(base, shot, **size)
    show_take(scene, shot, folder, shot.frames())


def seen(scene, frames) -> list[tuple[int, int]]:
    """What the timeline shows: (frame of the shot, version), by frame of the timeline; (0, 0) where nothing lies."""
    found, out = [], str(Path(bpy.app.tempdir) / "seen.png")
    bpy.context.window.scene = scene
    for frame in frames:
        scene.frame_set(frame)
        bpy.ops.render.render()
        bpy.data.images["Render Result"].save_render(out)
        picture = bpy.data.images.load(out)
        red, green = (round(value * 255) for value in picture.pixels[-4:-2])
        bpy.data.images.remove(picture)
        found.append((red, max(0, green - 100)))
    return found


def takes(scene) -> list:
    return [strip for strip in all_strips(strips(scene.sequence_editor)) if strip.type == "IMAGE"]


def all_strips(container):
    for strip in container:
        yield strip
        if strip.type == "META":
            yield from all_strips(strips(strip))


@pytest.fixture
def stage(empty_file, tmp_path):
    """A scene whose timeline shows the first take of a shot."""
    add_camera()
    empty_file.view_settings.view_transform = "Standard"
    empty_file.render.resolution_x = empty_file.render.resolution_y = 8
    show(empty_file, tmp_path)
    return empty_file


def move(scene, strip):
    strip.frame_start += 3


def trim(scene, strip):
    set_strip_span(strip, 21, 24)


def slip(scene, strip):
    strip.frame_start += 1
    set_strip_span(strip, 22, 25)


def reverse(scene, strip):
    strip.use_reverse_frames = True


def reverse_and_trim(scene, strip):
    strip.use_reverse_frames = True
    set_strip_span(strip, 21, 25)


def cut_soft(scene, strip):
    strip.split(frame=23, split_method="SOFT").frame_start += 2


def cut_hard(scene, strip):
    strip.split(frame=23, split_method="HARD").frame_start += 2


def cut_hard_and_reverse(scene, strip):
    strip.split(frame=23, split_method="HARD").use_reverse_frames = True


def cut_in_three(scene, strip):
    strip.split(frame=22, split_method="SOFT").split(frame=24, split_method="HARD")


def group(scene, strip):
    meta = strips(scene.sequence_editor).new_meta("act", strip.channel + 1, 20)
    strip.move_to_meta(meta)
    strip.frame_start -= 1  # Blender measures a meta strip anew where something in it is moved
    strip.frame_start += 1
    set_strip_span(meta, 21, 25)
    return meta


def group_twice(scene, strip):
    inner = group(scene, strip)
    outer = strips(scene.sequence_editor).new_meta("film", 5, 20)
    inner.move_to_meta(outer)
    strip.frame_start -= 1
    strip.frame_start += 1
    set_strip_span(outer, 20, 26)


def strobe(scene, strip):
    strip.strobe = 2


def hang_speed_on(scene, strip):
    inputs = {"input1": strip} if bpy.app.version >= (4, 4, 0) else {"seq1": strip}
    length = {"length": 6} if IN_5 else {"frame_end": 26}
    effect = strips(scene.sequence_editor).new_effect("speed", "SPEED", 6, 20, **length, **inputs)
    effect.speed_control, effect.speed_factor = "MULTIPLY", 0.5


def retime(scene, strip):
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    if IN_5:
        window.workspace.sequencer_scene = scene
    scene.sequence_editor.active_strip, strip.select = strip, True
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region, scene=scene):
        bpy.ops.sequencer.retiming_key_add(timeline_frame=22)
        bpy.ops.sequencer.retiming_key_add(timeline_frame=24)
        if hasattr(strip, "retiming_keys"):
            strip.retiming_keys[-2].timeline_frame = 25
        else:  # 4.2 does not give them to Python
            bpy.ops.sequencer.retiming_segment_speed_set(speed=50.0)


EDITS = [move, trim, slip, reverse, reverse_and_trim, cut_soft, cut_hard, cut_hard_and_reverse, cut_in_three,
         group, group_twice, strobe, hang_speed_on, retime]  # fmt: skip


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_every_frame_stays_where_the_editor_put_it(stage, tmp_path, edit):
    (strip,) = takes(stage)
    edit(stage, strip)
    names, timeline = sorted(one.name for one in all_strips(strips(stage.sequence_editor))), range(17, 31)
    before = seen(stage, timeline)
    assert len({frame for frame, _ in before}) > 2
    show(stage, tmp_path)
    same_length = seen(stage, timeline)
    assert same_length == [(frame, 2 * version) for frame, version in before]
    show(stage, tmp_path, WIDER)
    with_handles = seen(stage, timeline)
    show(stage, tmp_path)
    again = seen(stage, timeline)
    for version, after in ((3, with_handles), (4, again)):
        assert [(frame, version) if frame else (0, 0) for frame, _ in before] == after
    assert len(names) == len(list(all_strips(strips(stage.sequence_editor)))), "nothing is removed, nothing is added"


def test_an_untouched_strip_follows_the_shot(stage, tmp_path):
    for shot in (WIDER, LATER, SHOT, LATER):
        show(stage, tmp_path, shot)
        (strip,) = takes(stage)
        assert strip_span(strip) == (shot.start, shot.end + 1)
        assert [frame for frame, _ in seen(stage, range(17, 31))] == [
            frame if shot.start <= frame <= shot.end else 0 for frame in range(17, 31)
        ]


def test_an_end_that_was_trimmed_stays_and_the_other_follows(stage, tmp_path):
    (strip,) = takes(stage)
    set_strip_span(strip, 23, 26)
    show(stage, tmp_path, LATER)
    assert strip_span(strip) == (23, 29)
    strip.frame_start += 10
    show(stage, tmp_path, SHOT)
    assert strip_span(strip) == (33, 36) and seen(stage, (33, 35)) == [(23, 3), (25, 3)]


def test_what_the_take_has_beyond_the_cut_can_be_pulled_out(stage, tmp_path):
    (strip,) = takes(stage)
    strip.frame_start += 5
    show(stage, tmp_path, WIDER)
    set_strip_span(strip, 23, 33)
    assert seen(stage, (23, 32)) == [(18, 2), (27, 2)]


def test_a_handle_that_was_pulled_past_the_pictures_shows_them_once_there_are_some(stage, tmp_path):
    (strip,) = takes(stage)
    set_strip_span(strip, 18, 28)
    assert seen(stage, (18, 27)) == [(20, 1), (25, 1)]
    show(stage, tmp_path, WIDER)
    assert strip_span(strip) == (18, 28) and seen(stage, (18, 27)) == [(18, 2), (27, 2)]


def test_it_grows_only_where_there_is_room_and_takes_it_later(stage, tmp_path):
    (strip,) = takes(stage)
    length = {"length": 5} if IN_5 else {"frame_end": 31}
    other = strips(stage.sequence_editor).new_effect("mine", "COLOR", strip.channel, 26, **length)
    longer = Shot("walk", "Camera", 20, 28)
    show(stage, tmp_path, longer)
    assert (strip_span(strip), strip_span(other)) == ((20, 26), (26, 31)) and strip.channel == other.channel
    strips(stage.sequence_editor).remove(other)
    show(stage, tmp_path, longer)
    assert strip_span(strip) == (20, 29)


def test_neighbours_that_change_their_common_cut_fill_it(stage, tmp_path):
    second = Shot("run", "Camera", 26, 30)
    show(stage, tmp_path, second)
    channel = {strip.channel for strip in takes(stage)}
    show(stage, tmp_path, Shot("walk", "Camera", 20, 27))
    show(stage, tmp_path, Shot("run", "Camera", 28, 30))
    assert {strip.channel for strip in takes(stage)} == channel and len(channel) == 1
    assert [frame for frame, _ in seen(stage, range(20, 31))] == list(range(20, 31))


def test_all_that_hangs_on_a_strip_stays(stage, tmp_path):
    (strip,) = takes(stage)
    strip.frame_start += 3
    strip.name, strip.color_tag, strip.lock, strip.mute = "hero", "COLOR_04", True, True
    strip.modifiers.new("grade", "BRIGHT_CONTRAST").bright = 3
    strip.blend_type, strip["mine"] = "ADD", 7
    inputs = {"input1": strip} if bpy.app.version >= (4, 4, 0) else {"seq1": strip}
    length = {"length": 6} if IN_5 else {"frame_end": 29}
    glow = strips(stage.sequence_editor).new_effect("glow", "GLOW", 5, 23, **length, **inputs)
    for shot in (SHOT, WIDER, LATER):
        show(stage, tmp_path, shot)
        assert takes(stage) == [strip] and glow.input_1 == strip and strip_span(glow) == strip_span(strip)
        assert (strip.name, strip.color_tag, strip.lock, strip.mute) == ("hero", "COLOR_04", True, True)
        assert (strip.blend_type, strip["mine"], strip.modifiers["grade"].bright) == ("ADD", 7, 3)


def test_animation_of_a_strip_stays_on_it_and_at_its_frames(stage, tmp_path):
    (strip,) = takes(stage)
    for frame, alpha, scale in ((20, 0.0, 1.0), (25, 1.0, 2.0)):
        strip.blend_alpha, strip.transform.scale_x = alpha, scale
        strip.keyframe_insert("blend_alpha", frame=frame)
        strip.transform.keyframe_insert("scale_x", frame=frame)
    for shot, width in ((SHOT, 8), (WIDER, 8), (SHOT, 16), (LATER, 4)):
        show(stage, tmp_path, shot, width=width, height=width)
        found = {curve.data_path: [tuple(key.co) for key in curve.keyframe_points] for curve in curves_of(stage)}
        assert found == {
            strip.path_from_id("blend_alpha"): [(20, 0), (25, 1)],
            strip.transform.path_from_id("scale_x"): [(20, 8 / width), (25, 16 / width)],
        }


def test_copies_and_the_timeline_of_another_scene_show_it_too(stage, tmp_path):
    bpy.ops.scene.new(type="FULL_COPY")
    copy = bpy.context.scene
    (strip,) = takes(copy)
    strip.frame_start += 2
    show(stage, tmp_path, WIDER)
    assert [len(takes(scene)) for scene in (stage, copy)] == [1, 1]
    assert seen(stage, (20, 22)) == [(20, 2), (22, 2)] and seen(copy, (22, 24)) == [(20, 2), (22, 2)]
    bpy.context.window.scene = stage
    strips(stage.sequence_editor).remove(takes(stage)[0])
    show(stage, tmp_path)
    assert takes(stage) == [], "the editor keeps the shot on another timeline"
    assert seen(copy, (22,)) == [(20, 3)]


def test_strips_of_before_edits_were_noted(stage, tmp_path):
    (strip,) = takes(stage)
    for key in ("mirage_laid", "mirage_scene"):
        if key in strip:
            del strip[key]
    set_strip_span(strip, 21, 26)
    strip.crop.min_x = 2
    show(stage, tmp_path, WIDER, width=16, height=16)
    assert takes(stage) == [strip] and strip_span(strip) == (21, 26) and strip.crop.min_x == 4
    assert seen(stage, (21, 25)) == [(21, 2), (25, 2)]


@pytest.mark.parametrize("frames", [(-3, 2), (9998, 10001), (123456, 123458)])
def test_any_frame_number(empty_file, tmp_path, frames):
    add_camera()
    empty_file.view_settings.view_transform = "Standard"
    empty_file.render.resolution_x = empty_file.render.resolution_y = 8
    shot = Shot("far", "Camera", *frames)
    show(empty_file, tmp_path, shot)
    (strip,) = takes(empty_file)
    strip.frame_start += 100
    show(empty_file, tmp_path, shot)
    there = frames_on_disk(tmp_path / "far" / "v002")
    assert list(there) == list(shot.frames()) and strip_span(strip) == (frames[0] + 100, frames[1] + 101)
    for frame in frames:
        assert seen(empty_file, (frame + 100,)) == [(min(max(frame, 0), 255), 2)]
        assert frame_at_playhead(empty_file) == there[frame]


def test_what_is_in_a_meta_strip_is_painted_on_and_compared(stage, tmp_path):
    (strip,) = takes(stage)
    group_twice(stage, strip)
    stage.frame_set(23)
    assert frame_at_playhead(stage).name == "walk_v001_0023.png"
    show(stage, tmp_path)
    assert strip_of(stage, "walk") == strip and frame_at_playhead(stage).name == "walk_v002_0023.png"
    compare(stage, strip, frames_on_disk(tmp_path / "walk" / "v001"), 8, WIPE)
    set_split(stage, 0.0)
    assert seen(stage, (21, 23)) == [(21, 1), (23, 1)]
    assert stop_comparing(stage) == 1 and seen(stage, (21, 23)) == [(21, 2), (23, 2)]


def test_a_wipe_shows_the_same_frames_in_every_part(stage, tmp_path):
    (strip,) = takes(stage)
    cut_hard_and_reverse(stage, strip)
    before = seen(stage, range(19, 27))
    show(stage, tmp_path)
    compare(stage, strip_of(stage, "walk"), frames_on_disk(tmp_path / "walk" / "v001"), 8, WIPE)
    set_split(stage, 0.0)
    assert seen(stage, range(19, 27)) == before
    assert stop_comparing(stage) == 2
