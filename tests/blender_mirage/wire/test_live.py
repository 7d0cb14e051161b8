"""The key of a set: the same for the same content, another for anything that may change a view of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blender_mirage.wire import live
from blender_mirage.wire.arrays import Arrays
from tests.blender_mirage.wire.examples import GREYBOX


def _tracks() -> Arrays:
    return {
        "transforms": np.eye(4)[None],
        "moving": np.zeros(0, np.int32),
        "moving_transforms": np.zeros((0, 1, 4, 4)),
        "visible": np.ones((1, 1), np.uint8),
        "lamp_transforms": np.eye(4)[None, None],
    }


def test_the_key_follows_everything_of_the_set_and_nothing_else() -> None:
    key = live.set_key(GREYBOX, _tracks())
    assert key == live.set_key(replace(GREYBOX), {**_tracks(), "c2w": np.ones((1, 4, 4))})
    moved = _tracks()
    moved["transforms"] = moved["transforms"] + np.eye(4)[3][None, :, None] * 1e-3
    hidden = {**_tracks(), "visible": np.zeros((1, 1), np.uint8)}
    others = {live.set_key(GREYBOX, moved), live.set_key(GREYBOX, hidden)}
    others |= {live.set_key(replace(GREYBOX, ambient=(0.0, 0.0, 0.0)), _tracks())}
    others |= {live.set_key(replace(GREYBOX, instances=(replace(GREYBOX.instances[0], mesh="f" * 32),)), _tracks())}
    assert len(others | {key}) == 5
