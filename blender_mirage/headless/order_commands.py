"""The commands that go to a backend: takes, surveys, pictures."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import MirageError, SceneNotReady, Stopped
from ..core.shot_names import listed
from ..core.terminal import TerminalProgress
from ..event_pump import pump
from ..scene.engine_rates import rate_of
from ..scene.find import camera_named
from ..scene.preflight import of_size
from ..scene.read_shots import read_shots
from .ending import was_told_to_stop
from .open_file import open_file
from .session import real_output, run
from .unsaved import ORDER, WORLD, Values, forget, keep, recall, values_of


def generate(arguments: argparse.Namespace) -> int:
    scene, in_file = _open(arguments, (*WORLD, *ORDER) if arguments.stale_only else WORLD)
    with_takes = scene.mirage.world_id or scene.mirage.world_name
    regenerate = arguments.stale_only and with_takes
    operator, rate = bpy.ops.mirage.regenerate_stale if regenerate else bpy.ops.mirage.generate_take, _rate(scene)
    state = carry_out(operator)
    if state.job_state == "FAILED" and _rate(scene) != rate:  # the backend has told its engine's frames only then
        state = carry_out(operator)
    if state.result and arguments.save:
        run(bpy.ops.wm.save_mainfile)
        forget(scene)
    elif state.result:
        keep(scene, in_file)
    if state.job_state != "DONE":
        raise MirageError(state.message or "The takes were not made.", state.hint)
    where = f"{state.frames_saved} frames lie in {Path(state.result).parent.parent}" if state.result else ""
    print(where or "Everything is up to date.")
    return 0


def _open(arguments: argparse.Namespace, recalled: Collection[str]) -> tuple[Any, Values]:
    """The scene with what the command line names, and what its file says. recalled: what counts of what commands before
    have not saved."""
    scene = open_file(arguments.file, arguments.scene)
    in_file = values_of(scene)
    if getattr(arguments, "out", None) is not None:
        scene.mirage.output_folder = str(arguments.out.absolute())
    recall(scene, recalled)
    choose(scene.mirage, arguments)
    if hasattr(arguments, "shots") and (size := of_size(scene, read_shots(scene))) is not None:
        print(f"Note: {size.text}", flush=True)
    return scene, in_file


def _rate(scene: Any) -> float:
    return rate_of(scene.mirage.engine)


def survey(arguments: argparse.Namespace) -> int:
    _open(arguments, (*WORLD, *ORDER))
    state = carry_out(bpy.ops.mirage.survey_coverage)
    for shot in state.coverage:
        print(f"{shot.name}: {shot.text} {shot.stale or 'There is no take of it yet.'}")
    if state.job_state != "DONE":
        raise MirageError(state.message or "The shots were not looked at.", state.hint)
    return 0


def add_look(arguments: argparse.Namespace) -> int:
    scene, _ = _open(arguments, (*WORLD, *ORDER))
    if arguments.camera:
        scene.mirage.look_camera = camera_named(arguments.camera)
    return _write_picture(bpy.ops.mirage.add_look)


def paint_over(arguments: argparse.Namespace) -> int:
    scene, _ = _open(arguments, (*WORLD, *ORDER))
    scene.mirage.paint_path = str(arguments.paint.absolute())
    return _write_picture(bpy.ops.mirage.use_paint_over)


def _write_picture(operator: Any) -> int:
    state = carry_out(operator)
    if state.job_state != "DONE":
        raise MirageError(state.message or "The picture was not written.", state.hint)
    for commit in state.commits:
        if commit.kind == "seed_view":
            print(f"{commit.name}: {commit.text}{' (reverted)' if commit.state != 'live' else ''}")
    return 0


def carry_out(operator: Any) -> Any:
    """Runs an operator and what it sets going, to the end; told to stop, it lets go of that first. Returns the state
    that the panel shows."""
    state = bpy.context.window_manager.mirage
    with real_output() as output:
        progress = TerminalProgress(output)

        def show() -> None:
            progress.show(state.title, state.phase, state.progress)
            if was_told_to_stop():
                raise Stopped("Stopped.")

        pump.on_reading = show
        try:
            run(operator)
            pump.run_until_idle(lambda: progress.show(state.title, state.phase, state.progress))
        except KeyboardInterrupt:
            pump.cancel()
            pump.run_until_idle()
            raise
        finally:
            pump.on_reading = lambda: None
            progress.end()
    for warning in state.warnings:
        print(f"Note: {warning.name}")
    return state


def choose(settings: Any, arguments: argparse.Namespace) -> None:
    """What the command line names, over what the .blend holds."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    if "shots" in given:
        everything = arguments.shots.strip().lower() == "all" and not arguments.shot
        settings.shot_choice = "ALL" if everything else "NAMED"
        settings.shot_names = listed(arguments.shot) if arguments.shot else "" if everything else arguments.shots
    if "look" in given:
        settings.look_source, settings.look_path = "IMAGE", str(arguments.look.absolute())
        settings.look_frame, settings.look_camera = -1, None
    if "look" in given or "look_frame" in given:
        settings.look_at_minus_one = given.get("look_frame") == -1
    if "world" in given and arguments.world != settings.world_name:
        settings.world_id, settings.world_name = "", arguments.world
    for name in ("look_frame", "look_strength", "engine", "prompt", "width", "seed"):
        if name in given:
            _set(settings, name, given[name])
    if given.get("no_memory"):
        settings.use_memory = False


def _set(settings: Any, name: str, value: Any) -> None:
    """Sets a property. Raises SceneNotReady where Blender does not take the value."""
    try:
        setattr(settings, name, value)
    except TypeError as error:
        raise SceneNotReady(f"{value!r} is no {name}: {error}", "See `generate --help`.") from error
