"""The greybox's tracks over the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from blender_mirage.wire.codec import MalformedMessage
from blender_mirage.wire.greybox import NAMES, GreyboxTracks, lamp_values, lamp_with
from blender_mirage.wire.messages import Greybox, Instance, Lamp

FRAMES = 4
GREYBOX = Greybox(
    tuple(Instance(f"anchor-{i}", "Box", "0" * 32, ()) for i in range(3)), (Lamp("SUN", (1.0, 1.0, 1.0), 2.0),)
)


def tracks() -> GreyboxTracks:
    rng = np.random.default_rng(0)
    return GreyboxTracks(
        transforms=rng.normal(size=(3, 4, 4)),
        moving=np.array([1], np.int32),
        moving_transforms=rng.normal(size=(1, FRAMES, 4, 4)),
        visible=np.ones((3, FRAMES), np.uint8),
        lamp_transforms=rng.normal(size=(1, FRAMES, 4, 4)),
    )


def test_round_trip() -> None:
    sent = tracks()
    found = GreyboxTracks.from_arrays(GREYBOX, sent.to_arrays(), FRAMES)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(found, name), getattr(sent, name))


def test_lamps_and_ambient_that_change_frame_by_frame() -> None:
    """A request without them, as older add-ons send it and newer ones where nothing changes, says it in its message."""
    steady = GreyboxTracks.from_arrays(GREYBOX, tracks().to_arrays(), FRAMES)
    assert steady.lamps_at(GREYBOX.lamps, 2) == GREYBOX.lamps
    assert steady.ambient_at(GREYBOX.ambient, 2) == GREYBOX.ambient
    assert set(steady.to_arrays()) == set(NAMES)
    values = np.linspace(0.1, 0.7, 7) * np.arange(1, FRAMES + 1)[None, :, None]
    sent = replace(tracks(), lamp_values=values, ambient=np.linspace(0, 1, 3) * np.arange(FRAMES)[:, None])
    found = GreyboxTracks.from_arrays(GREYBOX, sent.to_arrays(), FRAMES)
    (lamp,) = found.lamps_at(GREYBOX.lamps, 2)
    assert lamp.kind == "SUN" and lamp_values(lamp) == tuple(values[0, 2])
    assert lamp_with(GREYBOX.lamps[0], lamp_values(lamp)) == lamp
    assert found.ambient_at(GREYBOX.ambient, 3) == (0.0, 1.5, 3.0)


def test_only_movers_move() -> None:
    sent = tracks()
    still = sent.transforms.copy()
    placed = sent.transforms_at(2)
    np.testing.assert_array_equal(placed[1], sent.moving_transforms[0, 2])
    np.testing.assert_array_equal(placed[[0, 2]], still[[0, 2]])
    np.testing.assert_array_equal(sent.transforms, still)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transforms", np.zeros((2, 4, 4))),
        ("transforms", np.full((3, 4, 4), np.nan)),
        ("moving", np.array([3], np.int32)),
        ("moving", np.array([-1], np.int32)),
        ("moving", np.zeros((), np.int32)),
        ("moving", np.zeros((1, 1), np.int32)),
        ("moving_transforms", np.zeros((1, FRAMES + 1, 4, 4))),
        ("visible", np.ones((3,), np.uint8)),
        ("lamp_transforms", np.full((1, FRAMES, 4, 4), np.inf)),
        ("lamp_values", np.ones((1, FRAMES, 6))),
        ("lamp_values", np.full((1, FRAMES, 7), np.nan)),
        ("ambient", np.ones((FRAMES + 1, 3))),
    ],
)
def test_wrong_array_is_named(name: str, value: Any) -> None:
    with pytest.raises(MalformedMessage, match=name):
        GreyboxTracks.from_arrays(GREYBOX, {**tracks().to_arrays(), name: value}, FRAMES)


@pytest.mark.parametrize("name", NAMES)
def test_missing_array_is_named(name: str) -> None:
    arrays = tracks().to_arrays()
    del arrays[name]
    with pytest.raises(MalformedMessage, match=name):
        GreyboxTracks.from_arrays(GREYBOX, arrays, FRAMES)
