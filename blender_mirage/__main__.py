"""Blender Mirage without a window: `python -m blender_mirage COMMAND …`, or `blender -b --command mirage COMMAND …`.

Runs the operators that the panel runs. Exit code 0 when everything was made, 1 with one sentence and the next step
otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from .core.errors import MirageError, SceneNotReady
from .core.terminal import TerminalProgress

TOKEN_VARIABLE = "MIRAGE_TOKEN"


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of both forms; the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        with _addon(arguments):
            return _COMMANDS[arguments.command](arguments)
    except MirageError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="blender_mirage", description="Blender Mirage without a window.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    generate = commands.add_parser("generate", help="make takes of the shots of a .blend")
    _add_shots(generate)
    generate.add_argument("--look", type=Path, help="an image of the look (default: the one chosen in the .blend)")
    generate.add_argument("--look-frame", type=int, help="the frame that the look shows (default: the first)")
    generate.add_argument("--prompt", help="the look in words")
    generate.add_argument("--look-strength", type=float, help="0 to 1: how far unseen surfaces follow the look")
    generate.add_argument("--engine", help="which engine makes the frames (default: previz)")
    generate.add_argument(
        "--out", type=Path, help="folder that gets a folder a shot (default: mirage beside the .blend)"
    )
    generate.add_argument("--width", type=int, help="pixels across, a multiple of 8")
    generate.add_argument("--seed", type=int, help="another seed, another take")
    generate.add_argument("--world", metavar="NAME", help="the world to make them in; made where there is none")
    generate.add_argument("--no-memory", action="store_true", help="every frame on its own, to compare")
    generate.add_argument("--stale-only", action="store_true", help="only what changed since each shot's last take")
    generate.add_argument("--save", action="store_true", help="save the .blend with the takes on its timeline")
    _add_backend(generate)

    survey = commands.add_parser("survey", help="say what the world has seen of the shots, and which takes are stale")
    _add_shots(survey)
    survey.add_argument("--out", type=Path, help="folder of the takes; the coverage pictures go into it too")
    survey.add_argument("--width", type=int, help="pixels across, as for the takes that are compared")
    survey.add_argument("--world", metavar="NAME", help="the world to ask (default: the one chosen in the .blend)")
    _add_backend(survey)

    add_look = commands.add_parser("add-look", help="write a look into a world, beside those that it has")
    add_look.add_argument("file", type=Path, help="the .blend")
    add_look.add_argument("look", type=Path, metavar="IMAGE", help="any picture that Blender reads")
    add_look.add_argument("--look-frame", type=int, help="the frame that it shows (default: the first)")
    add_look.add_argument("--camera", help="the camera that it was seen through (default: the shot's)")
    paint = commands.add_parser("paint-over", help="write what was painted on a frame of a take into its world")
    paint.add_argument("file", type=Path, help="the .blend")
    paint.add_argument("paint", type=Path, metavar="PICTURE", help="as Paint Over This Frame made it, painted on")
    for parser_of_picture in (add_look, paint):
        parser_of_picture.add_argument("--world", metavar="NAME", help="default: the one chosen in the .blend")
        _add_backend(parser_of_picture)

    export = commands.add_parser("export", help="write the cameras of a .blend to a file")
    export.add_argument("file", type=Path, help="the .blend")
    export.add_argument("--cameras", type=Path, required=True, metavar="OUT.npz", help="the file to write")
    export.add_argument("--width", type=int, help="pixels across that the intrinsics are for")

    demo = commands.add_parser("demo-set", help="write a .blend with the demonstration set")
    demo.add_argument("file", type=Path, metavar="OUT.blend")

    look = commands.add_parser("look", help="render a look from a .blend")
    look.add_argument("file", type=Path, help="the .blend")
    look.add_argument("image", type=Path, metavar="OUT.png")
    look.add_argument("--frame", type=int, help="default: the one that the .blend was saved at")
    look.add_argument("--width", type=int, help="pixels across, a multiple of 8")
    look.add_argument("--samples", type=int, help="default: 64")
    look.add_argument("--engine", choices=("CYCLES", "EEVEE"), default="CYCLES", help="EEVEE needs a GPU")
    look.add_argument("--scene", metavar="NAME", help="default: the one that the .blend was saved in")
    look.add_argument("--loud", action="store_true", help="let Blender's own lines through, with every sample")
    return parser


def _add_shots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the .blend")
    parser.add_argument("--shots", default="all", help="all, or names with commas between (default: all)")


def _add_backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, help="data folder of the backend on this machine")
    parser.add_argument("--backend", metavar="URL", help=f"a backend that runs elsewhere (token: {TOKEN_VARIABLE})")


@contextmanager
def _addon(arguments: argparse.Namespace) -> Iterator[None]:
    """The add-on registered and enabled, with the preferences that the arguments name; all is undone after."""
    import bpy

    from . import preferences, registration
    from .event_pump import pump

    registered = hasattr(bpy.types.Scene, "mirage")
    if not registered:
        registration.register()
    addons = bpy.context.preferences.addons
    enabled = preferences.MiragePreferences.bl_idname in addons
    if not enabled:
        addons.new().module = preferences.MiragePreferences.bl_idname
    chosen = preferences.current(bpy.context)
    wanted = {
        "address": getattr(arguments, "backend", None),
        "token": os.environ.get(TOKEN_VARIABLE),
        "data_dir": str(arguments.data_dir.absolute()) if getattr(arguments, "data_dir", None) else None,
    }
    before = {name: getattr(chosen, name) for name in wanted}
    try:
        for name, value in wanted.items():
            if value is not None:
                setattr(chosen, name, value)
        yield
    finally:
        pump.stop_started()
        # Looked up again: loading factory settings frees all preferences.
        addons = bpy.context.preferences.addons
        addon = addons.get(preferences.MiragePreferences.bl_idname)
        if addon is not None:
            for name, value in before.items():
                setattr(addon.preferences, name, value)
            if not enabled:
                addons.remove(addon)
        if not registered:
            registration.unregister()  # the bpy module crashes at its end where Python classes are left in it


def _generate(arguments: argparse.Namespace) -> int:
    import bpy

    scene = _open(arguments.file)
    _choose(scene.mirage, arguments)
    with_takes = scene.mirage.world_id or scene.mirage.world_name
    regenerate = arguments.stale_only and with_takes
    operator, rate = bpy.ops.mirage.regenerate_stale if regenerate else bpy.ops.mirage.generate_take, _rate(scene)
    state = _carry_out(operator)
    if state.job_state == "FAILED" and _rate(scene) != rate:  # the backend has told its engine's frames only then
        state = _carry_out(operator)
    if state.result and arguments.save:
        _run(bpy.ops.wm.save_mainfile)
    if state.job_state != "DONE":
        raise MirageError(state.message or "The takes were not made.", state.hint)
    where = f"{state.frames_saved} frames lie in {Path(state.result).parent.parent}" if state.result else ""
    print(where or "Everything is up to date.")
    return 0


def _rate(scene: Any) -> float:
    from .scene.engine_rates import rate_of

    return rate_of(scene.mirage.engine)


def _survey(arguments: argparse.Namespace) -> int:
    import bpy

    scene = _open(arguments.file)
    _choose(scene.mirage, arguments)
    state = _carry_out(bpy.ops.mirage.survey_coverage)
    for shot in state.coverage:
        print(f"{shot.name}: {shot.text} {shot.stale or 'There is no take of it yet.'}")
    if state.job_state != "DONE":
        raise MirageError(state.message or "The shots were not looked at.", state.hint)
    return 0


def _add_look(arguments: argparse.Namespace) -> int:
    import bpy

    scene = _open(arguments.file)
    _choose(scene.mirage, arguments)
    if arguments.camera:
        scene.mirage.look_camera = bpy.data.objects.get(arguments.camera)
        if scene.mirage.look_camera is None:
            raise SceneNotReady(f"There is no camera {arguments.camera!r}.", "Check the name for a typing error.")
    return _write_picture(bpy.ops.mirage.add_look)


def _paint_over(arguments: argparse.Namespace) -> int:
    import bpy

    scene = _open(arguments.file)
    _choose(scene.mirage, arguments)
    scene.mirage.paint_path = str(arguments.paint.absolute())
    return _write_picture(bpy.ops.mirage.use_paint_over)


def _write_picture(operator: Any) -> int:
    state = _carry_out(operator)
    if state.job_state != "DONE":
        raise MirageError(state.message or "The picture was not written.", state.hint)
    for commit in state.commits:
        if commit.kind == "seed_view":
            print(f"{commit.name}: {commit.text}{' (reverted)' if commit.state != 'live' else ''}")
    return 0


def _carry_out(operator: Any) -> Any:
    """Runs an operator and what it sets going, to the end; Ctrl-C cancels. Returns the state that the panel shows."""
    import bpy

    from .event_pump import pump

    state = bpy.context.window_manager.mirage
    progress = TerminalProgress(sys.stdout)
    _run(operator)
    try:
        pump.run_until_idle(lambda: progress.show(state.title, state.phase, state.progress))
    except KeyboardInterrupt:
        pump.cancel()
        pump.run_until_idle()
    progress.end()
    for warning in state.warnings:
        print(f"Note: {warning.name}")
    return state


def _choose(settings: Any, arguments: argparse.Namespace) -> None:
    """What the command line names, over what the .blend holds."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    if "shots" in given:
        everything = arguments.shots.strip().lower() == "all"
        settings.shot_choice = "ALL" if everything else "NAMED"
        settings.shot_names = "" if everything else arguments.shots
    if "look" in given:
        settings.look_source, settings.look_path = "IMAGE", str(arguments.look.absolute())
        settings.look_frame, settings.look_camera = -1, None
    if "world" in given and arguments.world != settings.world_name:
        settings.world_id, settings.world_name = "", arguments.world
    if "out" in given:
        settings.output_folder = str(arguments.out.absolute())
    for name in ("look_frame", "look_strength", "engine", "prompt", "width", "seed"):
        if name in given:
            _set(settings, name, given[name])
    if given.get("no_memory"):
        settings.use_memory = False


def _export(arguments: argparse.Namespace) -> int:
    from .formats.npz import write_cameras_npz
    from .scene.read_camera import fit_resolution, read_camera_path
    from .scene.read_shots import read_shots

    scene = _open(arguments.file)
    size = fit_resolution(scene, arguments.width or scene.mirage.width)
    shots = {shot.name: read_camera_path(scene, shot, *size) for shot in read_shots(scene)}
    write_cameras_npz(arguments.cameras, shots)
    print(f"{len(shots)} shots, {sum(map(len, shots.values()))} cameras: {arguments.cameras}")
    return 0


def _demo_set(arguments: argparse.Namespace) -> int:
    import bpy

    from .scene.demo_set import new_demo_file

    new_demo_file()
    arguments.file.absolute().parent.mkdir(parents=True, exist_ok=True)
    _run(bpy.ops.wm.save_as_mainfile, filepath=str(arguments.file.absolute()))
    print(f"The demo set: {arguments.file}")
    return 0


def _look(arguments: argparse.Namespace) -> int:
    import bpy

    from .scene.read_camera import fit_resolution
    from .scene.render_look import render_look

    scene = _open(arguments.file)
    if arguments.scene is not None:
        scene = bpy.data.scenes.get(arguments.scene)
        if scene is None:
            raise SceneNotReady(f"There is no scene {arguments.scene!r} in the file.", "Check the name.")
    if arguments.frame is not None:
        scene.frame_set(arguments.frame)
    settings = scene.mirage
    height, width = fit_resolution(scene, arguments.width or settings.width)
    with nullcontext() if arguments.loud else _quiet():
        samples = arguments.samples or settings.look_samples
        render_look(scene, arguments.image.absolute(), arguments.engine, samples, width, height)
    print(f"The look at frame {scene.frame_current}, {width}x{height}: {arguments.image}")
    return 0


_COMMANDS = {
    "generate": _generate,
    "survey": _survey,
    "add-look": _add_look,
    "paint-over": _paint_over,
    "export": _export,
    "demo-set": _demo_set,
    "look": _look,
}


def _open(path: Path) -> Any:
    """Opens a .blend and returns its scene. Raises SceneNotReady."""
    import bpy

    if not path.is_file():
        raise SceneNotReady(f"There is no file {path}.", "Check the path for a typing error.")
    try:
        _run(bpy.ops.wm.open_mainfile, filepath=str(path.absolute()), load_ui=False)
    except MirageError as error:
        raise SceneNotReady(
            f"{path} could not be opened: {error.message}", "Is it a .blend of a newer Blender?"
        ) from error
    return bpy.context.scene


def _run(operator: Any, **values: Any) -> None:
    """Runs an operator. Raises MirageError with what it reports."""
    try:
        with _quiet():
            result = operator(**values)
    except RuntimeError as error:
        message, _, hint = str(error).strip().removeprefix("Error: ").partition("\n")
        raise MirageError(message.strip(), hint) from error
    if result != {"FINISHED"}:
        raise MirageError(f"{operator.idname_py()} did not finish.", "Blender's own words above may say why.")


def _set(settings: Any, name: str, value: Any) -> None:
    """Sets a property. Raises SceneNotReady where Blender does not take the value."""
    try:
        setattr(settings, name, value)
    except TypeError as error:
        raise SceneNotReady(f"{value!r} is no {name}: {error}", "See `generate --help`.") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Blender's own standard output left out: it echoes every report, and Cycles prints a line a sample."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


if __name__ == "__main__":
    raise SystemExit(main())
