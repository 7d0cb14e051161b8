"""The live look: the engine's frame over the camera's view, made anew as the camera or the set moves.

A timer looks what there is to see, asks and takes what was answered; a drawing handler lays the last frame over every
viewport that looks through its camera. Nothing of it is written into the file. While the frame is not of what the
viewport shows, it is half transparent, so that the greybox leads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from ..core.backend_process import BackendSettings, StartedBackend
from ..core.errors import MirageError
from ..core.live_link import LiveAnswer, LiveLink, LiveQuestion, SetRead
from ..core.live_pace import FrameSize, Pace, frame_size
from ..core.live_words import (
    NO_CAMERA_VIEW,
    NO_WORLD,
    NOTHING_THERE,
    ORTHOGRAPHIC,
    READING,
    RENDERING,
    describe_frame,
    describe_link,
    describe_seen,
)
from ..wire.live import ViewInfo, ViewRequest
from .live_camera import Pose, camera_of_view, frame_rectangle, read_pose
from .live_scene import LiveScene
from .read_camera import fit_resolution
from .redraws import redraw_sidebars, redraw_views

TICK_S = 1 / 40
IDLE_TICK_S = 0.1
READING_S = 0.01
STILL_S = 0.2
"""What has not changed for so long stands still."""
BEHIND = 0.5
"""Of the opacity, while the frame is behind what the viewport shows."""
FADE_S = 0.12
TEXT_S = 0.4
"""The words are not changed more often."""


@dataclass(frozen=True)
class Sight:
    """What a frame shows. Two equal ones show the same, but for their sizes."""

    scene: int
    frame: int
    pose: Pose
    place: SetRead
    world_id: str
    prompt: str
    seed: int
    look_strength: float
    engine: str

    def question(self, size: FrameSize, steps: int) -> LiveQuestion:
        request = ViewRequest(
            self.engine,
            size.height,
            size.width,
            self.frame,
            set_key="",
            prompt=self.prompt,
            seed=self.seed,
            look_strength=self.look_strength,
            steps=steps,
        )
        return LiveQuestion(self.world_id, request, self.pose.arrays(size.height, size.width), self.place, self)


class LiveLook:
    """On or off; for the main thread."""

    def __init__(self) -> None:
        self.scene = LiveScene()
        self._timer = self._tick  # one object: Blender finds its timers by identity
        self._link: LiveLink | None = None
        self._keep_backend: Callable[[StartedBackend], None] | None = None
        self._handlers: list[tuple[list[Any], Any]] = []
        self._drawing: Any = None
        self._picture: Any = None
        self._stop_all()

    @property
    def on(self) -> bool:
        return self._link is not None

    def start(self, settings: BackendSettings, keep_backend: Callable[[StartedBackend], None]) -> None:
        """keep_backend: told of the backend, where this had to start one."""
        if self.on:
            return
        self._link, self._keep_backend = LiveLink(settings), keep_backend
        self._link.start()
        handlers = bpy.app.handlers
        for handler, function in (
            (handlers.depsgraph_update_post, self._note),
            (handlers.frame_change_post, self._note),
            (handlers.undo_post, self._forget),
            (handlers.redo_post, self._forget),
        ):
            handler.append(function)
            self._handlers.append((handler, function))
        if not bpy.app.background:
            from .live_picture import LivePicture

            self._picture = LivePicture()
            self._drawing = bpy.types.SpaceView3D.draw_handler_add(self._draw, (), "WINDOW", "POST_PIXEL")
        bpy.app.timers.register(self._timer, first_interval=0.0)
        self._state().live_on = True

    def stop(self) -> None:
        """At once; an answer that is under way comes to nobody."""
        if not self.on:
            return
        if bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)
        for handler, function in self._handlers:
            if function in handler:
                handler.remove(function)
        if self._drawing is not None:
            bpy.types.SpaceView3D.draw_handler_remove(self._drawing, "WINDOW")
            self._picture.free()
        self._link.stop()
        if self._link.started_backend is not None and self._keep_backend is not None:
            self._keep_backend(self._link.started_backend)
        self._stop_all()
        state = self._state()
        state.live_on, state.live_text, state.live_seen = False, "", ""
        redraw_views()

    def tick(self) -> float:
        """One turn: looks, asks, shows. Returns seconds to the next."""
        assert self._link is not None
        answer = self._link.take()
        if answer is not None:
            self._show(answer)
        problem = self._look()
        self._tell(problem)
        if self._fade() or answer is not None:
            redraw_views()
        return IDLE_TICK_S if problem else TICK_S

    def _look(self) -> str:
        """Asks for what is seen now, where it is not asked for already. Returns why there is nothing to ask."""
        assert self._link is not None
        if bpy.app.is_job_running("RENDER"):
            return RENDERING
        found = _looked_through()
        if found is None:
            return ORTHOGRAPHIC if _only_orthographic() else NO_CAMERA_VIEW
        window, space = found
        scene, view_layer = window.scene, window.view_layer
        if not scene.mirage.world_id:
            return NO_WORLD
        view_layer.update()  # what Python has changed or removed since Blender last looked
        self.scene.read_on(scene, view_layer, READING_S)
        if self.scene.current is None:
            return str(self.scene.problem or READING)
        if not self.scene.current.instances:
            return NOTHING_THERE
        camera = camera_of_view(space, scene)
        try:
            pose = read_pose(camera, view_layer.depsgraph)
        except MirageError as error:
            return str(error)
        self._ask(scene, pose)
        return "" if self._shown is not None or self._link.state.name != "ready" else READING

    def _ask(self, scene: bpy.types.Scene, pose: Pose) -> None:
        assert self._link is not None and self.scene.current is not None
        settings, now = scene.mirage, time.monotonic()
        sight = Sight(
            scene.session_uid,
            scene.frame_current,
            pose,
            self.scene.current,
            settings.world_id,
            settings.prompt,
            settings.seed,
            settings.look_strength,
            settings.engine,
        )
        if sight != self._sight:
            self._sight, self._changed_at = sight, now
        height, width = fit_resolution(scene, settings.width)
        self._full = FrameSize(height, width)
        still = self._still(now)
        size, steps = self._pace.size(self._state().live_size, self._full, still), settings.steps if still else 0
        if (sight, size, steps) == self._asked:
            return
        caught_up = self._asked is not None and self._asked[0] == sight
        if caught_up and not self._link.free:
            return  # first what shows it at all, then what shows it well
        self._asked = sight, size, steps
        self._link.ask(sight.question(size, steps))

    def _still(self, now: float) -> bool:
        return now - self._changed_at >= STILL_S

    def _show(self, answer: LiveAnswer) -> None:
        image, sight = answer.arrays["image"], answer.question.mark
        assert isinstance(sight, Sight)
        self._shown, self._answer = sight, answer
        self._size = FrameSize(image.shape[0], image.shape[1])
        self._pace.note(self._size, answer.seconds, self._full)
        if self._picture is not None:
            self._picture.show(image)

    def _tell(self, problem: str) -> None:
        assert self._link is not None
        now, state, link = time.monotonic(), self._state(), self._link.state
        if now - self._told_at < TEXT_S:
            return
        seen = ""
        if problem:
            text = problem
        elif link.name in ("busy", "failed") or self._answer is None:
            text = describe_link(link)
        else:
            assert isinstance(self._answer.info, ViewInfo)
            text = describe_frame(self._size, self._pace.rate, moving=not self._still(now))
            seen = describe_seen(self._answer.info)
        if (text, seen) != (state.live_text, state.live_seen):
            self._told_at = now
            state.live_text, state.live_seen = text, seen
            redraw_sidebars()

    def _fade(self) -> bool:
        """Moves the opacity to where it should be; False where it is there."""
        now, before = time.monotonic(), self._opacity
        self._opacity = self._state().live_opacity
        step, self._faded_at = (now - self._faded_at) / FADE_S * (1 - BEHIND), now
        wanted = 1.0 if self._shown is not None and self._shown == self._sight else BEHIND
        if self._strength == wanted:
            return bool(self._opacity != before)
        self._strength = (
            min(wanted, self._strength + step) if wanted > self._strength else max(wanted, self._strength - step)
        )
        return True

    def _draw(self) -> None:
        """In every region of every 3D View."""
        context, shown = bpy.context, self._shown
        space, view = context.space_data, context.region_data
        if shown is None or view is None or view.view_perspective != "CAMERA":
            return
        camera = camera_of_view(space, context.scene)
        if camera is None or camera.session_uid != shown.pose.camera or context.scene.session_uid != shown.scene:
            return
        size = (context.region.width, context.region.height)
        try:
            data = camera.evaluated_get(context.view_layer.depsgraph).data
            where = frame_rectangle(data, context.scene, view.window_matrix, size)
        except MirageError:
            return  # the panel says what is wrong with the camera
        self._picture.draw(where, self._opacity * self._strength)

    def _tick(self) -> float | None:
        return self.tick() if self.on else None

    def _note(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
        self.scene.note(scene, depsgraph)

    def _forget(self, *_: object) -> None:
        self.scene.forget()

    def _stop_all(self) -> None:
        self.scene.forget()
        self._link = self._drawing = self._picture = None
        self._handlers.clear()
        self._pace = Pace()
        self._sight: Sight | None = None
        self._shown: Sight | None = None
        self._asked: tuple[Sight, FrameSize, int] | None = None
        self._size = self._full = frame_size(1, 1)
        self._answer: LiveAnswer | None = None
        self._strength, self._faded_at, self._changed_at, self._told_at = BEHIND, 0.0, 0.0, 0.0
        self._opacity = 1.0

    def _state(self) -> Any:
        return bpy.context.window_manager.mirage


live_look = LiveLook()


def unregister() -> None:
    live_look.stop()


def _views() -> Iterator[tuple[bpy.types.Window, bpy.types.SpaceView3D, bpy.types.RegionView3D]]:
    """Of all windows; a quad view has four."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                space = area.spaces.active
                for view in space.region_quadviews or (space.region_3d,):
                    yield window, space, view


def _looked_through() -> tuple[bpy.types.Window, bpy.types.SpaceView3D] | None:
    """The first 3D View that looks through a camera."""
    for window, space, view in _views():
        if view.view_perspective == "CAMERA" and camera_of_view(space, window.scene) is not None:
            return window, space
    return None


def _only_orthographic() -> bool:
    kinds = {view.view_perspective for _, _, view in _views()}
    return kinds == {"ORTHO"}
