"""Unit vectors in two bytes (octahedral map; Cigolle et al., JCGT 2014) and a tangent frame for every normal."""

from __future__ import annotations

import torch
from torch import Tensor


def to_octahedral(direction: Tensor) -> Tensor:
    """[N,3] unit vectors -> [N,2] int8."""
    folded = direction / direction.abs().sum(-1, keepdim=True).clamp_min(1e-12)
    plane = folded[..., :2]
    wrapped = (1 - plane.flip(-1).abs()) * _sign(plane)
    plane = torch.where(folded[..., 2:] < 0, wrapped, plane)
    return (plane * 127).round().clamp(-127, 127).to(torch.int8)


def from_octahedral(code: Tensor) -> Tensor:
    """[N,2] int8 -> [N,3] float32 unit vectors (within 1.1 degrees)."""
    plane = code.to(torch.float32) / 127
    z = 1 - plane.abs().sum(-1, keepdim=True)
    unfolded = torch.where(z < 0, (1 - plane.flip(-1).abs()) * _sign(plane), plane)
    return torch.nn.functional.normalize(torch.cat([unfolded, z], -1), dim=-1)


def tangent_frame(normal: Tensor) -> tuple[Tensor, Tensor]:
    """Two unit vectors [N,3] that span the plane of each normal (Duff et al., JCGT 2017)."""
    sign = _sign(normal[..., 2:])[..., 0]
    a = -1 / (sign + normal[..., 2])
    b = normal[..., 0] * normal[..., 1] * a
    first = torch.stack([1 + sign * normal[..., 0] ** 2 * a, sign * b, -sign * normal[..., 0]], -1)
    second = torch.stack([b, sign + normal[..., 1] ** 2 * a, -normal[..., 1]], -1)
    return first, second


def in_plane(vector: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """[N,2] coordinates of vectors [N,3] along two unit vectors [N,3]."""
    return torch.stack([(vector * first).sum(-1), (vector * second).sum(-1)], -1)


def roll_angle(axis: Tensor, normal: Tensor) -> Tensor:
    """[N] radians: the direction of `axis` [N,3] in the tangent frame of `normal`."""
    along, across = in_plane(axis, *tangent_frame(normal)).unbind(-1)
    return torch.atan2(across, along)


def _sign(values: Tensor) -> Tensor:
    return torch.where(values < 0, -1.0, 1.0)
