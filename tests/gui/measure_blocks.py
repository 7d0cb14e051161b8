"""How long reading a shot holds Blender's main thread: a set of a million triangles, 240 frames, nothing sent.

`press` is what a window is held for: the checks, the copy of the file, and then what a second Blender tells of its
reading. `phases` is the reading itself, as a Blender without a window does it.

    python tests/gui/measure_blocks.py [--triangles N] [--frames N] [--out REPORT.json]

Runs with the bpy module, or inside Blender (`blender -b --python … -- …`). One step is what the pump does between two
looks at the clock: six camera poses, or the set at one frame. Blender's own evaluation of a frame (`frame_set`) is
timed apart, for it costs the same without the add-on. Times are of the thread, so that a busy machine shows less.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy

from blender_mirage import preferences, registration
from blender_mirage.operators.apart_reading import ApartReading
from blender_mirage.operators.shot_reading import ShotReading
from blender_mirage.operators.survey_preparation import SurveyPreparation

MOVERS = 20


def build(triangles: int, frames: int) -> None:
    """A ground that holds the triangles, some boxes that move over it, and a camera that flies across with its lens."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, frames
    side = math.isqrt(triangles // 2)
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=side, y_subdivisions=side, size=100)
    for number in range(MOVERS):
        bpy.ops.mesh.primitive_cube_add(location=(number - MOVERS / 2, 10, 1))
        box = bpy.context.object
        box.keyframe_insert("location", frame=1)
        box.location.z += 3
        box.keyframe_insert("location", frame=frames)
    bpy.ops.object.camera_add(location=(-20, -30, 4), rotation=(math.radians(80), 0, -0.4))
    camera = scene.camera = bpy.context.object
    camera.keyframe_insert("location", frame=1)
    camera.data.keyframe_insert("lens", frame=1)
    camera.location.x, camera.data.lens = 20, 35
    camera.keyframe_insert("location", frame=frames)
    camera.data.keyframe_insert("lens", frame=frames)
    scene.mirage.prompt = "stone"


class FrameSetClock:
    """Thread seconds that Blender itself takes to evaluate frames."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0

    def __enter__(self) -> FrameSetClock:
        self._handler = bpy.app.handlers.frame_change_pre
        bpy.app.handlers.frame_change_pre.append(self._before)
        bpy.app.handlers.frame_change_post.append(self._after)
        return self

    def __exit__(self, *_: object) -> None:
        bpy.app.handlers.frame_change_pre.remove(self._before)
        bpy.app.handlers.frame_change_post.remove(self._after)

    def _before(self, *_: object) -> None:
        self._start = time.thread_time()

    def _after(self, *_: object) -> None:
        self.seconds += time.thread_time() - self._start
        self.count += 1


def measure(frames: int) -> dict[str, object]:
    """Reads the shot as the pump does and tells the longest steps, in ms of the thread."""
    steps: dict[str, list[float]] = {}
    own: dict[str, float] = {}
    evaluated: dict[str, float] = {}
    with FrameSetClock() as clock:
        reading = ShotReading(bpy.context.scene, "ALL").steps()
        while True:
            start, before = time.thread_time(), clock.seconds
            progress = next(reading, None)
            spent, blenders = time.thread_time() - start, clock.seconds - before
            phase = progress.phase if progress is not None else "end"
            steps.setdefault(phase, []).append(spent)
            own[phase] = own.get(phase, 0.0) + spent - blenders
            evaluated[phase] = evaluated.get(phase, 0.0) + blenders
            if progress is None:
                break
    table: dict[str, object] = {}
    for phase, spent in steps.items():
        ordered = sorted(spent, reverse=True)
        table[phase] = {
            "steps": len(spent),
            "longest_ms": [round(1000 * seconds, 1) for seconds in ordered[:3]],
            "median_ms": round(1000 * ordered[len(ordered) // 2], 2),
            "own_s": round(own[phase], 3),
            "blender_s": round(evaluated[phase], 3),
        }
    return table


def measure_press() -> dict[str, float]:
    """ms of the clock, for a file is written: what the button does, and the longest that is done of it later."""
    start = time.perf_counter()
    asked = SurveyPreparation(bpy.context)
    checked = time.perf_counter()
    reading = ApartReading(bpy.context, asked, asked.order())
    copied = time.perf_counter()
    megabytes = sum(path.stat().st_size for path in reading.folder.iterdir()) / 1e6
    longest, steps = 0.0, reading.steps()
    while True:
        before = time.perf_counter()
        told = next(steps, "end")
        longest = max(longest, time.perf_counter() - before)
        if told == "end":
            break
        time.sleep(0.02)
    whole = time.perf_counter() - copied
    before = time.perf_counter()
    read = asked.read.jobs[0].greybox()
    loaded = time.perf_counter() - before
    assert len(read.greybox.instances) > MOVERS
    reading.close()
    milliseconds = {"checks": checked - start, "copy": copied - checked, "longest_later": longest}
    found = {f"{name}_ms": round(1000 * seconds, 1) for name, seconds in milliseconds.items()}
    found |= {"load_ms": round(1000 * loaded, 1), "copy_MB": round(megabytes, 1), "second_blender_s": round(whole, 1)}
    return found


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="measure_blocks.py")
    parser.add_argument("--triangles", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=240)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(argv)
    registered = hasattr(bpy.types.Scene, "mirage")
    if not registered:
        registration.register()
        bpy.context.preferences.addons.new().module = preferences.MiragePreferences.bl_idname
    try:
        build(asked.triangles, asked.frames)
        report = {"blender": bpy.app.version_string, "triangles": asked.triangles, "frames": asked.frames}
        report["press"] = measure_press()
        report["phases"] = measure(asked.frames)
    finally:
        if not registered:
            registration.unregister()
    text = json.dumps(report, indent=2)
    print(text)
    if asked.out:
        asked.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
