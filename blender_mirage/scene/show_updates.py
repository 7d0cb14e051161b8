"""Writes what the watchers tell into the properties that the panel draws, and takes onto the timeline."""

from __future__ import annotations

from dataclasses import replace

import bpy

from ..core.address import is_loopback
from ..core.coverage_words import UNSEEN_SHARE
from ..core.errors import MirageError
from ..core.scene_key import SceneKey
from ..core.take_job import (
    BackendReady,
    Ended,
    FrameSaved,
    Happening,
    LookRendered,
    LookWritten,
    Note,
    Progress,
    SetUpEnded,
    SetUpProgress,
    TakeSaved,
    Trouble,
    WorldChosen,
    WorldDeleted,
)
from ..core.world_report import CoverageSeen, WorldSeen
from ..wire.codec import to_plain
from ..wire.messages import Health
from .camera_background import blend_path
from .chosen_world import choose_world, forget_world, mark_look_written
from .engine_rates import learn_rates
from .find import find_camera
from .growing_takes import growing
from .known_shots import as_called_now
from .own_renders import own_renders_stay, take_note
from .prompt_words import learn_vocabularies
from .scene_keys import find_scene
from .shot_prints import agree
from .show_coverage import show_coverage
from .show_findings import drop_findings
from .show_setup import show_setup
from .show_shots import end_all, forget_shots, forget_unseen, known_takes, update_status
from .show_take import show_take, strip_facts
from .show_world import show_world

MAX_WARNINGS = 12

_DEVICES = {"cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"}
"""As users know them."""

_NO_SHOT = ("Backend", "Look")


def apply(key: SceneKey, what: Happening, of_job: bool = True) -> None:
    """Shows one happening of an order that was made for the scene of `key`; `of_job`: not of a mere errand."""
    state = bpy.context.window_manager.mirage
    scene = find_scene(key)
    if isinstance(what, Progress):
        _show_progress(state, what, of_job)
        if scene is not None and state.job_kind == "TAKE" and what.title not in _NO_SHOT:
            update_status(scene, what.title, lambda status: status.at_work(what.phase, what.done, what.total))
    elif isinstance(what, BackendReady):
        _show_backend(state, what)
    elif isinstance(what, Trouble):
        _show_trouble(state, what, of_job)
    elif isinstance(what, FrameSaved):
        state.frames_saved += of_job or state.job_state not in ("READING", "RUNNING")
        growing.note_frame(what.take, what.path.parent)
    elif isinstance(what, Note):
        add_warning(what.text)
    elif isinstance(what, Ended):
        _show_end(state, what, of_job)
        if scene is not None and of_job:
            end_all(scene, what.message if what.state == "failed" else "")
    elif isinstance(what, WorldSeen):
        if show_world(state, what) and scene is not None:
            forget_unseen(scene)
    elif isinstance(what, TakeSaved):
        state.result = str(what.folder)
        own = what.pending.take.scene
        _show_take(find_scene(own) or (scene if own.scene_id == key.scene_id else None), own, what)
    elif isinstance(what, CoverageSeen):
        _show_coverage(state, scene, what)
    elif isinstance(what, WorldDeleted):
        forget_world(what.world_id)
    elif isinstance(what, WorldChosen) and scene is not None:
        choose_world(scene, what.world.world_id, what.world.name)
    elif isinstance(what, LookRendered):
        _show_look(scene, key, what)
    elif isinstance(what, SetUpProgress | SetUpEnded):
        show_setup(what)
    elif isinstance(what, LookWritten) and scene is not None:
        mark_look_written(scene, what.key, what.shot)


def mark_running(job_state: str | None, kind: str = "") -> None:
    """An order of a `kind` begins to be READING, then RUNNING; None where only the backend is asked something."""
    state = bpy.context.window_manager.mirage
    if state.backend_state != "READY" and job_state != "READING" and kind != "LOOK":
        state.backend_state, state.backend_text = "CONNECTING", "Connecting"
    if job_state is None:
        return
    if job_state == "READING":  # what reading warns of stays while the order runs
        state.warnings.clear()
    state.job_state, state.job_kind = job_state, kind or state.job_kind
    state.message = state.hint = state.phase = state.title = state.result = ""
    state.progress, state.done, state.total, state.frames_saved = 0.0, 0, 0, 0
    state.cancelling = False


def mark_stopped(job_state: str, message: str, hint: str) -> None:
    state = bpy.context.window_manager.mirage
    if state.message and state.backend_text == state.message:  # nobody waits for it any more
        state.backend_text = "Does not answer"
    state.job_state, state.message, state.hint = job_state, message, hint
    state.title = state.phase = ""
    state.cancelling = False


def mark_cancelling() -> None:
    """Cancel was pressed. The backend stops at its next step; frames that it finished before come home first."""
    bpy.context.window_manager.mirage.cancelling = True


def add_warning(text: str) -> None:
    """A line for the user, once; of very many only the first stay."""
    warnings = bpy.context.window_manager.mirage.warnings
    if text not in warnings and len(warnings) < MAX_WARNINGS:
        warnings.add().name = text


def describe(health: Health, url: str) -> str:
    """One line about a backend, short enough for the sidebar."""
    # "auto": it chooses its device with its first take.
    device = "" if health.device == "auto" else _DEVICES.get(health.device.partition(":")[0], health.device)
    words = f"Ready ({device})" if device else "Ready"
    if not is_loopback(url):
        words = f"{words} at {url.split('//')[-1]}"
    if health.vram_held:
        words = f"{words}, {health.vram_held / 2**30:.1f} GiB held"
    return words if any(engine.ready for engine in health.engines) else f"{words}, no engine is ready"


def _show_progress(state: bpy.types.PropertyGroup, what: Progress, of_job: bool) -> None:
    if state.backend_state != "READY":
        state.backend_text = what.phase.capitalize() if what.title == "Backend" else state.backend_text
    if not of_job or state.job_state not in ("READING", "RUNNING"):
        return
    if what.title != state.title:
        state.phase, state.progress = "", 0.0
    state.title = what.title
    state.phase = what.phase or state.phase
    state.done, state.total = what.done, what.total
    state.progress = what.done / what.total if what.total else 0.0


def _show_trouble(state: bpy.types.PropertyGroup, what: Trouble, of_job: bool) -> None:
    """Beside the progress of what still runs; the next word from the backend takes it away."""
    if of_job and state.job_state == "RUNNING":
        state.message, state.hint = what.message, what.hint
    if what.message:  # said at the top too: the take's own part may lie below the sidebar's edge
        state.backend_state, state.backend_text = "PROBLEM", what.message


def _show_backend(state: bpy.types.PropertyGroup, what: BackendReady) -> None:
    state.backend_state, state.backend_text = "READY", describe(what.health, what.url)
    if what.worlds is not None:
        state.worlds.clear()
        for world in what.worlds:
            item = state.worlds.add()
            item.name, item.world_id, item.takes = world.name, world.world_id, world.takes
    learn_vocabularies(what.health.engines)
    learn_rates(what.health.engines)
    for engine in what.health.engines:
        if not engine.ready:
            add_warning(f"The engine {engine.name} is not ready. {engine.lacks}".strip())


def _show_end(state: bpy.types.PropertyGroup, what: Ended, of_job: bool) -> None:
    of_a_take = of_job and state.job_state == "RUNNING"
    if of_a_take:
        mark_stopped(what.state.upper(), what.message, what.hint)
    if state.backend_state == "CONNECTING":  # it ended before any backend answered
        why = "" if of_a_take else f"{what.message} {what.hint}".strip()  # else the take's own words say it
        state.backend_state, state.backend_text = "PROBLEM", why or "Not connected"
    elif what.state == "failed":
        state.message, state.hint = what.message, what.hint


def _show_take(scene: bpy.types.Scene | None, key: SceneKey, what: TakeSaved) -> None:
    growing.forget(what.folder)
    forget_shots()
    if scene is None:
        lies = f"The scene {key.name!r} is not open: its take lies in {what.folder}."
        add_warning(f"{lies} It is shown when the file is opened again." if key.blend else lies)
        if key.blend:
            what.pending.leave()
        else:
            what.pending.done()
        return
    shot = as_called_now(scene, what.shot)
    for name in {shot.name, what.shot.name}:
        update_status(scene, name, lambda status: replace(status.ended(), stale_from=None, unseen_from=None))
    facts = strip_facts(to_plain(what.info))
    try:
        with own_renders_stay(scene):
            show_take(scene, shot, what.folder, what.frames, facts=facts)
    except MirageError as error:
        add_warning(f"The take in {what.folder} could not all be shown. {error}")
    if note := take_note(scene):
        add_warning(note)
    what.pending.done()
    bpy.ops.ed.undo_push(message=f"Mirage Take {what.shot.name} {what.folder.name}")


def use_look(scene: bpy.types.Scene, what: LookRendered) -> None:
    """Makes a rendered picture the scene's look, at the frame and through the camera that it shows."""
    settings = scene.mirage
    settings.look_source, settings.look_path = "IMAGE", blend_path(what.path)
    settings.look_frame, settings.look_camera = what.frame, find_camera(what.camera, what.camera_id)
    drop_findings(bpy.context.window_manager.mirage, "LOOK")
    settings.look_at_minus_one = what.frame == -1


def _show_look(scene: bpy.types.Scene | None, key: SceneKey, what: LookRendered) -> None:
    if scene is None:
        add_warning(f"The scene {key.name!r} is not open: its look lies at {what.path}.")
        return
    use_look(scene, what)
    bpy.ops.ed.undo_push(message=f"Mirage Look {what.path.stem}")


def _show_coverage(state: bpy.types.PropertyGroup, scene: bpy.types.Scene | None, what: CoverageSeen) -> None:
    if scene is None:  # another file was loaded: its cameras are not the ones that were asked about
        return
    try:
        show_coverage(state, scene, what)
        stale = [frame for one in what.survey.stale for frame in one.frames]
        unseen = [frame.frame for frame in what.survey.frames if frame.never > UNSEEN_SHARE]
        found = {"stale_from": min(stale, default=None), "unseen_from": min(unseen, default=None)}
        update_status(scene, what.shot.name, lambda status: replace(status, **found))
        takes = known_takes(scene, what.shot.name)
        newest = takes[-1].facts.get("take_id") if takes else None
        if any(one.take_id == newest and not one.frames for one in what.survey.stale):
            agree(scene, what.shot, takes[-1])
    except MirageError as error:
        add_warning(f"The coverage of {what.shot.name} could not be shown. {error}")
        return
    if what.pictures:  # they lie over the camera's view; words alone change nothing in the file
        bpy.ops.ed.undo_push(message=f"Mirage Coverage {what.shot.name}")
