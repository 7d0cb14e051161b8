"""A picture with its camera, written into a world's memory: concept frame, render, photo."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import SeedViewRequest

from ..errors import Cancelled, InvalidRequest
from ..greybox.clip import clips_of
from ..greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from ..greybox.geometry import origin_near
from ..memory.cells import Cells
from ..memory.tokens import Tokens
from ..memory.write import write
from ..models.protocol import Engine
from .context import JobContext
from .events import Event
from .greybox_frames import GreyboxFrames
from .paint_over import painted_tokens
from .void import seed

LONGEST_SIDES = (1024, 512)
"""A look is written at two levels of detail, as a texture is: from far away the coarser one is read. A larger picture
is reduced first; its tokens would be finer than any take reads."""


def write_seed_view(request: SeedViewRequest, arrays: Arrays, context: JobContext, engine: Engine) -> None:
    """Writes a picture, or what somebody painted on a frame (see `paint_over`), into the world.

    Raises InvalidRequest where the camera sees nothing at all or nothing was painted, NotFound where the painted frame
    is gone, DiskFull, Cancelled.
    """
    if request.over_take:
        added = painted_tokens(request, arrays["image"], context, engine)
    else:
        added = _tokens_of(request, arrays, context, engine)
    meta = {
        "engine": engine.spec.name,
        "weights": engine.weights_hash,
        "latents": engine.latent_space,
        "tokens": str(len(added)),
        "name": request.name,
        "author": request.author,
        "frame": str(request.frame),
        "camera": request.camera,
        "over_take": request.over_take,
    }
    context.world.commit_segment(context.take_id, "seed_view", added.to_arrays(), meta)


def _tokens_of(request: SeedViewRequest, arrays: Arrays, context: JobContext, engine: Engine) -> Tokens:
    """Encodes the picture at each level of detail, and hangs the latents on the surfaces that it shows. Where it shows
    none of the greybox but has a depth, they hang on points in space (see `void`)."""
    context.report(Event("phase", phase="look"))
    tracks = GreyboxTracks.from_arrays(request.greybox, arrays, 1)
    origin = origin_near(arrays["c2w"][0, :3, 3])
    frames = GreyboxFrames(request.greybox, tracks, context.meshes, context.world, origin)
    caster = frames.caster(0).clipped(clips_of(arrays, 1)[0])
    parts = []
    for longest in LONGEST_SIDES:
        if context.is_cancelled():
            raise Cancelled()
        picture, K = fit(arrays["image"], arrays["K"][0], engine.spec.stride, longest)
        camera = (caster, arrays["c2w"][0], K)
        cells = cell_gbuffer(*camera, pixel_gbuffer(*camera, *picture.shape[:2]), engine.spec.stride)
        if "depth" in arrays:
            depth = fit_depth(arrays["depth"], engine.spec.stride, longest)
            cells = seed(cells, depth, arrays["c2w"][0], K, engine.spec.stride)
        if not (cells.depth_z > 0).any():
            raise InvalidRequest(
                f"The camera of the look {request.name!r} sees nothing of the set.",
                "Set the look's frame to one where the camera looks at the set, or send a depth with the picture.",
            )
        keep = None
        if "alpha" in arrays:
            keep = torch.from_numpy(opaque_cells(arrays["alpha"], engine.spec.stride, longest)).to(engine.device)
        latents = engine.encode(picture)
        parts.append(write(latents.flatten(1).T, Cells.from_gbuffer(cells, engine.device), keep))
        if max(arrays["image"].shape[:2]) <= LONGEST_SIDES[-1]:
            break
    return Tokens.join(parts)


def fit(
    image: NDArray[np.uint8], K: NDArray[np.float64], stride: int, longest: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The picture reduced to `longest` pixels a side and to whole cells, and its K to match. [H,W,3], [3,3]."""
    height, width = image.shape[:2]
    (h, w), resized = _fitted(height, width, stride, longest)
    if resized != (height, width):
        image = np.asarray(Image.fromarray(image).resize(resized[::-1], Image.Resampling.LANCZOS))
    factors = np.diag([resized[1] / width, resized[0] / height, 1.0])
    return np.array(image[:h, :w]), factors @ K


def opaque_cells(alpha: NDArray[np.uint8], stride: int, longest: int) -> NDArray[np.bool_]:
    """[h*w] the cells of a picture, fitted as `fit` fits it, that are half opaque all over; `alpha` [H,W] is its
    opacity."""
    (h, w), resized = _fitted(*alpha.shape, stride, longest)
    if resized != alpha.shape:
        alpha = np.asarray(Image.fromarray(alpha).resize(resized[::-1], Image.Resampling.BOX))
    blocks = alpha[:h, :w].reshape(h // stride, stride, w // stride, stride)
    return (blocks.min((1, 3)) >= 128).reshape(-1)


def fit_depth(depth: NDArray[np.float32], stride: int, longest: int) -> NDArray[np.float32]:
    """A depth [H,W] as `fit` fits its picture. Never blended: a mean of two depths is a place where nothing is."""
    (h, w), resized = _fitted(*depth.shape, stride, longest)
    if resized != depth.shape:
        picture = Image.fromarray(np.ascontiguousarray(depth))
        depth = np.asarray(picture.resize(resized[::-1], Image.Resampling.NEAREST))
    return np.ascontiguousarray(depth[:h, :w])


def _fitted(height: int, width: int, stride: int, longest: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """((h, w) in whole cells, (H, W) of the resized picture before its right and bottom are cropped)."""
    if height < stride or width < stride:
        raise InvalidRequest(f"The look is {width} x {height} pixels.", f"Give one of at least {stride} x {stride}.")
    scale = min(1.0, longest / max(height, width))
    h = max(stride, int(round(height * scale)) // stride * stride)
    w = max(stride, int(round(width * scale)) // stride * stride)
    # One scale both ways and a crop at the right and bottom, or the pixels would no longer be square.
    return (h, w), (max(h, int(round(height * scale))), max(w, int(round(width * scale))))
