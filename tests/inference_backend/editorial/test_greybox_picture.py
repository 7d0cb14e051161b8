from __future__ import annotations

import numpy as np

from inference_backend.editorial.greybox_picture import shade_greybox
from inference_backend.greybox.geometry import FrameSet, Mesh, PlacedLamp, PlacedMesh
from inference_backend.greybox.raycast import Raycaster

K = np.array([[40.0, 0, 24.0], [0, 40.0, 16.0], [0, 0, 1]])
DOWN = np.array([[1.0, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 3], [0, 0, 0, 1]])


def floor(energy: float) -> Raycaster:
    corners = np.float32([(-0.6, -9, 0), (0.6, -9, 0), (0.6, 9, 0), (-0.6, 9, 0)])
    mesh = Mesh(corners, np.int32([(0, 1, 2), (0, 2, 3)]), np.zeros(2, np.int32))
    placed = PlacedMesh(mesh, np.eye(4), 1, (1,), np.float32([[0.6, 0.3, 0.1]]), corners)
    lamp_place = np.eye(4)
    lamp_place[2, 3] = 2
    lamp = PlacedLamp("AREA", np.ones(3, np.float32), energy, 0.5, 0.0, 0.0, lamp_place)
    return Raycaster(FrameSet((placed,), (lamp,), np.float32([0.02, 0.02, 0.05])))


def test_surfaces_take_their_colour_and_the_lamps_light():
    dim, bright = (shade_greybox(floor(energy), DOWN, K, 32, 48) for energy in (2.0, 30.0))
    assert dim.shape == (32, 48, 3) and dim.dtype == np.uint8
    red, green, blue = bright[16, 24].astype(int)
    assert red > green > blue
    assert bright[16, 24].sum() > dim[16, 24].sum() > 0
    # Beside the floor there is only the world's own colour, whatever the lamp does.
    assert np.array_equal(dim[16, 2], bright[16, 2]) and dim[16, 2, 2] > dim[16, 2, 0]


def test_the_same_set_gives_the_same_picture():
    assert np.array_equal(shade_greybox(floor(9.0), DOWN, K, 16, 24), shade_greybox(floor(9.0), DOWN, K, 16, 24))
