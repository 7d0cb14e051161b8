"""Worlds without geometry: what a picture with an estimated depth shows hangs on points in space (anchor VOID).

They are read by the published splat, which finds where the points stand before the camera, and then as any other
surface: each cell gathers the points nearest to its own, so that it gets several candidates, how they lie, and an
honest word on whether it was seen.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..greybox.clip import EVERYTHING, Clip
from ..greybox.depth_cells import MIN_SLOPE, depth_cells, merge, surfaces
from ..greybox.gbuffer import GBuffer, Pixels
from ..greybox.geometry import SKY, VOID, Float32, Float64
from ..memory.cells import Cells
from ..memory.directions import from_octahedral, tangent_frame
from ..memory.read import ReadOut, describe
from ..memory.splat import Splat, splat
from ..memory.tokens import Tokens
from ..models.protocol import FrameView
from .remember import Memory

RADIUS = 3
"""Cells that a point covers to each side at most: up to seven times closer than it was seen, a surface has no gaps."""


def seed(cells: GBuffer, depth: Float32, c2w: Float64, K: Float64, stride: int) -> GBuffer:
    """The cells of a picture [h,w] with VOID points where the greybox has nothing and `depth` [H,W] has something.

    depth: metres along the optical axis; 0 or NaN where it is not known (nothing is remembered there), infinite for the
    sky. K: in pixels of `depth`. In a world with a greybox, the greybox goes before.
    """
    return merge(cells, depth_cells(depth, c2w, K, stride), cells.anchor == SKY)


def read_void(
    view: FrameView,
    cells: Cells,
    memory: Memory,
    c2w: Float64,
    K_latent: Float64,
    clip: Clip = EVERYTHING,
    radius: int = RADIUS,
) -> tuple[FrameView, Cells, ReadOut]:
    """What memory knows of a frame, points without geometry included: (view with the points' depth in its cells and
    pixels, the cells, the read-out). A world without such points is read as always, at no more cost.

    radius: 0 reads by exactly the published method, one point a cell.
    """
    found = find(view.cells, memory, (c2w, K_latent), clip, radius)
    if found is None:
        return view, cells, memory.recall(cells)
    seen, point = found
    filled = seen if radius == 0 else _extended(seen, memory, c2w, K_latent)
    new = filled.anchor != view.cells.anchor
    cells = Cells.from_gbuffer(filled, cells.anchor.device)
    readout = memory.recall(cells)
    if radius == 0:
        readout = _published(readout, memory.tokens, cells, torch.where(torch.from_numpy(new).view(-1), point, -1))
    return _shown(view, filled, new), cells, readout


def fill(cells: GBuffer, memory: Memory, c2w: Float64, K_latent: Float64, clip: Clip = EVERYTHING) -> GBuffer:
    """Cells [h,w] with the surfaces that the world's points make where the greybox has none: what a plan looks at."""
    found = find(cells, memory, (c2w, K_latent), clip, RADIUS)
    return cells if found is None else _extended(found[0], memory, c2w, K_latent)


def find(
    cells: GBuffer, memory: Memory, camera: tuple[Float64, Float64], clip: Clip, radius: int
) -> tuple[GBuffer, Tensor] | None:
    """(cells with the points that the camera sees, row of each cell's point [h*w] or -1); None where there are none.

    camera: (c2w, K of the cells).
    """
    # What was painted lies on points, and is none itself.
    c2w, K, tokens, painted = *camera, memory.tokens, memory.painted
    rows = painted + torch.nonzero(tokens.anchor[painted:] == VOID)[:, 0]
    if len(rows) == 0 or not (cells.anchor == SKY).any():
        return None
    points = tokens.select(rows)
    pose, intrinsics = (torch.tensor(matrix, device=rows.device)[None] for matrix in (c2w, K))
    seen = splat(points.position, pose, intrinsics, cells.shape, _patches(points), radius, clip)
    held = seen.token[0] >= 0
    depth, normal = (field.cpu().numpy() for field in _surface(seen, points, pose[0], intrinsics[0], cells.shape))
    grid = _centres(cells.shape)
    made = surfaces(depth.reshape(cells.shape), normal.reshape(*cells.shape, 3), grid, (c2w, K), 1, cells.purity)
    taken = (cells.anchor == SKY) & (made.anchor == VOID)
    point = torch.where(held, rows[seen.token[0].clamp_min(0)], -1).cpu()
    return merge(cells, made, taken), point


def _extended(cells: GBuffer, memory: Memory, c2w: Float64, K: Float64) -> GBuffer:
    """`extend` with all that memory knows to be sky left as sky."""
    sky = memory.read(Cells.from_gbuffer(cells, memory.tokens.anchor.device)).covered.cpu().numpy()
    return extend(cells, (cells.anchor == SKY) & sky.reshape(cells.shape), c2w, K)


def extend(cells: GBuffer, sky: NDArray[np.bool_], c2w: Float64, K: Float64) -> GBuffer:
    """Cells in which what lies beside known points, but was never seen, has a guessed depth: that of the farthest
    neighbour, as what a nearer object has just uncovered lies behind it. So it is generated, and remembered, on a
    surface that goes on, and not in the sky. sky: [h,w] cells that stay as they are.

    A frame that sees any of a greybox is left alone: there, what is not modelled *is* the sky.
    """
    void = cells.anchor == VOID
    unknown = (cells.anchor == SKY) & ~sky
    if (cells.anchor > SKY).any() or not void.any() or not unknown.any():
        return cells
    depth = np.where(void, cells.depth_z, 0.0).astype(np.float64)
    while not (depth > 0).all():
        padded = np.pad(depth, 1)
        around = [padded[1 + i : 1 + i + depth.shape[0], 1 + j : 1 + j + depth.shape[1]] for i, j in _BESIDE]
        depth = np.where(depth > 0, depth, np.max(around, 0))
    # Facing the camera: the steps of a guess tell nothing of the surface.
    guessed = surfaces(depth, -cells.view, _centres(cells.shape), (c2w, K), 1, cells.purity)
    return merge(cells, guessed, unknown)


_BESIDE = ((-1, 0), (1, 0), (0, -1), (0, 1))


def _patches(points: Tokens) -> Tensor:
    """[N,2,3] half axes of the cells that made the points, on their surfaces: as long as the footprint where the view
    was slanted, foreshortened across it."""
    normal, view = from_octahedral(points.normal), from_octahedral(points.view)
    facing = (normal * view).sum(-1, keepdim=True).abs().clamp_min(MIN_SLOPE)
    slanted = torch.nn.functional.normalize(view - normal * (normal * view).sum(-1, keepdim=True), dim=-1)
    # Seen straight on, any two directions will do.
    slanted = torch.where(facing > 0.9998, tangent_frame(normal)[0], slanted)
    half = 0.5 * points.footprint.float()[:, None]
    return torch.stack([slanted * half, torch.linalg.cross(normal, slanted) * half * facing], 1)


def _surface(seen: Splat, points: Tokens, c2w: Tensor, K: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """(depth [h*w] under the cell's centre, normal [h*w,3]) of the plane of each cell's point; 0 in holes."""
    token = seen.token[0].clamp_min(0)
    held = seen.token[0] >= 0
    h, w = size
    row, column = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
    grid = torch.stack([column + 0.5, row + 0.5, torch.ones(h, w)], -1).view(-1, 3).double().to(c2w.device)
    rays = grid @ torch.linalg.inv(K.double()).T @ c2w[:3, :3].double().T
    normal = from_octahedral(points.normal[token]).double()
    offset = points.position[token].double() - c2w[:3, 3].double()
    slope = (normal * rays).sum(-1)
    plane = (normal * offset).sum(-1) / torch.where(slope.abs() < 1e-6, torch.ones_like(slope), slope)
    z = seen.depth_z[0].double()
    # A grazing plane would reach anywhere: within the point's own size it is believed, beyond it is not.
    near = (plane - z).abs() <= 2 * points.footprint[token].double()
    depth = torch.where(near & (slope.abs() >= 1e-6), plane, z)
    return torch.where(held, depth, torch.zeros_like(depth)), normal


def _published(readout: ReadOut, tokens: Tokens, cells: Cells, point: Tensor) -> ReadOut:
    """`readout` with its points [N] in the place of other candidates; where a cell has none (-1) it stays as it is."""
    rows = torch.nonzero(point >= 0)[:, 0].to(readout.token.device)
    point = point.to(rows.device)[rows]
    some = cells.select(rows)
    token = torch.full_like(readout.token[rows], -1)
    token[:, 0] = point
    geometry = torch.zeros_like(readout.geometry[rows])
    geometry[:, :1] = describe(tokens, point[:, None], some)
    held = torch.ones(len(rows), dtype=torch.bool, device=rows.device)
    return readout.put(rows, ReadOut(token, geometry, held, ~held, ~held))


def _shown(view: FrameView, filled: GBuffer, new: NDArray[np.bool_]) -> FrameView:
    """The view with the points' surfaces in its cells, and in the pixels of the sky before which they stand."""
    stride = view.pixels.shape[0] // filled.shape[0]

    def large(field: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.repeat(np.repeat(field, stride, 0), stride, 1)

    pixels = Pixels(**{field.name: large(getattr(filled, field.name)) for field in fields(Pixels)})
    return replace(view, cells=filled, pixels=merge(view.pixels, pixels, large(new) & (view.pixels.anchor == SKY)))


def _centres(size: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    row, column = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5, indexing="ij")
    return column, row
