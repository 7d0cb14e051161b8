"""The list of shots and of the chosen shot's takes, as the panel draws it. What is known of them is of the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import bpy

from ..core.errors import MirageError
from ..core.shot_list import ShotStatus
from ..core.shots import Shot
from ..core.take_list import TakeOnDisk, describe_seconds, describe_take, estimate_seconds, takes_of
from .camera_background import settle_backgrounds
from .known_shots import follow_shots, is_take_of, names_of, remember_shots
from .output import output_folder
from .read_camera import fit_resolution
from .read_shots import read_shots
from .shot_prints import changed_since
from .show_take import folder_of, strip_of

_status: dict[tuple[int, str], ShotStatus] = {}  # by the scene's session_uid and the shot's name
_on_disk: dict[tuple[int, str], tuple[TakeOnDisk, ...]] = {}  # what was last found there
_base: dict[int, Path] = {}  # the folder that this was found in, by the scene's session_uid


def forget_shots() -> None:
    """Another file was loaded, or takes came or went: what lies on disk is looked at again."""
    _on_disk.clear()


def update_status(scene: bpy.types.Scene, shot: str, change: Callable[[ShotStatus], ShotStatus]) -> None:
    key = scene.session_uid, shot
    _status[key] = change(_status.get(key, ShotStatus()))


def forget_unseen(scene: bpy.types.Scene) -> None:
    """The world remembers something else now: where shots enter unseen space is not known any more."""
    for key, status in _status.items():
        if key[0] == scene.session_uid:
            _status[key] = replace(status, unseen_from=None)


def end_all(scene: bpy.types.Scene, failure: str = "") -> None:
    """Nothing is made any more; `failure`: why the one that was at work came to nothing."""
    for key, status in _status.items():
        if key[0] == scene.session_uid and status.phase:
            _status[key] = status.ended(failure if status.kind == "RUNNING" else "")


def known_takes(scene: bpy.types.Scene, shot: str) -> tuple[TakeOnDisk, ...]:
    """The shot's takes, as they lay on disk when that was last looked at."""
    base, _ = output_folder(scene)
    if _base.get(scene.session_uid) != base:
        _on_disk.clear()
        _base[scene.session_uid] = base
    key = scene.session_uid, shot
    if key not in _on_disk:
        found = takes_of(base, *names_of(scene, shot))
        _on_disk[key] = tuple(take for take in found if is_take_of(scene, shot, take))
    return _on_disk[key]


def status_of(scene: bpy.types.Scene, shot: str) -> ShotStatus:
    takes = known_takes(scene, shot)
    status = _status.get((scene.session_uid, shot), ShotStatus())
    return replace(status, take=takes[-1].name, take_state=takes[-1].state) if takes else status


def refresh_shots(state: bpy.types.PropertyGroup, scene: bpy.types.Scene) -> bool:
    """Writes the shots of the scene, and the chosen one's takes, where they are other than shown; True where so."""
    try:
        shots, problem = read_shots(scene), ""
    except MirageError as error:
        shots, problem = [], error.message
    if not problem:
        _follow(scene, shots)
    wanted = [(shot, _status_now(scene, shot)) for shot in shots]
    changed = state.shots_problem != problem or len(state.shots) != len(wanted)
    if changed:
        state.shots_problem = problem
        state.shots.clear()
        for _ in wanted:
            state.shots.add()
    for item, (shot, status) in zip(state.shots, wanted, strict=True):
        changed |= _fill(item, shot, status)
    changed |= _write(state, _estimates(state, scene, shots))
    return _refresh_takes(state, scene, chosen_shot(state)) or changed


def _status_now(scene: bpy.types.Scene, shot: Shot) -> ShotStatus:
    takes = known_takes(scene, shot.name)
    changed = changed_since(scene, shot, takes[-1] if takes else None)
    return replace(status_of(scene, shot.name), refusal=shot.refusal, changed=changed)


def _follow(scene: bpy.types.Scene, shots: Sequence[Shot]) -> None:
    """What hangs on the names of shots goes with those that were renamed."""
    for old, new in follow_shots(scene, shots):
        _on_disk.clear()
        status = _status.pop((scene.session_uid, old), None)
        if status is not None:
            _status[scene.session_uid, new] = status
    remember_shots(scene, [shot for shot in shots if known_takes(scene, shot.name)])
    settle_backgrounds(scene, {shot.name for shot in shots})


def _estimates(state: bpy.types.PropertyGroup, scene: bpy.types.Scene, shots: Sequence[Shot]) -> dict[str, object]:
    """In words, from the takes of all shots; empty where none says how long it took."""
    settings = scene.mirage
    takes = [take for shot in shots for take in known_takes(scene, shot.name)]
    height, width = fit_resolution(scene, settings.width)

    def words(wanted: Sequence[Shot]) -> str:
        frames = sum(len(shot.frames(settings.frame_step)) for shot in wanted if not shot.refusal)
        seconds = estimate_seconds(takes, settings.engine, frames, height * width)
        return describe_seconds(seconds) if seconds is not None and frames else ""

    chosen = [shot for shot in shots if shot.name == chosen_shot(state)]
    return {"shot_estimate": words(chosen), "all_estimate": words(shots)}


def chosen_shot(state: bpy.types.PropertyGroup) -> str:
    """Name of the shot that is chosen in the list, the last where the chosen one is gone; empty where there is none."""
    return state.shots[min(state.shot_index, len(state.shots) - 1)].name if state.shots else ""


def _fill(item: bpy.types.PropertyGroup, shot: Shot, status: ShotStatus) -> bool:
    values = {
        "name": shot.name,
        "camera": shot.camera,
        "camera_uid": shot.camera_uid,
        "frame_start": shot.start,
        "frame_end": shot.end,
        "kind": status.kind,
        "text": status.words,
    }
    return _write(item, values)


def _refresh_takes(state: bpy.types.PropertyGroup, scene: bpy.types.Scene, shot: str) -> bool:
    takes = known_takes(scene, shot) if shot else ()
    strip = strip_of(scene, shot) if shot else None
    shown = folder_of(strip).name if strip is not None else ""
    changed = len(state.takes) != len(takes)
    if changed:
        state.takes.clear()
        for _ in takes:
            state.takes.add()
        state.take_index = max(0, len(takes) - 1)
    for item, take in zip(state.takes, takes, strict=True):
        values = {
            "name": take.name,
            "folder": str(take.folder),
            "text": describe_take(take),
            "star": take.review.star,
            "note": take.review.note,
            "shown": take.name == shown,
        }
        changed |= _write(item, values)
    return changed


def _write(item: bpy.types.PropertyGroup, values: dict[str, object]) -> bool:
    """Sets what differs, so that nothing redraws for nothing; True where something did."""
    differing = {name: value for name, value in values.items() if getattr(item, name) != value}
    for name, value in differing.items():
        setattr(item, name, value)
    return bool(differing)
