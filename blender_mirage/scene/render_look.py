"""Renders the current frame as a look, with the user's own engine, and leaves every setting as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bpy
import gpu

from ..compat import cycles_denoises, eevee, set_png
from ..core.errors import SceneNotReady
from ..core.render_lines import line_of_stats
from ..core.take_files import replacing
from .read_camera import check_camera, read_at
from .temporary import changed

ENGINES = ("CYCLES", "EEVEE", "VIEWPORT")

_IMAGE_SETTINGS = ("media_type", "file_format", "color_mode", "color_depth")  # in the order in which they can be set

_SAMPLES_WITHOUT_DENOISER = 4
"""Times as many, for half the noise."""


def render_look(scene: bpy.types.Scene, path: Path, engine: str, samples: int, width: int, height: int) -> None:
    """Renders `scene` at its current frame through its camera to the PNG `path`, whole or not at all.

    The picture covers the frame that `read_camera_path` describes for (height, width). Raises SceneNotReady where there
    is no perspective camera, or no GPU for an engine that needs one; TakeNotWritable where the file cannot be written.
    """
    if engine not in ENGINES:
        raise ValueError(f"expected one of {ENGINES}, got {engine!r}")
    if scene.camera is None:
        raise SceneNotReady(f"The scene {scene.name!r} has no camera.", "Add a camera and make it the scene's camera.")
    check_camera(scene.camera)
    read_at(scene.camera, bpy.context.evaluated_depsgraph_get(), scene.frame_current, (height, width))
    if engine == "VIEWPORT" and not gpu_is_there():
        raise SceneNotReady(
            f"{engine} needs a GPU with a window, and this Blender runs in the background without one.",
            "Render the look with Cycles, or choose an image file.",
        )
    with _look_settings(scene, engine, samples, width, height), replacing(path) as beside:
        try:
            if engine == "VIEWPORT":
                bpy.ops.render.opengl(view_context=False)
            else:
                bpy.ops.render.render(scene=scene.name)
        except RuntimeError as error:
            raise SceneNotReady(
                f"The look could not be rendered: {_first_cause(error)}.",
                "Render the frame yourself (F12) and choose the image file.",
            ) from error
        bpy.data.images["Render Result"].save_render(str(beside), scene=scene)


@contextmanager
def render_told() -> Iterator[None]:
    """Prints how far the renders of the block are, for the Blender that reads along; see `core.render_lines`."""
    last = ""

    def tell(stats: object, *_: object) -> None:
        nonlocal last
        line = line_of_stats(str(stats))
        if line != last:
            print(line, flush=True)
            last = line

    bpy.app.handlers.render_stats.append(tell)
    try:
        yield
    finally:
        bpy.app.handlers.render_stats.remove(tell)


def gpu_is_there() -> bool:
    """Whether Blender can draw: false in the bpy module and mostly in `blender -b`."""
    try:
        gpu.platform.renderer_get()
    except SystemError:  # what gpu raises in background mode
        return False
    return True


def _first_cause(error: RuntimeError) -> str:
    """Blender's own words, without its "Error: " and the repetitions that follow."""
    return next(iter(str(error).strip().splitlines()), "unknown").removeprefix("Error: ").rstrip(".")


@contextmanager
def _look_settings(scene: bpy.types.Scene, engine: str, samples: int, width: int, height: int) -> Iterator[None]:
    render = scene.render
    # The frame keeps the render's shape, though rounding to the grid changed the ratio of columns to rows a little.
    stretch = (render.pixel_aspect_x * render.resolution_x / width) / (
        render.pixel_aspect_y * render.resolution_y / height
    )
    with ExitStack() as stack:
        stack.enter_context(
            changed(
                render,
                engine=eevee() if engine == "EEVEE" else ("CYCLES" if engine == "CYCLES" else render.engine),
                resolution_x=width,
                resolution_y=height,
                resolution_percentage=100,
                pixel_aspect_x=max(stretch, 1.0),
                pixel_aspect_y=max(1.0 / stretch, 1.0),
                use_border=False,
                use_sequencer=False,
                use_compositing=False,
                use_multiview=False,
                film_transparent=False,
            )
        )
        if engine == "CYCLES":
            denoise = cycles_denoises()
            samples = samples if denoise else samples * _SAMPLES_WITHOUT_DENOISER
            stack.enter_context(changed(scene.cycles, samples=samples, use_denoising=denoise))
        elif engine == "EEVEE":
            stack.enter_context(changed(scene.eevee, taa_render_samples=samples))
        image_settings = render.image_settings
        names = [name for name in _IMAGE_SETTINGS if hasattr(image_settings, name)]
        stack.enter_context(changed(image_settings, **{name: getattr(image_settings, name) for name in names}))
        set_png(image_settings)
        yield
