"""The look image, small, for the panel: Blender draws it by itself from the file once it is asked for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import bpy

from .output import look_path

_LOOK_AGAIN_S = 2.0
"""Between two looks at whether the file has changed."""


class LookThumbnail:
    """Of one scene's look at a time. Owned by the main thread."""

    def __init__(self) -> None:
        self._previews: Any = None
        self._shown: tuple[Path, int] | None = None  # and when it was written
        self._checked: tuple[Path | None, float] = None, 0.0
        self.icon = 0
        """Blender's number of it; 0 where there is none, and always without a window."""

    @property
    def picture(self) -> Path | None:
        """The file that it is of."""
        return self._shown[0] if self._shown is not None else None

    def refresh(self, scene: bpy.types.Scene) -> bool:
        """Looks which picture the scene names and when it was written; True where another is to be drawn."""
        path, now = look_path(scene), time.monotonic()
        if path == self._checked[0] and now - self._checked[1] < _LOOK_AGAIN_S:
            return False
        self._checked = path, now
        found = (path, path.stat().st_mtime_ns) if path is not None and path.is_file() else None
        if found == self._shown:
            return False
        self.forget()
        self._shown = found
        if found is not None:
            from bpy.utils import previews  # only here: loading it makes Blender's list of them

            self._previews = previews.new()
            self.icon = self._previews.load("look", str(found[0]), "IMAGE").icon_id
        return True

    def forget(self) -> None:
        """The picture's memory is Blender's again."""
        if self._previews is not None:
            from bpy.utils import previews

            previews.remove(self._previews)
        self._previews, self._shown, self.icon = None, None, 0


look_thumbnail = LookThumbnail()
