"""Keeps the coating of coverage over the scene that is shown up to date, while it is on.

It looks a few times a second at what the answer depends on: the set, the camera, the world and what it remembers. When
that has been still for a moment, the backend is asked; what is drawn stays until the answer is there. Nothing waits,
nothing is asked while a take is read or made, and nothing of it is in the .blend.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import bpy
from bpy.app.handlers import persistent

from ..core.backend_process import BackendSettings, StartedBackend
from ..core.coating import (
    CONNECTING,
    NEVER,
    NO_CAMERA,
    NO_MESH,
    NO_WORLD,
    PARTLY,
    READING,
    SEEN,
    WAITING,
    Coating,
    coating_of,
    legend,
)
from ..core.errors import MirageError
from ..core.live_link import LiveLink, LiveQuestion, SetRead
from ..wire.live import SurfaceInfo, SurfaceRequest
from .draw_coating import CoatingDrawing
from .live_camera import Pose, read_pose
from .live_scene import LiveScene
from .read_camera import fit_resolution
from .redraws import redraw_sidebars
from .scene_keys import shown_scene

QUIET_S = 0.4
"""What is asked about must have been still for so long."""
BEAT_S = 0.1
READING_S = 0.01
"""Of a beat."""

_NAMES = {SEEN: "seen", PARTLY: "partly", NEVER: "never"}
_WORDS = {"connecting": CONNECTING, "preparing": READING, "busy": WAITING}


@dataclass(frozen=True)
class _Subject:
    """What an answer depends on. Two equal ones have the same answer."""

    scene: int
    metres: float
    """That a Blender unit is long."""
    place: SetRead
    camera: Pose
    size: tuple[int, int]
    world: str
    memory: tuple[object, ...]


class CoverageOverlay:
    """The one of this session. For the main thread."""

    def __init__(self) -> None:
        self._live = LiveScene()
        self._link: LiveLink | None = None
        self._drawing = CoatingDrawing(_how_to_draw)
        self._settings: BackendSettings | None = None
        self._keep_backend: Callable[[StartedBackend], None] | None = None
        self._seen: _Subject | None = None
        self._seen_at = 0.0
        self._asked: _Subject | None = None

    @property
    def is_on(self) -> bool:
        return self._settings is not None

    @property
    def coating(self) -> Coating | None:
        """What is drawn."""
        return self._drawing.coating

    def turn_on(
        self,
        settings: BackendSettings,
        translate: Callable[[str], str],
        keep_backend: Callable[[StartedBackend], None],
    ) -> None:
        """Shows the coating as soon as the backend has answered. translate: text over the view, for the user.
        keep_backend: told of the backend, where this had to start one."""
        self.turn_off()
        self._settings, self._keep_backend = settings, keep_backend
        self._drawing.translate = translate
        for handlers, act in _HANDLERS:
            handlers.append(act)
        if not bpy.app.background:  # where no timers run, whoever turned it on beats it
            bpy.app.timers.register(_beat, first_interval=BEAT_S, persistent=True)
        _tell(on=True)

    def turn_off(self) -> None:
        """Nothing of it stays: no handler, no timer, no picture."""
        if not self.is_on:
            return
        self._settings = None
        for handlers, act in _HANDLERS:
            if act in handlers:
                handlers.remove(act)
        if bpy.app.timers.is_registered(_beat):
            bpy.app.timers.unregister(_beat)
        self._hang_up()
        self._drawing.clear()
        self._live.forget()
        self._seen = self._asked = None
        _tell(on=False)

    def beat(self) -> float | None:
        """One look; returns seconds to the next, None where it is off."""
        if self._settings is None:
            return None
        try:
            self._show_answer()
            text = self._look()
        except MirageError as error:
            text = str(error)
        _tell(on=True, text=text)
        return BEAT_S

    def _look(self) -> str:
        """Asks where something has changed. In words, why the coating is not that of what there is to see; empty where
        it is. Raises SceneNotReady where nothing can be judged for the scene's camera."""
        scene, state = shown_scene(), bpy.context.window_manager.mirage
        settings, layer = scene.mirage, _view_layer(scene)
        if not settings.world_id:
            self._drawing.clear()
            self._seen = self._asked = None
            return NO_WORLD
        if state.job_state in ("READING", "RUNNING") or bpy.app.is_job_running("RENDER"):
            return WAITING
        if any(window.screen.is_animation_playing for window in bpy.context.window_manager.windows):
            return state.overlay_text  # it follows when the playhead rests
        self._live.read_on(scene, layer, READING_S)
        if self._live.problem is not None:
            return str(self._live.problem)
        if self._live.current is None or self._live.reading:
            return READING
        if not self._live.current.instances:
            self._drawing.clear()
            return NO_MESH
        if scene.camera is None:
            return NO_CAMERA
        return self._ask_when_still(scene, layer, self._live.current)

    def _ask_when_still(self, scene: bpy.types.Scene, layer: bpy.types.ViewLayer, place: SetRead) -> str:
        height, width = fit_resolution(scene, scene.mirage.width)
        camera, world = read_pose(scene.camera, layer.depsgraph), scene.mirage.world_id
        metres = scene.unit_settings.scale_length
        subject = _Subject(scene.session_uid, metres, place, camera, (height, width), world, _memory(world))
        now = time.monotonic()
        if subject != self._seen:
            self._seen, self._seen_at = subject, now
        if subject != self._asked and now - self._seen_at >= QUIET_S:
            request = SurfaceRequest(scene.mirage.engine, height, width, set_key="")
            self._reach().ask(LiveQuestion(world, request, camera.arrays(height, width), place, subject))
            self._asked = subject
        if self._link is None or self._asked is None:
            return "" if self._drawing.coating else READING
        how = self._link.state
        if how.name == "failed":
            return f"{how.message} {how.hint}".strip()
        return _WORDS.get(how.name, "")

    def _show_answer(self) -> None:
        answer = self._link.take() if self._link is not None else None
        if answer is None or not isinstance(answer.info, SurfaceInfo):
            return
        subject = answer.question.mark
        assert isinstance(subject, _Subject)
        scene = shown_scene()
        if subject.scene == scene.session_uid and subject.world == scene.mirage.world_id:
            self._drawing.show(coating_of(answer.info, answer.arrays, subject.metres), subject.scene)
            _tell(on=True, shares=legend(answer.info))

    def _reach(self) -> LiveLink:
        """The link, which is made where the first question needs it."""
        if self._link is None:
            assert self._settings is not None
            self._link = LiveLink(self._settings)
            self._link.start()
        return self._link

    def _hang_up(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        link.stop()
        if link.started_backend is not None and self._keep_backend is not None:
            self._keep_backend(link.started_backend)

    def note(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
        """Blender has evaluated something anew."""
        self._live.note(scene, depsgraph)

    def forget(self) -> None:
        """An undo or a redo: what was read is gone. What is drawn stays until there is something newer."""
        self._live.forget()


def _view_layer(scene: bpy.types.Scene) -> bpy.types.ViewLayer:
    """The one that the user looks at."""
    for window in bpy.context.window_manager.windows:
        if window.scene == scene:
            return window.view_layer
    return scene.view_layers[0]


def _memory(world_id: str) -> tuple[object, ...]:
    """Of what a world remembers, as far as it is known here, what changes when it does."""
    state = bpy.context.window_manager.mirage
    if state.memory_world != world_id:
        return ()
    return state.memory_text, *((commit.take_id, commit.state) for commit in state.commits)


def _how_to_draw() -> tuple[float, bool]:
    state = bpy.context.window_manager.mirage
    return state.overlay_opacity, state.overlay_only_unseen


def _tell(on: bool, text: str = "", shares: dict[int, str] | None = None) -> None:
    """Writes into the panel's state what differs, and redraws the panel then."""
    state = bpy.context.window_manager.mirage
    values: dict[str, object] = {"overlay_on": on, "overlay_text": text}
    if shares is not None:
        values = {f"overlay_{_NAMES[kind]}": share for kind, share in shares.items()}
    elif not on:
        values |= {f"overlay_{name}": "" for name in _NAMES.values()}
    differing = {name: value for name, value in values.items() if getattr(state, name) != value}
    for name, value in differing.items():
        setattr(state, name, value)
    if differing:
        redraw_sidebars()


overlay = CoverageOverlay()


def _beat() -> float | None:
    return overlay.beat()


@persistent
def _note(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    overlay.note(scene, depsgraph)


@persistent
def _forget(*_: object) -> None:
    overlay.forget()


_HANDLERS = (
    (bpy.app.handlers.depsgraph_update_post, _note),
    (bpy.app.handlers.frame_change_post, _note),
    (bpy.app.handlers.undo_post, _forget),
    (bpy.app.handlers.redo_post, _forget),
)


def unregister() -> None:
    overlay.turn_off()
