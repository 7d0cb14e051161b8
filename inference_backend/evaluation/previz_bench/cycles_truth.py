"""True pictures by Blender's path tracer, in the place of the training's own renderer. Needs the `bpy` extra."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...greybox.gbuffer import pixel_gbuffer
from ...greybox.geometry import FrameSet
from ...training.sets.cycles import CyclesStage
from ...training.sets.render import Grade, develop, exposed, printed
from ...training.sets.views import ProceduralSet
from .stage import quick_renderer
from .studio import Camera

SAMPLES = 16
"""Paths a pixel, then denoised."""
_SKY_WEIGHT = 0.25
"""Of a pixel of the sky in the mean that sets the exposure."""


class CyclesRenderer:
    """See `stage.Renderer`. Keeps Blender's scene while the same set is asked for, and the exposure that its first
    camera was given: that of the training's renderer."""

    def __init__(self) -> None:
        self._stage: CyclesStage | None = None
        self._built: FrameSet | None = None
        self._grades: dict[str, Grade] = {}

    def __call__(self, pset: ProceduralSet, camera: Camera, size: tuple[int, int], seed: int) -> NDArray[np.uint8]:
        """Raises InvalidRequest without bpy."""
        if self._stage is None or self._built is not pset.frame_set:
            self._stage, self._built = CyclesStage(pset, SAMPLES), pset.frame_set
        linear = self._stage.linear(*camera, *size)
        depth = pixel_gbuffer(pset.surfaces.caster, *camera, *size).depth_z
        if pset.name not in self._grades:
            level = quick_renderer(pset, camera, size, seed).mean(-1) / 255
            weight = np.where(depth > 0, 1.0, _SKY_WEIGHT)
            self._grades[pset.name] = exposed(linear, depth, pset.grade, float((level * weight).sum() / weight.sum()))
        return printed(develop(linear, depth, self._grades[pset.name]), np.random.default_rng(seed))
