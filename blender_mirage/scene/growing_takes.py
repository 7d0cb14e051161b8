"""Takes that are being made: the frames that came so far are shown, at most once a second, in the take's own place."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import MirageError
from ..core.pending_takes import PendingTake
from ..core.take_files import frames_on_disk
from .known_shots import as_called_now
from .own_renders import own_renders_stay
from .scene_keys import find_scene
from .show_take import show_take

SECONDS_BETWEEN = 1.0
"""Laying a take out costs a few milliseconds, and Blender reads its picture anew."""


class GrowingTakes:
    """Of one pump. Holds plain values only."""

    def __init__(self) -> None:
        self._grown: dict[Path, PendingTake] = {}  # folders with a frame that is not shown yet
        self._shown_at = float("-inf")

    def note_frame(self, take: PendingTake, folder: Path) -> None:
        """A frame of it lies on disk."""
        self._grown[folder] = take

    def forget(self, folder: Path) -> None:
        """The take is shown as a whole."""
        self._grown.pop(folder, None)

    def show(self, now: float) -> bool:
        """Shows what came, where it is time to (`now` in seconds); True where something was shown.

        No undo step is made of it: the whole take gets one. What an undo takes back comes again with the next frame.
        """
        if not self._grown or now - self._shown_at < SECONDS_BETWEEN:
            return False
        grown, self._grown, self._shown_at = self._grown, {}, now
        for folder, take in grown.items():
            scene, frames = find_scene(take.scene), tuple(frames_on_disk(folder))
            if scene is None or not frames:
                continue
            try:
                with own_renders_stay(scene):
                    show_take(
                        scene,
                        as_called_now(scene, take.shot),
                        folder,
                        frames,
                        facts={"take_id": take.take_id},
                        whole=False,
                    )
            except MirageError:
                continue  # a camera or channel that is missing is told of once, when the take is whole
        return True


growing = GrowingTakes()
