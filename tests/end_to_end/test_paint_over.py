"""A paint-over through the real server, worker and networks: what the artist's client sends, and what comes back."""

from __future__ import annotations

import numpy as np
import pytest

from blender_mirage.wire.codec import from_json, to_bundle
from blender_mirage.wire.history import History
from blender_mirage.wire.messages import Greybox, JobStatus, SeedViewRequest
from inference_backend.storage.images import decode_image
from tests.support.greybox import pinhole
from tests.support.live_server import random_backend
from tests.support.place import pan, request_along

PATH = pan(4)
HEIGHT, WIDTH = 64, 104
CRATE = (slice(32, 52), slice(40, 64))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    with random_backend(tmp_path_factory.mktemp("data")) as running:
        yield running


def take(server, world_id, **changes):
    request, arrays = request_along(server.services.config.data_dir, PATH, height=HEIGHT, width=WIDTH, **changes)
    arrays["K"] = np.repeat(pinhole(HEIGHT, WIDTH, 1.1)[None], len(PATH), 0)
    answer = server.client.post(f"/v1/worlds/{world_id}/takes", content=to_bundle(request, arrays))
    assert answer.status_code == 202, answer.text
    job = server.wait(from_json(JobStatus, answer.content).job_id, "done")
    return job.take_id, [server.client.get(f"/v1/takes/{job.take_id}/frames/{i}").content for i in range(len(PATH))]


def paint(server, world_id, take_id, image, frame=1):
    request = SeedViewRequest("paint-over", "previz", Greybox(()), frame, "ada", over_take=take_id)
    return server.client.post(f"/v1/worlds/{world_id}/seed-views", content=to_bundle(request, {"image": image}))


def test_the_world_follows_what_was_painted_and_nothing_else_changes(server) -> None:
    world_id = server.new_world()
    first, frames = take(server, world_id, prompt="brick")
    image = decode_image(frames[0]).copy()
    image[CRATE] = (255, 20, 20)
    answer = paint(server, world_id, first, image)
    assert answer.status_code == 202, answer.text
    painted = server.wait(from_json(JobStatus, answer.content).job_id, "done").take_id
    _, again = take(server, world_id, prompt="brick", base_take=first)
    assert again[0] != frames[0] and again[-1] == frames[-1], "the last frame looks elsewhere"
    history = from_json(History, server.client.get(f"/v1/worlds/{world_id}/history").content)
    (over,) = [commit for commit in history.commits if commit.over_take]
    assert (over.take_id, over.kind, over.frame, over.over_take) == (painted, "seed_view", 1, first)
    assert server.client.post(f"/v1/takes/{painted}/revert").status_code == 204


def test_a_paint_over_that_does_not_fit_is_refused_in_one_sentence(server) -> None:
    world_id = server.new_world()
    first, frames = take(server, world_id, prompt="brick")
    image = decode_image(frames[0])
    height, width = image.shape[:2]
    wide = np.zeros((height, 2 * width, 3), np.uint8)
    refusals = {
        f"The paint-over is {2 * width} x {height} pixels, the frame under it {width} x {height}.": (first, wide, 1),
        "The take has the frames 1 to 4, and no frame 9.": (first, image, 9),
        f"There is no take {'0' * 32}.": ("0" * 32, image, 1),
        "Expected 'image' [H,W,3] uint8": (first, image[..., 0], 1),
    }
    for words, (take_id, picture, frame) in refusals.items():
        answer = paint(server, world_id, take_id, picture, frame)
        assert answer.status_code in (404, 422) and answer.json()["message"].startswith(words), answer.text
        assert answer.json()["hint"]
    elsewhere = paint(server, server.new_world(), first, image)
    assert elsewhere.status_code == 404 and "is not of this world" in elsewhere.json()["message"]
    job = server.wait(from_json(JobStatus, paint(server, world_id, first, image).content).job_id, "failed")
    assert "the same picture as frame 1" in job.message and job.hint
