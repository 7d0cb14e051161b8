"""What somebody painted on a frame of a take, as tokens: those of the changed cells, on the surfaces that they show."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.messages import SeedViewRequest, TakeRequest

from ..errors import InvalidRequest, NotFound
from ..greybox.gbuffer import GBuffer, cell_gbuffer, pixel_gbuffer
from ..greybox.geometry import SKY
from ..memory.cells import Cells
from ..memory.tokens import Tokens
from ..memory.write import write
from ..models.protocol import Engine
from ..storage.images import decode_image
from .context import JobContext
from .events import Event
from .remember import Memory
from .sights import CameraPath
from .void import fill

PAINTED_MEAN = 2.5
"""A cell is painted where its pixels differ by more than so many of 255 levels on average,"""
PAINTED_PEAK = 24
"""or one of them by more than so many: a hair's breadth of paint, but not the noise of a picture saved as JPEG."""
SUSPICIOUS = 0.95
"""Who changes so much of a frame has hardly painted, but saved it with other colours or in another size."""


def painted_tokens(request: SeedViewRequest, image: NDArray[np.uint8], context: JobContext, engine: Engine) -> Tokens:
    """Those of the cells of the frame that `image` [H,W,3] shows changed.

    Raises InvalidRequest where nothing was painted, or nowhere where it could stay; NotFound where the frame is gone.
    """
    context.report(Event("phase", phase="paint-over"))
    take, arrays = from_bundle(TakeRequest, context.takes.request(request.over_take))
    index = take.frames.index(request.frame)
    original = _frame(request, index, context)
    painted = changed_cells(image, original, engine.spec.stride)
    _check_extent(painted, request, context)
    cells = _cells(CameraPath(take, arrays, context, engine), index, painted, context, engine)
    keep = torch.from_numpy(painted.reshape(-1)).to(engine.device)
    latents = engine.encode(np.array(image))  # as it came over the wire it cannot be written to, which torch minds
    tokens = write(latents.flatten(1).T, Cells.from_gbuffer(cells, engine.device), keep)
    if len(tokens) == 0:
        raise InvalidRequest(
            f"What was painted on frame {request.frame} lies only along the outlines of things.",
            "Paint broader than a few pixels.",
        )
    return tokens


def changed_cells(painted: NDArray[np.uint8], original: NDArray[np.uint8], stride: int) -> NDArray[np.bool_]:
    """[H/stride,W/stride] where a picture [H,W,3] differs from the one that it was painted on by more than the noise of
    saving it."""
    height, width = original.shape[:2]
    differs = np.abs(painted.astype(np.int16) - original).max(-1)
    blocks = differs.reshape(height // stride, stride, width // stride, stride)
    return (blocks.mean((1, 3)) > PAINTED_MEAN) | (blocks.max((1, 3)) > PAINTED_PEAK)


def _frame(request: SeedViewRequest, index: int, context: JobContext) -> NDArray[np.uint8]:
    path = context.takes.frame_path(request.over_take, index)
    if not path.is_file():
        raise NotFound(
            f"Frame {request.frame} of the take {request.over_take} is no longer on the backend.",
            "Paint on a frame of a newer take.",
        )
    return decode_image(path.read_bytes())


def _check_extent(painted: NDArray[np.bool_], request: SeedViewRequest, context: JobContext) -> None:
    share = float(painted.mean())
    if share == 0:
        raise InvalidRequest(
            f"The paint-over is the same picture as frame {request.frame} of the take.",
            "Paint on it, save it, and use it again.",
        )
    if share > SUSPICIOUS:
        message = f"{share:.0%} of frame {request.frame} differ from the take's, so all of that is written."
        hint = "If you painted on less, save the picture as PNG, in its own size and colours."
        context.report(Event("note", message=f"{message} {hint}"))


def _cells(path: CameraPath, index: int, painted: NDArray[np.bool_], context: JobContext, engine: Engine) -> GBuffer:
    """[h,w] what the frame's own camera sees, points in a sky that was painted on included."""
    caster, c2w, K, stride = path.caster(index), path.c2w[index], path.K[index], engine.spec.stride
    cells = cell_gbuffer(caster, c2w, K, pixel_gbuffer(caster, c2w, K, *path.size), stride)
    if not (painted & (cells.anchor == SKY)).any():
        return cells
    return fill(cells, Memory.load(context.world, engine), *path.latent_camera(index))
