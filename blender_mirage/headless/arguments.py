"""What the command line may say."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .ending import EXIT_CODES

TOKEN_VARIABLE = "MIRAGE_TOKEN"


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="blender_mirage", description="Blender Mirage without a window.", epilog=EXIT_CODES
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    generate = _command(commands, "generate", "make takes of the shots of a .blend")
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

    survey = _command(commands, "survey", "say what the world has seen of the shots, and which takes are stale")
    _add_shots(survey)
    survey.add_argument("--out", type=Path, help="folder of the takes; the coverage pictures go into it too")
    survey.add_argument("--width", type=int, help="pixels across, as for the takes that are compared")
    survey.add_argument("--world", metavar="NAME", help="the world to ask (default: the one chosen in the .blend)")
    _add_backend(survey)

    add_look = _command(commands, "add-look", "write a look into a world, beside those that it has")
    add_look.add_argument("file", type=Path, help="the .blend")
    add_look.add_argument("look", type=Path, metavar="IMAGE", help="any picture that Blender reads")
    add_look.add_argument("--look-frame", type=int, help="the frame that it shows (default: the first)")
    add_look.add_argument("--camera", help="the camera that it was seen through (default: the shot's)")
    paint = _command(commands, "paint-over", "write what was painted on a frame of a take into its world")
    paint.add_argument("file", type=Path, help="the .blend")
    paint.add_argument("paint", type=Path, metavar="PICTURE", help="as Paint Over This Frame made it, painted on")
    for parser_of_picture in (add_look, paint):
        _add_scene(parser_of_picture)
        parser_of_picture.add_argument("--world", metavar="NAME", help="default: the one chosen in the .blend")
        _add_backend(parser_of_picture)

    export = _command(commands, "export", "write the cameras of a .blend to a file")
    export.add_argument("file", type=Path, help="the .blend")
    _add_scene(export)
    export.add_argument("--cameras", type=Path, required=True, metavar="OUT.npz", help="the file to write")
    export.add_argument("--width", type=int, help="pixels across that the intrinsics are for")

    demo = _command(commands, "demo-set", "write a .blend with the demonstration set")
    demo.add_argument("file", type=Path, metavar="OUT.blend")

    look = _command(commands, "look", "render a look from a .blend")
    look.add_argument("file", type=Path, help="the .blend")
    look.add_argument("image", type=Path, metavar="OUT.png")
    look.add_argument("--frame", type=int, help="default: the one that the .blend was saved at")
    look.add_argument("--width", type=int, help="pixels across, a multiple of 8")
    look.add_argument("--samples", type=int, help="default: as the .blend says, 16 where it says nothing")
    look.add_argument("--engine", choices=("CYCLES", "EEVEE"), default="CYCLES", help="EEVEE needs a GPU")
    _add_scene(look)
    look.add_argument("--progress", action="store_true", help="print a line for each step, for programs to read")

    read = commands.add_parser("read")  # no help: the add-on starts it by itself, nobody types it
    read.add_argument("errand", type=Path)
    return whole


def _command(commands: Any, name: str, words: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words, epilog=EXIT_CODES)
    return made


def _add_scene(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scene", metavar="NAME", help="default: the one that the .blend was saved in")


def _add_shots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the .blend")
    _add_scene(parser)
    parser.add_argument("--shots", default="all", help="all, or names with commas between (default: all)")
    parser.add_argument(
        "--shot",
        action="append",
        metavar="NAME",
        help="a shot by its whole name (--shot=-NAME where it begins so); may be repeated",
    )


def _add_backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, help="data folder of the backend on this machine")
    parser.add_argument("--backend", metavar="URL", help=f"a backend that runs elsewhere (token: {TOKEN_VARIABLE})")
