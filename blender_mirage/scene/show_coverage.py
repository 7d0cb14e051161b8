"""What a world has seen of a shot: words for the panel, and pictures over the camera's view. No take is touched."""

from __future__ import annotations

import bpy

from ..core.coverage_words import UNSEEN_SHARE, describe_coverage
from ..core.held_frames import held
from ..core.world_report import CoverageSeen
from .camera_background import COVERAGE, set_background


def show_coverage(state: bpy.types.PropertyGroup, scene: bpy.types.Scene, seen: CoverageSeen) -> None:
    """A line for the shot, in place of the one before. Raises SceneNotReady where its camera has gone."""
    item = state.coverage.get(seen.shot.name) or state.coverage.add()
    item.name, item.text = seen.shot.name, describe_coverage(seen.survey)
    item.stale = " ".join(seen.stale)
    item.unseen = any(frame.never > UNSEEN_SHARE for frame in seen.survey.frames)
    if seen.pictures:
        set_background(scene, seen.shot, held(seen.pictures), COVERAGE)
