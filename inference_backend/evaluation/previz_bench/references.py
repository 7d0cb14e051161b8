"""What ours is held against, each made from the same look by the same autoencoder: the look's own pixels carried over
by exact geometry (no network can know more of those surfaces), the published latent cloud, and a cloud of pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ...generation.observe import observe
from ...greybox.gbuffer import GBuffer, pixel_gbuffer
from ...greybox.geometry import SKY
from ...greybox.raycast import Raycaster
from ...models.protocol import Engine, FrameView
from ..baselines.append_all import AppendAll
from ..baselines.rgb_cloud import RgbCloud
from ..reprojection import bilinear
from .studio import Camera
from .visible import Visibility

HOLE = 4
"""Rings of cells, or pixels, by which holes of a baseline are filled."""


@dataclass(frozen=True)
class Shown:
    """A picture with its camera and what that camera sees."""

    picture: NDArray[np.uint8]
    camera: Camera
    pixels: GBuffer
    view: FrameView


def shown(picture: NDArray[np.uint8], camera: Camera, caster: Raycaster, engine: Engine) -> Shown:
    size = picture.shape[:2]
    pixels = pixel_gbuffer(caster, *camera, *size)
    return Shown(picture, camera, pixels, observe(caster, *camera, *size, engine.spec.stride))


def carried(look: Shown, visibility: Visibility) -> NDArray[np.float64]:
    """[H,W,3] the look's pixels where they are seen, by bilinear samples; 0 elsewhere."""
    out = np.zeros((*visibility.seen.shape, 3))
    out[visibility.seen] = bilinear(look.picture, visibility.place[visibility.seen])
    return out


def latent_cloud(looks: list[Shown], engine: Engine, camera: Camera, view: FrameView, hole: int) -> NDArray[np.uint8]:
    """Baseline (a): every cell of the looks appended as a point; projected, sorted, splatted, decoded. hole: see
    `filled`."""
    cloud = AppendAll(engine.spec.channels, engine.device)
    for look in looks:
        cells = look.view.cells
        keep = torch.from_numpy(cells.anchor.reshape(-1) != SKY)
        cloud.append(engine.encode(look.picture).cpu(), torch.from_numpy(cells.position.reshape(-1, 3)), keep)
    stride = engine.spec.stride
    scale = np.diag([1 / stride, 1 / stride, 1.0])
    latents, point = cloud.read(torch.from_numpy(camera[0]), torch.from_numpy(scale @ camera[1]), view.cells.shape)
    held = (point >= 0).view(view.cells.shape).numpy()
    whole = filled(latents.permute(1, 2, 0).numpy(), held, hole).transpose(2, 0, 1)
    return engine.decode(torch.from_numpy(np.ascontiguousarray(whole, np.float32)).to(engine.device), view)


def pixel_cloud(looks: list[Shown], engine: Engine, camera: Camera, view: FrameView, hole: int) -> NDArray[np.uint8]:
    """Baseline (b): every pixel of the looks appended as a coloured point; rendered, encoded, decoded. hole: see
    `filled`."""
    cloud = RgbCloud()
    for look in looks:
        pixels = look.pixels
        keep = torch.from_numpy(pixels.anchor.reshape(-1) != SKY)
        cloud.append(torch.from_numpy(look.picture), torch.from_numpy(pixels.position.reshape(-1, 3)), keep)
    c2w, K = (torch.from_numpy(matrix) for matrix in camera)
    rendered = cloud.render(c2w, K, view.pixels.shape).numpy()
    # The cloud says nothing of which pixels it left black; no true pixel of the sets is quite black.
    whole = filled(rendered.astype(np.float32), rendered.any(-1), hole)
    return engine.decode(engine.encode(whole.round().astype(np.uint8)), view)


def filled(field: NDArray[np.floating], held: NDArray[np.bool_], hole: int) -> NDArray[np.floating]:
    """[H,W,D] with what is not `held` [H,W] as the mean of its held neighbours, ring by ring, `hole` rings deep."""
    for _ in range(hole):
        weight = held.astype(np.float32)[..., None]
        padded = np.pad(np.concatenate([field * weight, weight], -1), ((1, 1), (1, 1), (0, 0)))
        h, w = held.shape
        total = sum(padded[i : i + h, j : j + w] for i in range(3) for j in range(3))
        reached = (total[..., -1] > 0) & ~held
        field = np.where(reached[..., None], total[..., :-1] / np.maximum(total[..., -1:], 1), field)
        held = held | reached
    return field
