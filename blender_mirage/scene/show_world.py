"""What a world holds, as the panel shows it, and which of its tokens are an object's."""

from __future__ import annotations

from datetime import datetime

import bpy

from ..core.world_report import WorldSeen
from ..wire.history import AnchorInfo, Commit
from ..wire.messages import WorldStats
from .ids import object_id

_MIB = 2**20

_anchors: dict[str, tuple[AnchorInfo, ...]] = {}  # of the world that is shown, by its id
_found: dict[str, tuple[AnchorInfo, ...]] = {}  # what `anchors_of` has answered, by the object's id


def show_world(state: bpy.types.PropertyGroup, seen: WorldSeen) -> bool:
    """Writes it into the properties that the panel draws; the chosen line of the history stays chosen. True where the
    world is known to remember something else than it did."""
    stats = seen.stats
    known = _remembered(state) if state.memory_world == stats.world_id else None
    _anchors.clear()
    _found.clear()
    _anchors[stats.world_id] = seen.anchors
    state.memory_world = stats.world_id
    state.memory_text, state.memory_held = _describe_size(stats), _describe_held(stats)
    state.memory_budget = stats.budget_bytes // _MIB
    before = state.commits[state.commit_index].take_id if state.commit_index < len(state.commits) else ""
    state.commits.clear()
    for commit in reversed(seen.commits):  # the newest first
        _fill(state.commits.add(), commit)
    ids = [commit.take_id for commit in state.commits]
    state.commit_index = ids.index(before) if before in ids else 0
    return known is not None and known != _remembered(state)


def _remembered(state: bpy.types.PropertyGroup) -> tuple[str, ...]:
    return tuple(sorted(item.take_id for item in state.commits if item.state == "live"))


def anchors_of(thing: bpy.types.Object, world_id: str) -> tuple[AnchorInfo, ...]:
    """What the world remembers of an object, also as an instancer and as what is instanced."""
    name = object_id(thing)
    if not name or world_id not in _anchors:
        return ()
    if name not in _found:
        _found[name] = tuple(
            info
            for info in _anchors[world_id]
            if info.anchor == name
            or info.anchor.startswith(f"{name}/")
            or info.anchor.endswith(f"/{name}")
            or f"/{name}/" in info.anchor
        )
    return _found[name]


def _fill(item: bpy.types.PropertyGroup, commit: Commit) -> None:
    item.name = commit.shot or {"seed_view": "look"}.get(commit.kind, commit.kind)
    item.take_id, item.kind, item.state = commit.take_id, commit.kind, commit.state
    moment = _local(commit.created)
    today = moment is not None and moment.date() == datetime.now().astimezone().date()
    item.when = moment.strftime("%H:%M" if today else "%Y-%m-%d") if moment else commit.created
    item.seed, item.author = str(commit.seed), commit.author
    item.frame, item.camera, item.over_take = commit.frame, commit.camera, commit.over_take
    made = f"{_describe_commit(commit)} by {commit.engine}"
    when = moment.strftime("%Y-%m-%d %H:%M") if moment else commit.created
    size = f"{_size(commit.bytes)}."
    item.text = f"{made}, {when}, for {commit.author}. {size}" if commit.author else f"{made}, {when}. {size}"


def _describe_commit(commit: Commit) -> str:
    if commit.kind == "take":
        return f"{commit.frames} frames with seed {commit.seed}"
    picture = "A paint-over" if commit.over_take else "A picture"
    shown = f"{picture} of frame {commit.frame}" if commit.frame != -1 else picture
    return f"{shown} through {commit.camera}" if commit.camera else shown


def _local(created: str) -> datetime | None:
    """An ISO time as a local one; None where it is none."""
    try:
        return datetime.fromisoformat(created).astimezone()
    except ValueError:
        return None


def _describe_size(stats: WorldStats) -> str:
    return f"Memory: {_size(stats.bytes)} of {stats.anchors} objects"


def _describe_held(stats: WorldStats) -> str:
    if not stats.resident_tokens and not stats.evicted_tokens:
        return "Not used by a take yet"
    held = f"The last take used {_size(stats.resident_bytes)}"
    return f"{held}; the memory limit left part of it out" if stats.evicted_tokens else held


def _size(number: int) -> str:
    """Bytes in the unit that suits them."""
    return f"{number / _MIB:,.1f} MiB" if number >= _MIB else f"{number / 1024:,.0f} KiB"
