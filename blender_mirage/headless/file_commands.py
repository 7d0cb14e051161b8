"""The commands that need no backend: cameras, the demonstration set, a rendered look."""

from __future__ import annotations

import argparse

import bpy

from ..core.render_lines import progress_line
from ..formats.npz import write_cameras_npz
from ..scene.demo_set import new_demo_file
from ..scene.read_camera import fit_resolution, read_camera_path
from ..scene.read_shots import read_shots, require_takeable, scene_of
from ..scene.render_look import render_look, render_told
from .open_file import open_file
from .session import quiet, run


def export(arguments: argparse.Namespace) -> int:
    scene = open_file(arguments.file, arguments.scene)
    size = fit_resolution(scene, arguments.width or scene.mirage.width)
    shots = read_shots(scene)
    require_takeable(shots)
    cameras = {shot.name: read_camera_path(scene_of(scene, shot), shot, *size) for shot in shots}
    write_cameras_npz(arguments.cameras, cameras)
    print(f"{len(cameras)} shots, {sum(map(len, cameras.values()))} cameras: {arguments.cameras}")
    return 0


def demo_set(arguments: argparse.Namespace) -> int:
    new_demo_file()
    arguments.file.absolute().parent.mkdir(parents=True, exist_ok=True)
    run(bpy.ops.wm.save_as_mainfile, filepath=str(arguments.file.absolute()))
    print(f"The demo set: {arguments.file}")
    return 0


def look(arguments: argparse.Namespace) -> int:
    if arguments.progress:
        print(progress_line("opening the copy"), flush=True)
    scene = open_file(arguments.file, arguments.scene)
    if arguments.frame is not None:
        scene.frame_set(arguments.frame)
    settings = scene.mirage
    height, width = fit_resolution(scene, arguments.width or settings.width)
    with render_told() if arguments.progress else quiet():
        samples = arguments.samples or settings.look_samples
        render_look(scene, arguments.image.absolute(), arguments.engine, samples, width, height)
    print(f"The look at frame {scene.frame_current}, {width}x{height}: {arguments.image}")
    return 0
