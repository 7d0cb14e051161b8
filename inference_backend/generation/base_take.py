"""Frames that a take need not make, because an earlier one has them."""

from __future__ import annotations

from collections.abc import Iterable

from blender_mirage.wire.prompt import listed

from ..errors import NotFound
from ..worlds.take_files import FINGERPRINTS
from .context import JobContext
from .events import Event
from .fingerprints import FrameFingerprint, Settings, TakeFingerprints

_WORDS = {
    "height": "size",
    "width": "size",
    "use_memory": "use of memory",
    "steps": "number of steps",
    "look_strength": "strength of the look",
}


class BaseTake:
    """An earlier take whose frames may be taken over."""

    def __init__(self, take_id: str, made: TakeFingerprints, context: JobContext) -> None:
        self.take_id = take_id
        self._made = made
        self._context = context

    @classmethod
    def open(cls, take_id: str, settings: Settings, context: JobContext) -> BaseTake | None:
        """None where nothing of it can be taken over; a note says why. No note where none is named."""
        if not take_id:
            return None
        try:
            made, reason = _fingerprints(take_id, context), ""
        except NotFound as error:
            made, reason = None, error.message
        if made is not None:
            differing = dict.fromkeys(_WORDS.get(name, name) for name in made.settings.differences(settings))
            if not differing:
                return cls(take_id, made, context)
            reason = f"It was made with another {listed(list(differing))}."
        hint = "Regenerate with the take's own settings to make only what has changed."
        context.report(Event("note", message=f"No frame of the earlier take can be kept. {reason}", hint=hint))
        return None

    def unchanged(self, frames: Iterable[FrameFingerprint]) -> dict[int, int]:
        """Index in `frames` to index in the base take, of frames that are still what they were, and there."""
        found = self._made.unchanged(frames)
        return {i: base for i, base in found.items() if self._context.takes.frame_path(self.take_id, base).is_file()}


def _fingerprints(take_id: str, context: JobContext) -> TakeFingerprints:
    """Raises NotFound with the reason why there are none that count here."""
    if context.takes.info(take_id).world_id != context.world.world_id and not context.world.has_segment(take_id):
        raise NotFound("It belongs to another world.")
    made = TakeFingerprints.read(context.takes.file(take_id, FINGERPRINTS))
    if made is None:
        raise NotFound("It was not finished, or was made by an older version.")
    return made
