from __future__ import annotations

import torch

from inference_backend.memory.directions import from_octahedral, roll_angle, tangent_frame, to_octahedral


def directions(count=2000):
    return torch.nn.functional.normalize(torch.randn(count, 3, generator=torch.Generator().manual_seed(0)), dim=-1)


def test_octahedral_code_keeps_the_direction_within_its_stated_error():
    d = directions()
    cosine = (from_octahedral(to_octahedral(d)) * d).sum(-1)
    assert torch.rad2deg(torch.acos(cosine.clamp(-1, 1))).max() < 1.1


def test_poles_and_axes_survive():
    axes = torch.cat([torch.eye(3), -torch.eye(3)])
    torch.testing.assert_close(from_octahedral(to_octahedral(axes)), axes, atol=1e-6, rtol=0)


def test_tangent_frame_is_orthonormal():
    d = directions()
    first, second = tangent_frame(d)
    frame = torch.stack([first, second, d], -1)
    torch.testing.assert_close(frame.mT @ frame, torch.eye(3).expand(len(d), 3, 3), atol=1e-5, rtol=0)


def test_roll_turns_with_the_axis():
    d = directions()
    first, second = tangent_frame(d)
    axis = torch.cos(torch.tensor(0.7)) * first + torch.sin(torch.tensor(0.7)) * second
    torch.testing.assert_close(roll_angle(axis, d), torch.full((len(d),), 0.7), atol=1e-4, rtol=0)
