"""Questions that are answered at once, over real HTTP: the newest wins, the set goes along once, failures mend."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core import live_link
from blender_mirage.core.backend_process import BackendSettings
from blender_mirage.core.greybox_read import InstanceTrack, MeshRead
from blender_mirage.core.live_link import LiveAnswer, LiveLink, LiveQuestion, SetRead
from blender_mirage.wire.live import ViewRequest
from blender_mirage.wire.messages import Material
from tests.support import tiny_requests
from tests.support.greybox import look_at, pinhole
from tests.support.live_server import PATIENCE_S, LiveServer, live_server, random_backend


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def link(server, tmp_path) -> Iterator[LiveLink]:
    with running(BackendSettings(tmp_path, server.url, server.token, start=False)) as made:
        yield made


class running:
    """A link until the block ends, and its thread with it."""

    def __init__(self, settings: BackendSettings) -> None:
        self._link = LiveLink(settings)

    def __enter__(self) -> LiveLink:
        self._link.start()
        return self._link

    def __exit__(self, *_: object) -> None:
        self._link.stop()
        self._link.join(PATIENCE_S)
        assert not self._link.is_alive()


def one_box(x: float = 0.0) -> SetRead:
    corners = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], np.float32)
    faces = np.array([[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5]], np.int32)
    mesh = MeshRead(corners, faces, np.zeros(4, np.int32), np.zeros(1, np.int32))
    placed = np.eye(4)
    placed[0, 3] = x
    track = InstanceTrack("anchor-1", "Box", (Material("grey", (0.5, 0.5, 0.5)),), {0: mesh}, {0: placed})
    return SetRead((track,), (), (0.1, 0.1, 0.1))


def question(world_id: str, place: SetRead, seed: int = 0, prompt: str = "") -> LiveQuestion:
    side = tiny_requests.SIDE
    arrays = {"c2w": look_at((6, -3, 2), (0, 0, 0))[None], "K": pinhole(side, side)[None]}
    request = ViewRequest("previz", side, side, seed, "", prompt=prompt, seed=seed)
    return LiveQuestion(world_id, request, arrays, place, seed)


def wait(reached: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.005)


def answered(link: LiveLink) -> LiveAnswer:
    found: list[LiveAnswer] = []
    wait(lambda: (answer := link.take()) and not found.append(answer))
    return found[0]


def test_of_many_questions_the_newest_is_answered_and_few_others(server, link) -> None:
    world_id, place = server.new_world(), one_box()
    seen = []
    for seed in range(100):
        link.ask(question(world_id, place, seed))
    while not seen or seen[-1] != 99:
        seen.append(answered(link).question.mark)
    assert seen == sorted(seen) and len(seen) < 50
    assert link.state.name == "ready" and link.free and link.take() is None


def test_what_is_refused_says_why_and_the_next_question_is_answered(server, link) -> None:
    world_id, place = server.new_world(), one_box()
    link.ask(question("f" * 32, place))
    wait(lambda: link.state.name == "failed")
    assert "no world" in link.state.message and link.state.hint
    link.ask(question(world_id, place, 3))
    assert answered(link).question.mark == 3 and link.state.name == "ready"


def test_a_busy_backend_is_asked_again_until_it_answers(server, link) -> None:
    world_id = server.new_world()
    job = server.submit_take(world_id, 400, prompt="slow")
    server.wait(job.job_id, "running")
    link.ask(question(world_id, one_box(), 5))
    wait(lambda: link.state.name == "busy")
    server.client.delete(f"/v1/jobs/{job.job_id}")
    assert answered(link).question.mark == 5


def test_a_backend_that_is_away_is_looked_for_again(server, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(live_link, "FAILED_PAUSE_S", 0.05)
    with running(BackendSettings(tmp_path / "nobody here", start=False)) as link:
        link.ask(question(server.new_world(), one_box(), 1))
        wait(lambda: link.state.name == "failed")
        assert "No backend runs" in link.state.message
        (tmp_path / "nobody here").mkdir()
        (tmp_path / "nobody here" / "token").write_text(server.token)
        (tmp_path / "nobody here" / "server.json").write_text(f'{{"url": "{server.url}"}}')
        assert answered(link).question.mark == 1


@pytest.mark.slow
def test_a_set_goes_along_once_and_its_meshes_with_the_first(tmp_path) -> None:
    with random_backend(tmp_path) as server:
        world_id, place = server.new_world(), one_box()
        settings = BackendSettings(tmp_path / "none", server.url, server.token, start=False)
        with running(settings) as link:
            link.ask(question(world_id, place))
            first = answered(link).arrays["image"]
            assert first.shape == (tiny_requests.SIDE, tiny_requests.SIDE, 3)
            # The same content under another identity has the same key; moved, the same mesh.
            for place in (one_box(), one_box(0.5)):
                link.ask(replace(question(world_id, place), mark="again"))
                again = answered(link)
                assert again.question.mark == "again"
            assert (again.arrays["image"] != first).any()
            stored = list((server.services.config.data_dir / "meshes").glob("*.mira"))
            assert len(stored) == 1
