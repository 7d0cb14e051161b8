"""What one camera sees of the greybox at one frame, as engines want it."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from ..greybox.gbuffer import cells_met, look
from ..greybox.geometry import Float64, Int32
from ..greybox.lightmap import Lightmap
from ..greybox.raycast import Raycaster
from ..models.protocol import FrameView
from .sights import CameraPath

KEPT_BYTES = 2**28
"""How much the views take that are kept to be looked at once more."""


def observe(
    caster: Raycaster, c2w: Float64, K: Float64, height: int, width: int, stride: int, lightmap: Lightmap | None = None
) -> FrameView:
    """The frame's pixels, cells and shading guide. lightmap: of the caster's set; what it knows already changes
    nothing but the time this takes."""
    return observe_meshes(caster, c2w, K, height, width, stride, lightmap)[0]


def observe_meshes(
    caster: Raycaster, c2w: Float64, K: Float64, height: int, width: int, stride: int, lightmap: Lightmap | None
) -> tuple[FrameView, Int32]:
    """The same with the mesh that each pixel shows [H,W]."""
    pixels, mesh = look(caster, c2w, K, height, width)
    cells, hits = cells_met(caster, c2w, K, pixels, stride)
    light, occlusion = (lightmap or Lightmap(caster)).guide(caster, cells, hits)
    return FrameView(pixels, cells, light, occlusion, c2w), mesh


class Views:
    """The views of a camera path's frames. Those of key frames are looked at twice: they are kept, as far as they fit
    into KEPT_BYTES."""

    def __init__(self, path: CameraPath, lightmap: Lightmap | None = None) -> None:
        """lightmap: of a take over the same set."""
        self._path = path
        self._kept: dict[int, FrameView] = {}
        self.lightmap = lightmap

    def at(self, index: int, again: bool = False) -> FrameView:
        """again: whether it will be asked for once more."""
        view = self._kept.pop(index, None) or self._observed(index)
        if again and (len(self._kept) + 1) * _bytes(view) <= KEPT_BYTES:
            self._kept[index] = view
        return view

    def _observed(self, index: int) -> FrameView:
        path = self._path
        caster = path.caster(index)
        self.lightmap = self.lightmap or Lightmap(caster)
        camera = (path.c2w[index], path.K[index], *path.size)
        view, mesh = observe_meshes(caster, *camera, path.stride, self.lightmap)
        path.note_seen(index, mesh)
        return in_even_light(view, path.frames.moving_anchors)


def in_even_light(view: FrameView, moving: frozenset[int]) -> FrameView:
    """The view with the guide of what moves as it is on the whole of what stands still.

    Light is remembered with the surface: a barrel whose far side was painted in its own shadow would roll that shadow
    into the lamp.
    """
    surface = view.cells.depth_z > 0
    moves = np.isin(view.cells.anchor, list(moving)) & surface
    stands = surface & ~moves
    if not moves.any() or not stands.any():
        return view
    light, occlusion = view.light.copy(), view.occlusion.copy()
    light[moves], occlusion[moves] = light[stands].mean(0), occlusion[stands].mean()
    return replace(view, light=light, occlusion=occlusion)


def _bytes(view: FrameView) -> int:
    return sum(getattr(buffer, field.name).nbytes for buffer in (view.pixels, view.cells) for field in fields(buffer))
