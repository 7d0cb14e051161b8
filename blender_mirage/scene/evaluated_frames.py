"""The frames of a scene one after the other, each as Blender evaluates it for a render or for the viewport.

Only a render engine is handed what a render sees: objects whose eye is closed or that the monitor icon hides, modifiers
and subdivision levels for renders only, all view layers that render. So one of our own asks Blender to render: it draws
nothing, but moves through the frames and shows each to `visit`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType

import bpy

from ..core.errors import SceneNotReady
from .playhead import Playhead
from .simulations import frames_to_simulate, simulate, simulated_as_rendered, simulations
from .temporary import changed, silenced_render_handlers
from .visibility import RENDER, evaluation_mode, layers_to_read

Source = bpy.types.Context | bpy.types.Scene
Visit = Callable[[int, bpy.types.Depsgraph], None]

_ENGINE = "MIRAGE_FRAMES"
_BLOCK_SECONDS = 1.0
"""After so long Blender is left, so that progress can be told; but a set that takes long to evaluate is not evaluated
anew for a few frames: see `_Block`."""
_LAST_FRAME = 1_048_574
_PIXELS = 4
"""Side of the picture that nobody draws. At the full size it would take gigabytes."""


def walk_frames(
    source: Source, frames: Sequence[float], visit: Visit, mode: str = "", camera: bpy.types.Object | None = None
) -> Iterator[tuple[int, int]]:
    """Calls `visit(index, depsgraph)` for every frame of `frames`, which may have fractions; the depsgraph is good
    until `visit` returns. Yields (done, total) every now and then. Closing it early puts the playhead back, too.

    source: a scene, or a context, whose view layer the viewport shows. mode: RENDER or VIEWPORT; by default as the
    scene says. For a render there may be several view layers (`depsgraph.view_layer`): all frames of one, then all of
    the next, so that `visit` meets an index more than once. camera: is evaluated also where no view layer holds it.
    Physics that are not baked are walked through first.
    An error that `visit` raises ends the walk. Raises SceneNotReady where no view layer renders.
    """
    with Playhead(source) as playhead, _evaluated_too(playhead.scene, camera), ExitStack() as stack:
        mode = mode or evaluation_mode(playhead.scene)
        found = simulations(playhead.scene, playhead.view_layer, mode)
        if mode == RENDER:
            stack.enter_context(simulated_as_rendered(found))
        last = max(frames, default=-math.inf)
        before = frames_to_simulate(found, last)
        layers = [layer.name for layer in layers_to_read(playhead.scene)] if mode == RENDER else [""]
        done, total = 0, before + len(layers) * len(frames)
        for _ in simulate(found, last):
            done += 1
            yield done, total
        if mode == RENDER:
            painted = min((one.first for one in found if one.painted), default=math.inf)
            block = _Block(visit, frames, painted, in_one_go=bool(found))
            steps = _walk_renders(playhead, layers, block)
        else:
            steps = _walk_viewport(playhead, frames, visit)
        for count in steps:
            done += count
            yield done, total


def _walk_viewport(playhead: Playhead, frames: Sequence[float], visit: Visit) -> Iterator[int]:
    for index, frame in enumerate(frames):
        visit(index, playhead.go(frame))
        yield 1


def _walk_renders(playhead: Playhead, layers: Sequence[str], block: _Block) -> Iterator[int]:
    """Yields how many frames were shown since the last time."""
    if not layers:
        raise SceneNotReady(
            f"No view layer of the scene {playhead.scene.name!r} is used for rendering.",
            "Switch on Use for Rendering in the View Layer properties.",
        )
    together = [layers] if block.in_one_go else [[layer] for layer in layers]
    for some in together:
        block.begin(some)
        while block.left:
            before = len(block.left)
            _evaluate(playhead.scene, some, block)
            yield before - len(block.left)


class _Block:
    """What one render is to show: as many frames as go into the time."""

    def __init__(self, visit: Visit, frames: Sequence[float], painted: float, in_one_go: bool) -> None:
        """painted: the frame from which on all frames have to be walked through in each render; infinite for none.
        in_one_go: all of it, however long it takes: between two renders Blender drops what physics have in memory."""
        self._visit, self._frames, self._painted = visit, tuple(frames), painted
        self.in_one_go = in_one_go
        self.left: list[tuple[str, int, float]] = []
        """(view layer, index, frame) of what is still to be shown."""
        self.error: BaseException | None = None
        """What `visit` raised. Blender would print it and go on."""

    def begin(self, layers: Sequence[str]) -> None:
        """All frames of these view layers are to be shown."""
        self.left = [(layer, index, frame) for layer in layers for index, frame in enumerate(self._frames)]

    def show(self, engine: bpy.types.RenderEngine, depsgraph: bpy.types.Depsgraph, begun: float) -> None:
        """begun: of `time.perf_counter`, before Blender began to evaluate the set."""
        until, next_painted = 0.0, self._painted
        mine = [one for one in self.left if one[0] == depsgraph.view_layer.name]
        if self.error is not None:
            return
        with self:
            while mine and not 0.0 < until < time.perf_counter():
                one = mine.pop(0)
                _, index, frame = one
                while next_painted < frame:
                    engine.frame_set(int(next_painted), subframe=0.0)
                    next_painted += 1
                whole = math.floor(frame)
                engine.frame_set(whole, subframe=frame - whole)
                now = time.perf_counter()
                until = until or now + max(_BLOCK_SECONDS, 4 * (now - begun), math.inf if self.in_one_go else 0.0)
                self._visit(index, depsgraph)
                self.left.remove(one)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.error = error
        return True  # it is raised again once Blender has come back


def _evaluate(scene: bpy.types.Scene, layers: Sequence[str], block: _Block) -> None:
    """Shows `block` a render's depsgraphs of some view layers. Raises what `visit` raised; SceneNotReady where Blender
    does not evaluate the scene."""
    before, begun, problem = len(block.left), time.perf_counter(), "it was stopped"

    class Frames(bpy.types.RenderEngine):
        bl_idname = _ENGINE
        bl_label = "Blender Mirage"

        def render(self, depsgraph: bpy.types.Depsgraph) -> None:
            block.show(self, depsgraph, begun)

    bpy.utils.register_class(Frames)
    try:
        with _only(scene, layers), silenced_render_handlers(), _no_picture():
            _render(scene)
    except RuntimeError as error:  # Blender's reports; the frames may have been shown all the same
        problem = str(error).strip()
    finally:
        bpy.utils.unregister_class(Frames)
    if block.error is not None:
        raise block.error
    if len(block.left) == before:
        raise SceneNotReady(
            f"Blender did not evaluate the scene {scene.name!r} for a render: {problem}.",
            "Render a frame yourself (F12) to see why, or set Use Settings For to Viewport.",
        )


def _render(scene: bpy.types.Scene) -> None:
    """By its name, and not by an override of the context: while an operator runs, Blender asks an override for every
    scene and window that it needs, and with Python before 3.12 it does so without the interpreter's lock where another
    thread runs Python, which ends the process now and then."""
    if bpy.data.scenes.get(scene.name) == scene:
        bpy.ops.render.render(scene=scene.name)
        return
    with bpy.context.temp_override(scene=scene):  # a linked scene has a local one's name
        bpy.ops.render.render()


@contextmanager
def _only(scene: bpy.types.Scene, layers: Sequence[str]) -> Iterator[None]:
    """The scene set to be rendered by our engine, in these view layers and nothing else."""
    render = scene.render
    share = [min(1.0, 100 * _PIXELS / (side * render.resolution_percentage)) for side in _sides(render)]
    with ExitStack() as stack:
        for other in scene.view_layers:
            stack.enter_context(changed(other, use=other.name in layers))
        stack.enter_context(
            changed(
                render,
                engine=_ENGINE,
                use_sequencer=False,
                use_compositing=False,
                use_multiview=False,
                use_freestyle=False,
                use_persistent_data=False,
                use_render_cache=False,
                use_stamp=False,
                use_border=True,
                use_crop_to_border=True,
                border_min_x=0.0,
                border_min_y=0.0,
                border_max_x=share[0],
                border_max_y=share[1],
            )
        )
        stack.enter_context(_some_camera(scene))
        yield


@contextmanager
def _no_picture() -> Iterator[None]:
    """Where there is no Render Result yet, none stays."""
    before = {image.session_uid for image in bpy.data.images}
    try:
        yield
    finally:
        _remove_pictures(before)


def _remove_pictures(before: set[int]) -> None:
    for image in [image for image in bpy.data.images if image.type == "RENDER_RESULT"]:
        if image.session_uid not in before:
            bpy.data.images.remove(image)


def _sides(render: bpy.types.RenderSettings) -> tuple[int, int]:
    return render.resolution_x, render.resolution_y


@contextmanager
def _evaluated_too(scene: bpy.types.Scene, camera: bpy.types.Object | None) -> Iterator[None]:
    """`camera` is the scene's for the block, which the playhead puts back. Where markers switch cameras, one more of
    them, far behind all others, keeps it in the depsgraph."""
    if camera is None or any(marker.camera == camera for marker in scene.timeline_markers):
        yield
        return
    scene.camera = camera
    if all(marker.camera is None for marker in scene.timeline_markers):
        yield
        return
    marker = scene.timeline_markers.new("", frame=_LAST_FRAME)
    marker.camera = camera
    try:
        yield
    finally:
        scene.timeline_markers.remove(marker)


@contextmanager
def _some_camera(scene: bpy.types.Scene) -> Iterator[None]:
    """Blender renders nothing without a camera; a set can be read without one."""
    if scene.camera is not None:
        yield
        return
    lens = bpy.data.cameras.new("Mirage")
    scene.camera = bpy.data.objects.new("Mirage", lens)
    try:
        yield
    finally:
        bpy.data.cameras.remove(lens)  # and the object with it
