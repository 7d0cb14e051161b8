"""Brings what threads tell to Blender's main thread: one persistent timer that drains one queue.

It also spreads the reading of a scene over its ticks, so that the interface stays alive. Nothing here waits, except
`run_until_idle`, for commands without a window, where timers do not run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from queue import Empty, Queue

import bpy

from . import preferences
from .core.addon_version import versions_differ
from .core.backend_process import StartedBackend
from .core.carriers import Reading, Watcher
from .core.errors import MirageError
from .core.take_job import BackendReady, Ended, Progress, SetUpEnded, Update
from .scene.growing_takes import growing
from .scene.look_thumbnail import look_thumbnail
from .scene.redraws import redraw_panels
from .scene.scene_keys import shown_scene
from .scene.shot_prints import note_edits, reading_itself
from .scene.show_cut import show_cut_in_new_workspaces
from .scene.show_setup import mark_setting_up, mark_setup_cancelling, mark_setup_over
from .scene.show_shots import refresh_shots
from .scene.show_updates import add_warning, apply, mark_cancelling, mark_running, mark_stopped
from .scene.strip_colors import keep_up_with_views
from .scene.waiting_line import WaitingLine, WaitingOrder

log = logging.getLogger(__name__)

LOOK = "LOOK"
"""The kind of watcher that renders a look."""
SETUP = "SETUP"
"""The kind of watcher that sets the backend up: it is no job, and takes' Cancel is not for it."""
BUSY_SECONDS = 0.1
IDLE_SECONDS = 0.5
READING_SECONDS = 0.02
"""Share of a tick that reading may take; one frame may take longer, for it is Blender that evaluates it."""
NOTE_SECONDS = 3.0
LET_GO_SECONDS = 0.8
"""After Cancel: what has not ended by then is no longer waited for. Its thread brings home what it still can."""
_END = Progress("", "")
_LET_GO = (
    "The backend has not confirmed that it stopped.",
    "Frames that it finishes are fetched when it is found again (Start Backend).",
)


class EventPump:
    """Owned by the main thread."""

    def __init__(self) -> None:
        self.updates: Queue[Update] = Queue()
        self.started_backends: list[StartedBackend] = []
        self.kept_state: dict[str, object] = {}  # while a file is loaded
        self.lost_to_load = False  # whether that ended a reading
        self.on_reading: Callable[[], None] = lambda: None
        """Called after every step of `read_now`, which no timer interrupts."""
        self.looks_for_takes = False
        """Whether a file was opened, or a backend found, since the backend was last asked for finished takes."""
        self.looks_at_world = False
        """Whether a file was opened while a backend was there: what its world holds is not known yet."""
        self._waiting = WaitingLine()
        self._turn = ""  # the errand of the line that is being run
        self._watchers: dict[str, Watcher] = {}
        self._let_go: set[str] = set()  # orders that were cancelled and that nobody waits for
        self._cancelled_at = float("inf")
        self._noted_at = 0.0
        self._reading: Reading | None = None
        self._read_something = False  # at the last tick
        self._steps: Iterator[Progress | None] | None = None

    @property
    def idle(self) -> bool:
        return self._steps is None and not self._watchers and self.updates.empty() and not self._waiting

    @property
    def busy(self) -> bool:
        """Whether something runs that the next order has to wait for."""
        runs = (watcher.kind not in ("", SETUP) and key not in self._let_go for key, watcher in self._watchers.items())
        return self._steps is not None or any(runs) or self._turn in self._watchers

    def wait(self, order: WaitingOrder) -> None:
        """Begins the order once nothing runs and those before it are through. Raises SceneNotReady where it waits
        already."""
        self._waiting.add(order)

    def take_out(self, index: int) -> None:
        """An order that waits is not wanted any more."""
        self._waiting.remove(index)

    def forget_waiting(self) -> None:
        self._waiting.clear()

    def read(self, reading: Reading) -> None:
        """Reads a scene over the next ticks, then carries its order out. One at a time."""
        self._reading, self._steps = reading, reading.steps()
        mark_running("READING", reading.kind)

    def read_now(self, reading: Reading) -> None:
        """Reads a scene in one go, then carries its order out. Raises MirageError where it cannot be read."""
        mark_running("READING", reading.kind)
        end = "IDLE"
        try:
            with reading_itself():
                for progress in reading.steps():
                    if progress is not None:
                        apply(reading.scene, progress)
                    self.on_reading()
            watcher = reading.watcher(self.updates)
            end = "DONE" if watcher is None else "IDLE"
        finally:
            mark_stopped(end, "", "")
        if watcher is not None:
            self.watch(watcher)

    def watch(self, watcher: Watcher) -> None:
        """Starts a thread and follows what it tells."""
        self._watchers[watcher.order_id] = watcher
        _mark_begun(watcher)
        watcher.start()

    def resume(self) -> None:
        """After the add-on was disabled and enabled again: shows what still runs, and looks for what ended."""
        self.looks_for_takes = not bpy.app.background
        for order_id, watcher in self._watchers.items():
            if watcher.kind == SETUP:
                continue
            waited_for = bool(watcher.kind) and order_id not in self._let_go
            mark_running("RUNNING" if waited_for else None, watcher.kind)

    def cancel(self) -> None:
        """Asks everything to stop; what was finished stays. In a second at most nothing of it is waited for."""
        self._cancelled_at = time.monotonic()
        if self._steps is not None:
            self.abandon_reading("CANCELLED", "Cancelled while the set was being read.", "")
        for watcher in self._watchers.values():
            if watcher.kind == SETUP:
                continue
            if watcher.kind:
                mark_cancelling()
            watcher.cancel()

    def cancel_setup(self) -> None:
        """Asks a set-up of the backend to stop; nothing of it stays."""
        for watcher in self._watchers.values():
            if watcher.kind == SETUP:
                mark_setup_cancelling()
                watcher.cancel()

    def abandon_reading(self, state: str, message: str, hint: str) -> None:
        """Stops reading and puts the playhead back."""
        steps, self._steps, self._reading = self._steps, None, None
        if steps is not None:
            steps.close()
            mark_stopped(state, message, hint)
            redraw_panels()

    def tick(self) -> float:
        """One turn of the timer: never raises, for Blender drops a timer that does. Returns seconds to the next."""
        try:
            changed = self._read_something = self._read_on(READING_SECONDS)
            while True:
                try:
                    update = self.updates.get_nowait()
                except Empty:
                    break
                self._apply(update)
                changed = True
            changed |= self._stop_waiting()
            changed |= growing.show(time.monotonic())
            changed |= look_thumbnail.refresh(shown_scene())
            changed |= self._note_environment()
            changed |= keep_up_with_views(at_rest=True)
            changed |= show_cut_in_new_workspaces()
            note_edits()
            changed |= refresh_shots(bpy.context.window_manager.mirage, shown_scene())
            if self._bury_the_dead() or changed:
                redraw_panels()
            self._begin_next()
            self._look_for_takes()
        except Exception:
            log.exception("the event pump met an error")
            self._steps = self._reading = None
            mark_stopped(
                "FAILED", "Something went wrong inside Blender Mirage.", "See Blender's console for the cause."
            )
        return IDLE_SECONDS if self.idle else BUSY_SECONDS

    def run_until_idle(self, on_change: Callable[[], None] = lambda: None) -> None:
        """Ticks until nothing is left to do, calling `on_change` after each. For headless use and tests."""
        while not self.idle:
            self.tick()
            on_change()
            if not self.idle and not self._read_something:
                time.sleep(BUSY_SECONDS / 2)

    def stop_started(self) -> None:
        """Ends the backends that this Blender started; waits for them."""
        for backend in self.started_backends:
            backend.stop()
        self.started_backends.clear()

    def _read_on(self, seconds: float) -> bool:
        if self._steps is None or self._reading is None:
            return False
        deadline = time.perf_counter() + seconds
        try:
            while time.perf_counter() < deadline:
                progress = next(self._steps, _END)
                if progress is None:
                    return False
                if progress is _END:
                    reading, self._steps, self._reading = self._reading, None, None
                    watcher = reading.watcher(self.updates)
                    if watcher is None:
                        mark_stopped("DONE", "", "")
                    else:
                        self.watch(watcher)
                    return True
                apply(self._reading.scene, progress)
        except MirageError as error:
            self._steps = self._reading = None  # the generator has ended, and with it the playhead is back
            mark_stopped("FAILED", error.message, error.hint)
        return True

    def _apply(self, update: Update) -> None:
        watcher = self._watchers.get(update.order_id)
        if watcher is not None:
            apply(watcher.scene, update.what, bool(watcher.kind) and update.order_id not in self._let_go)
            if isinstance(update.what, BackendReady):
                here = preferences.backend_is_here(bpy.context)
                text = versions_differ(update.what.health.version, here)
                bpy.context.window_manager.mirage.backend_version_text = text
            if isinstance(update.what, SetUpEnded) and update.what.state == "done":
                preferences.use_set_up_backend(bpy.context)
                preferences.note_environment(bpy.context)
                bpy.ops.mirage.start_backend()
            if isinstance(update.what, BackendReady) and not watcher.kind:
                self.looks_for_takes = True
            if isinstance(update.what, Ended) and watcher.kind == LOOK and update.what.state != "done":
                for words in self._waiting.remove_with_look(watcher.scene):
                    add_warning(f"{words} was taken out of the line: its look was not rendered.")

    def _stop_waiting(self) -> bool:
        """Cancel is obeyed within a second also where the backend hangs or the network is gone."""
        state = bpy.context.window_manager.mirage
        if not state.cancelling or time.monotonic() - self._cancelled_at < LET_GO_SECONDS:
            return False
        self._let_go |= {order_id for order_id, watcher in self._watchers.items() if watcher.kind}
        mark_stopped("CANCELLED", *_LET_GO)
        return True

    def _note_environment(self) -> bool:
        """Somebody may set a backend up, or start one, beside Blender: seen within seconds, until there is one."""
        state, now = bpy.context.window_manager.mirage, time.monotonic()
        if state.backend_installed or state.backend_state == "READY" or now - self._noted_at < NOTE_SECONDS:
            return False
        self._noted_at = now
        preferences.note_environment(bpy.context)
        return bool(state.backend_installed)

    def _begin_next(self) -> None:
        """The first that waits, once nothing runs. What was said of those before it stays, and how one failed."""
        if not self._waiting or self.busy:
            return
        state = bpy.context.window_manager.mirage
        told = [warning.name for warning in state.warnings]
        told += [f"{state.message} {state.hint}".strip()] if state.job_state == "FAILED" else []
        before = set(self._watchers)
        try:
            self._waiting.begin_next()
        except MirageError as error:
            mark_stopped("FAILED", error.message, error.hint)
        self._turn = next(iter(set(self._watchers) - before), "")
        for text in told:
            add_warning(text)
        redraw_panels()

    def _look_for_takes(self) -> None:
        if self.looks_at_world and bpy.ops.mirage.refresh_world.poll():
            self.looks_at_world = False
            bpy.ops.mirage.refresh_world()
        if self.looks_for_takes and bpy.ops.mirage.pick_up_takes.poll():
            self.looks_for_takes = False
            bpy.ops.mirage.pick_up_takes()

    def _bury_the_dead(self) -> bool:
        """Forgets threads that have ended and said all; tells of one that ended without its last word."""
        dead = [key for key, watcher in self._watchers.items() if not watcher.is_alive()]
        if not dead or not self.updates.empty():
            return False
        for key in dead:
            watcher = self._watchers.pop(key)
            self._let_go.discard(key)
            if watcher.started_backend is not None:
                self.started_backends.append(watcher.started_backend)
            if watcher.kind == SETUP:
                mark_setup_over()
            if not self._watchers and bpy.context.window_manager.mirage.job_state == "RUNNING":
                if watcher.kind:
                    mark_stopped("FAILED", "The take stopped unexpectedly.", "See Blender's console for the cause.")
        return True


def _mark_begun(watcher: Watcher) -> None:
    if watcher.kind == SETUP:
        mark_setting_up()
    else:
        mark_running("RUNNING" if watcher.kind else None, watcher.kind)


pump = EventPump()
