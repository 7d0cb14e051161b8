"""A picture of the engine drawn over a region. Needs a window: without one there is nothing to draw on."""

from __future__ import annotations

from typing import Any

import gpu
import numpy as np
from gpu_extras.batch import batch_for_shader
from numpy.typing import NDArray

from ..compat import linear_image_shader
from .live_camera import Rectangle


class LivePicture:
    """One texture on the graphics card at most."""

    def __init__(self) -> None:
        self._rgb: NDArray[np.uint8] | None = None
        self._texture: Any = None

    def show(self, rgb: NDArray[np.uint8]) -> None:
        """[H,W,3] sRGB, first row on top; goes to the graphics card when it is drawn."""
        self._rgb, self._texture = rgb, None

    def free(self) -> None:
        self._rgb = self._texture = None

    def draw(self, where: Rectangle, opacity: float) -> None:
        """In a POST_PIXEL handler, from where pixels go to the display without a view transform."""
        if self._rgb is None:
            return
        if self._texture is None:
            self._texture = _texture(self._rgb)
        shader = linear_image_shader()
        left, bottom, right, top = where
        corners = ((left, bottom), (right, bottom), (right, top), (left, top))
        batch = batch_for_shader(shader, "TRI_FAN", {"pos": corners, "texCoord": ((0, 0), (1, 0), (1, 1), (0, 1))})
        gpu.state.blend_set("ALPHA")
        shader.bind()
        shader.uniform_sampler("image", self._texture)
        shader.uniform_float("color", (1.0, 1.0, 1.0, opacity))
        batch.draw(shader)
        gpu.state.blend_set("NONE")


def _texture(rgb: NDArray[np.uint8]) -> Any:
    height, width = rgb.shape[:2]
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = _LINEAR[rgb[::-1]]
    return gpu.types.GPUTexture(
        (width, height), format="RGBA16F", data=gpu.types.Buffer("FLOAT", rgba.size, rgba.ravel())
    )


_SRGB = np.arange(256, dtype=np.float32) / 255
_LINEAR = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""[256] of each byte (IEC 61966-2-1)."""
