"""What stops the takes of a scene: found by preparing them as Generate does, and noting what that raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import bpy

from ..core.errors import LookNotReadable, MirageError, NoBackend
from ..core.preflight import Finding
from ..core.shots import Shot
from ..preferences import backend_settings, require_backend
from ..scene.prompt_words import prompt_remark
from ..scene.read_shots import read_shots
from .shot_reading import ShotReading
from .take_reading import own_looks, scenes_look

_KINDS: dict[type[MirageError], str] = {LookNotReadable: "LOOK", NoBackend: "BACKEND"}
"""Of findings that have a button of their own; all others are STOPS."""


def what_stops(context: bpy.types.Context) -> list[Finding]:
    """Each problem once: of the backend, of each shot, of the looks; then words that have no effect."""
    scene, shots = context.scene, _shots(context.scene)
    shots = [shot for shot in shots if not shot.refusal] or shots  # what refuses a shot is a finding already
    steps: list[Callable[[], object]] = [lambda: backend_settings(context), lambda: require_backend(context)]
    steps += [lambda name=shot.name: ShotReading(scene, [name]) for shot in shots] or [lambda: read_shots(scene)]
    steps += [lambda: scenes_look(scene, shots)] if shots else []
    steps += [lambda shot=shot: own_looks(scene, [shot]) for shot in shots]
    found = {finding.text: finding for step in steps if (finding := _raised(step)) is not None}
    return [*found.values(), *_words_without_effect(scene)]


def readable_shots(scene: bpy.types.Scene) -> list[str]:
    """Names of the shots whose cameras can be read."""
    names = [shot.name for shot in _shots(scene)]
    return [name for name in names if _raised(lambda name=name: ShotReading(scene, [name])) is None]


def stopping(error: MirageError) -> Finding:
    """The finding that says what Generate would."""
    return Finding(_KINDS.get(type(error), "STOPS"), str(error), stops=True)


def _raised(step: Callable[[], object]) -> Finding | None:
    try:
        step()
    except MirageError as error:
        return stopping(error)
    return None


def _shots(scene: bpy.types.Scene) -> Sequence[Shot]:
    """None where they cannot be read, which is a problem of its own."""
    try:
        return read_shots(scene)
    except MirageError:
        return []


def _words_without_effect(scene: bpy.types.Scene) -> list[Finding]:
    settings = scene.mirage
    prompts = [settings.prompt, *(own.prompt for own in settings.overrides if own.use_prompt)]
    remarks = [prompt_remark(prompt, settings.engine) for prompt in dict.fromkeys(prompts)]
    return [Finding("WORDS", remark) for remark in remarks if remark]
