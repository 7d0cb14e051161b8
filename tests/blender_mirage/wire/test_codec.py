"""Dataclasses to JSON and back, for any value; and what is refused, by name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.wire import messages as wire
from blender_mirage.wire.codec import MalformedMessage, from_bundle, from_json, from_plain, to_bundle, to_json
from tests.blender_mirage.wire.examples import EXAMPLES

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
COLOR = st.tuples(FINITE, FINITE, FINITE)
MATERIALS = st.lists(st.builds(wire.Material, TEXT, COLOR), max_size=3).map(tuple)
INSTANCES = st.lists(st.builds(wire.Instance, TEXT, TEXT, TEXT, MATERIALS, TEXT), max_size=3).map(tuple)
LAMPS = st.lists(st.builds(wire.Lamp, TEXT, COLOR, FINITE, FINITE, FINITE, FINITE), max_size=2).map(tuple)
GREYBOXES = st.builds(wire.Greybox, INSTANCES, LAMPS, COLOR)
TAKES = st.builds(
    wire.TakeRequest,
    shot=TEXT,
    engine=TEXT,
    height=st.integers(),
    width=st.integers(),
    frames=st.lists(st.integers()).map(tuple),
    fps=FINITE,
    seed=st.integers(),
    greybox=GREYBOXES,
    prompt=TEXT,
    use_memory=st.booleans(),
)
INFOS = st.builds(
    lambda seconds, state: replace(EXAMPLES[8], seconds=seconds, state=state),
    st.none() | st.dictionaries(TEXT, FINITE),
    TEXT,
)


@given(TAKES | INFOS)
def test_round_trip(message: Any) -> None:
    assert from_json(type(message), to_json(message)) == message


@given(TAKES)
def test_bundle_round_trip(message: wire.TakeRequest) -> None:
    arrays = {"c2w": np.eye(4)[None], "image": np.zeros((2, 3, 3), np.uint8)}
    found, found_arrays = from_bundle(wire.TakeRequest, to_bundle(message, arrays))
    assert found == message
    assert {name: array.tolist() for name, array in found_arrays.items()} == {n: a.tolist() for n, a in arrays.items()}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "frames", "x"]), inner),
)


@given(JSON)
def test_any_json_is_a_message_or_malformed(value: Any) -> None:
    for kind in (wire.TakeRequest, wire.NewWorld, wire.MeshHashes, wire.TakeInfo):
        try:
            assert isinstance(from_plain(kind, value), kind)
        except MalformedMessage:
            continue


@given(st.binary())
def test_any_bytes_are_a_bundle_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        from_bundle(wire.TakeRequest, data)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": None}, "TakeRequest.seed: expected int"),
        ({"seed": True}, "TakeRequest.seed: expected int"),
        ({"seed": 1.5}, "TakeRequest.seed: expected int"),
        ({"fps": "24"}, "TakeRequest.fps: expected float"),
        ({"fps": 10**400}, "TakeRequest.fps: expected a finite number"),
        ({"frames": "12"}, "TakeRequest.frames: expected a list"),
        ({"frames": [1, "2"]}, r"TakeRequest.frames\[1\]: expected int"),
        ({"use_memory": 1}, "TakeRequest.use_memory: expected bool"),
        ({"greybox": {"instances": [{}]}}, r"greybox.instances\[0\].anchor is missing"),
        ({"greybox": {"instances": [], "ambient": [0, 0]}}, "ambient: expected 3 items, got 2"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], words: str) -> None:
    plain = json.loads(to_json(EXAMPLES[7])) | changes
    with pytest.raises(MalformedMessage, match=words):
        from_plain(wire.TakeRequest, plain)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_numbers_are_finite_on_the_way_in(text: str) -> None:
    with pytest.raises(MalformedMessage, match="fps: expected a finite number"):
        from_json(wire.TakeRequest, to_json(EXAMPLES[7]).replace('"fps": 24.0', f'"fps": {text}'))


def test_numbers_are_finite_on_the_way_out() -> None:
    with pytest.raises(MalformedMessage, match="finite"):
        to_json(wire.Material("x", (0.0, float("nan"), 0.0)))


def test_whole_numbers_are_welcome_as_floats() -> None:
    color = from_plain(wire.Material, {"name": "x", "base_color": [0, 1, 0.5]}).base_color
    assert color == (0.0, 1.0, 0.5) and all(isinstance(part, float) for part in color)
