"""What is to be read of a .blend for the backend, and what that comes to: plain values on both sides.

They may travel between two Blenders: one that a user works in asks, a second one reads; see `core.read_files`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .preflight import Finding
from .scene_key import SceneKey
from .take_job import SeedView, TakeJob


@dataclass(frozen=True)
class ReadOrder:
    """What is to be read of a scene."""

    kind: str
    """As the panel's state has it: TAKE, SURVEY, CHECK or PICTURE."""
    scene: SceneKey
    shots: tuple[str, ...] = ()
    """Names, in the order in which they are read."""
    with_set: bool = True
    """CHECK: whether the set is read too, at some frames, for a world that is asked what it knows."""
    rates: dict[str, float] = field(default_factory=dict)
    """Frames a second of the engines that have a rate of their own."""


@dataclass(frozen=True)
class ReadErrand:
    """What a second Blender is started with."""

    order: ReadOrder
    file: str
    """Path of a copy of the .blend as it is now."""
    original: str
    """Path of the .blend itself; empty where it was never saved."""
    view_layer: str
    """The one that the user works in."""
    scripts: bool
    """Whether scripts and drivers of the .blend run, as they do where it is open."""


@dataclass(frozen=True, eq=False)
class SetRead:
    """What was read of a scene. What lies in files is there until `release` is called."""

    jobs: tuple[TakeJob, ...] = ()
    look: SeedView | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What the user should know of it."""
    release: Callable[[], None] | None = None
    """Removes the files that greyboxes are loaded from; None where they lie in memory. May be called on any thread."""
