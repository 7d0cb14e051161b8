"""What is refused before it becomes a job: one sentence each, and nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.messages import Greybox, Lamp
from tests.support import tiny_requests
from tests.support.live_server import LiveServer, live_server

TWICE = replace(tiny_requests.GREYBOX, instances=tiny_requests.GREYBOX.instances * 2)
ODD_LAMP = replace(tiny_requests.GREYBOX, lamps=(Lamp("CANDLE", (1.0, 1.0, 1.0), 1.0),))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        running.client.put(f"/v1/meshes/{tiny_requests.BOX_HASH}", content=tiny_requests.BOX)
        yield running


def refusal(server: LiveServer, path: str, bundle: bytes, status: int = 422) -> str:
    """The sentence that the request is refused with; nothing may be left of it."""
    answer = server.client.post(path, content=bundle)
    assert answer.status_code == status, answer.text
    assert server.services.queue.active() == []
    assert list(server.services.config.data_dir.glob("takes/*")) == []
    return str(answer.json()["message"] + " " + answer.json()["hint"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"height": 65}, "height must be a multiple of 4 from 64 to 4096, got 65"),
        ({"width": 8192}, "got 8192"),
        ({"steps": 0}, "got 0"),
        ({"fps": 0.0}, "frame rate"),
        ({"seed": -1}, "got -1"),
        ({"frames": ()}, "got 0"),
        ({"frames": (1, 1, 2)}, "twice"),
        ({"frames": (1, 2)}, "one camera a frame"),
        ({"engine": "nonesuch"}, "Choose one of: previz"),
    ],
)
def test_fields_of_a_take(server: LiveServer, changes: dict[str, Any], words: str) -> None:
    bundle = to_bundle(*tiny_requests.take_request(**changes))
    assert words in refusal(server, f"/v1/worlds/{server.new_world()}/takes", bundle)


@pytest.mark.parametrize(
    ("name", "index", "value", "words"),
    [
        ("c2w", (1, 0, 3), np.nan, "not finite at frame index 1 (value nan)"),
        ("K", (2, 0, 0), np.inf, "not finite at frame index 2"),
        ("c2w", (0, 0, 0), 2.0, "not a rotation"),
        ("c2w", (0, 0, 0), -1.0, "mirrored"),
        ("c2w", (0, 3, 3), 0.5, "not a rotation"),
        ("K", (0, 1, 1), 0.0, "focal length"),
        ("K", (0, 0, 0), 0.0, "focal length"),
        ("transforms", (0, 0, 0), np.nan, "not a finite number"),
    ],
)
def test_values_of_a_take(server: LiveServer, name: str, index: tuple[int, ...], value: float, words: str) -> None:
    request, arrays = tiny_requests.take_request()
    arrays[name][index] = value
    assert words in refusal(server, f"/v1/worlds/{server.new_world()}/takes", to_bundle(request, arrays))


@pytest.mark.parametrize(
    ("clip", "words"),
    [
        (np.array([[0.1, 100.0]]), "Expected 'clip' with the shape [3, 2]"),
        (np.array([[0.1, 100.0]] * 3, np.float32), "float32"),
        (np.array([[0.1, 100.0], [5.0, 5.0], [0.1, 100.0]]), "frame index 1: it is clipped before 5 m and beyond 5 m"),
        (np.array([[0.1, 100.0], [-1.0, 5.0], [0.1, 100.0]]), "frame index 1"),
        (np.array([[0.1, 100.0], [0.1, np.nan], [0.1, 100.0]]), "frame index 1"),
    ],
)
def test_planes_of_a_takes_camera(server: LiveServer, clip: Any, words: str) -> None:
    request, arrays = tiny_requests.take_request()
    bundle = to_bundle(request, {**arrays, "clip": clip})
    assert words in refusal(server, f"/v1/worlds/{server.new_world()}/takes", bundle)


@pytest.mark.parametrize(("greybox", "words"), [(TWICE, "same anchor"), (ODD_LAMP, "CANDLE")])
def test_greybox_of_a_take(server: LiveServer, greybox: Any, words: str) -> None:
    request, arrays = tiny_requests.take_request(greybox=greybox)
    count, lamps = len(greybox.instances), len(greybox.lamps)
    arrays["transforms"] = np.repeat(np.eye(4)[None], count, 0)
    arrays["visible"] = np.ones((count, 3), np.uint8)
    arrays["lamp_transforms"] = np.zeros((lamps, 3, 4, 4))
    assert words in refusal(server, f"/v1/worlds/{server.new_world()}/takes", to_bundle(request, arrays))


TURNS = Greybox(tuple(replace(instance, anchored_by="place") for instance in TWICE.instances))


@pytest.mark.parametrize(
    ("greybox", "visible", "words"),
    [
        (TURNS, [[1, 1, 0], [0, 1, 1]], "same anchor"),
        (replace(TURNS, instances=(TURNS.instances[0], TWICE.instances[1])), [[1, 0, 0], [0, 1, 1]], "same anchor"),
        (Greybox((replace(TWICE.instances[0], anchored_by="a rope"),)), [[1, 1, 1]], "anchored by 'a rope'"),
    ],
)
def test_instances_of_one_anchor_take_turns(server: LiveServer, greybox: Any, visible: Any, words: str) -> None:
    request, arrays = tiny_requests.take_request(greybox=greybox)
    arrays["transforms"] = np.repeat(np.eye(4)[None], len(greybox.instances), 0)
    arrays["visible"] = np.array(visible, np.uint8)
    path = f"/v1/worlds/{server.new_world()}/takes"
    assert words in refusal(server, path, to_bundle(request, arrays))


@pytest.mark.parametrize("name", ["c2w", "K", "transforms", "moving", "visible"])
def test_missing_array(server: LiveServer, name: str) -> None:
    request, arrays = tiny_requests.take_request()
    del arrays[name]
    assert name in refusal(server, f"/v1/worlds/{server.new_world()}/takes", to_bundle(request, arrays))


def test_moving_that_is_no_list(server: LiveServer) -> None:
    request, arrays = tiny_requests.take_request()
    arrays["moving"] = np.zeros((), np.int32)
    assert "moving" in refusal(server, f"/v1/worlds/{server.new_world()}/takes", to_bundle(request, arrays))


def test_bytes_that_are_no_bundle(server: LiveServer) -> None:
    assert "Mirage header" in refusal(server, f"/v1/worlds/{server.new_world()}/takes", b"not a bundle at all")


def test_meshes_not_sent_are_counted(server: LiveServer) -> None:
    lost = replace(tiny_requests.GREYBOX.instances[0], anchor="anchor-2", mesh="f" * 32)
    greybox = replace(tiny_requests.GREYBOX, instances=(*tiny_requests.GREYBOX.instances, lost))
    request, arrays = tiny_requests.take_request(greybox=greybox)
    arrays["transforms"], arrays["visible"] = np.repeat(np.eye(4)[None], 2, 0), np.ones((2, 3), np.uint8)
    path = f"/v1/worlds/{server.new_world()}/takes"
    assert "1 of the 2 meshes" in refusal(server, path, to_bundle(request, arrays), status=409)


def test_other_weights(server: LiveServer) -> None:
    bundle = to_bundle(*tiny_requests.take_request(weights="feedbeef"))
    assert "feedbeef" in refusal(server, f"/v1/worlds/{server.new_world()}/takes", bundle, status=409)


def test_engine_without_weights_says_what_it_lacks(tmp_path) -> None:
    with live_server(tmp_path) as server:
        (server.services.config.weights_dir / "previz.safetensors").unlink()
        bundle = to_bundle(*tiny_requests.take_request())
        words = refusal(server, f"/v1/worlds/{server.new_world()}/takes", bundle, status=503)
    assert "previz.safetensors" in words


@pytest.mark.parametrize(
    "image", [np.zeros((64, 64), np.uint8), np.zeros((64, 64, 3), np.float32), np.zeros((8, 64, 3), np.uint8)]
)
def test_look_that_is_no_picture(server: LiveServer, image: Any) -> None:
    request, arrays = tiny_requests.seed_view_request()
    bundle = to_bundle(request, {**arrays, "image": image})
    assert "64" in refusal(server, f"/v1/worlds/{server.new_world()}/seed-views", bundle)


@pytest.mark.parametrize("depth", [np.zeros((63, 64), np.float32), np.zeros((64, 64), np.float64), np.zeros(4, "<f4")])
def test_a_depth_that_does_not_belong_to_its_look(server: LiveServer, depth: Any) -> None:
    request, arrays = tiny_requests.seed_view_request()
    bundle = to_bundle(request, {**arrays, "depth": depth})
    assert "[64,64] float32" in refusal(server, f"/v1/worlds/{server.new_world()}/seed-views", bundle)


@pytest.mark.parametrize("strength", [-0.1, 1.5])
def test_a_strength_that_is_no_share(server: LiveServer, strength: float) -> None:
    bundle = to_bundle(*tiny_requests.take_request(look_strength=strength))
    assert f"from 0 to 1, got {strength}" in refusal(server, f"/v1/worlds/{server.new_world()}/takes", bundle)
