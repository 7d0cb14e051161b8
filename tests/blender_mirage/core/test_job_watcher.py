"""Orders worked off against a real backend: made, cancelled, failed, and taken up again after a restart."""

from __future__ import annotations

import json
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core.backend_process import SERVER_FILE, BackendSettings  # noqa: E402
from blender_mirage.core.camera_path import CameraPath  # noqa: E402
from blender_mirage.core.errand import Errand  # noqa: E402
from blender_mirage.core.greybox_read import GreyboxRead  # noqa: E402
from blender_mirage.core.job_watcher import JobWatcher  # noqa: E402
from blender_mirage.core.scene_key import SceneKey  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import frames_on_disk, read_sidecar  # noqa: E402
from blender_mirage.core.take_job import (  # noqa: E402
    BackendReady,
    Ended,
    FrameSaved,
    LookWritten,
    Note,
    Order,
    SeedView,
    TakeJob,
    TakeSaved,
    WorldChosen,
)
from blender_mirage.wire.greybox import GreyboxTracks  # noqa: E402
from blender_mirage.wire.messages import Greybox  # noqa: E402
from tests.support import tiny_requests  # noqa: E402
from tests.support.live_server import PATIENCE_S, live_server  # noqa: E402

SCENE = SceneKey("id", "Scene", "")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def read(frames: int, greybox: Greybox = tiny_requests.GREYBOX, warnings: tuple[str, ...] = ()) -> GreyboxRead:
    """The tiny box, over some frames."""
    _, arrays = tiny_requests.take_request(frames)
    tracks = GreyboxTracks.from_arrays(tiny_requests.GREYBOX, arrays, frames)
    meshes = {tiny_requests.BOX_HASH: tiny_requests.BOX}
    return GreyboxRead(greybox, tracks, meshes, np.array([[[-1.0] * 3, [1.0] * 3]]), warnings)


def camera(frames: int, turn: float = 1.0) -> CameraPath:
    """Along the world's Z axis (with `turn` -1: away from the box)."""
    _, arrays = tiny_requests.take_request(frames)
    c2w = arrays["c2w"].copy()
    c2w[:, :3, :3] = np.diag([1.0, turn, turn])
    c2w[:, 2, 3] = -4.0
    return CameraPath(c2w, arrays["K"], tuple(range(10, 10 + frames)), 24.0, tiny_requests.SIDE, tiny_requests.SIDE)


def take_job(name: str = "shot", frames: int = 3, prompt: str = "", **changes) -> TakeJob:
    values = {"greybox": lambda: read(frames), "camera": camera(frames), "engine": "previz", "seed": 7}
    return TakeJob(Shot(name, "Camera", 10, 9 + frames), prompt=prompt, **(values | changes))


def look() -> SeedView:
    return SeedView("look", np.full((64, 64, 3), 90, np.uint8), camera(1), lambda: read(1))


def order(base: Path, settings: BackendSettings, *jobs: TakeJob, **changes) -> Order:
    return Order("order", SCENE, settings, base, jobs, **changes)


def settings_of(server) -> BackendSettings:
    return BackendSettings(server.services.config.data_dir, server.url, server.token)


def carried_out(wanted: Order) -> list:
    """Everything that an order tells, until its end."""
    updates: Queue = Queue()
    JobWatcher(wanted, updates).start()
    return until_the_end(updates)


def until_the_end(updates: Queue) -> list:
    """What is told, each take taken note of as the main thread does that shows it."""
    told = []
    while not told or not isinstance(told[-1], Ended):
        told.append(updates.get(timeout=PATIENCE_S).what)
        if isinstance(told[-1], TakeSaved):
            told[-1].pending.done()
    return told


def only(kind: type, told: list) -> list:
    return [what for what in told if isinstance(what, kind)]


def test_two_shots_with_a_look(server, tmp_path):
    jobs = (take_job("a", 3), take_job("b", 2))
    told = carried_out(order(tmp_path, settings_of(server), *jobs, seed_view=look(), facts={"blender": "4.5"}))
    assert told[-1] == Ended("done")
    assert len(only(FrameSaved, told)) == 5
    assert [saved.frames for saved in only(TakeSaved, told)] == [(10, 11, 12), (10, 11)]
    world = only(WorldChosen, told)[0].world
    assert only(LookWritten, told)[0].key == look().key(world.world_id)
    assert server.services.catalog.get(world.world_id).seed_views == 1
    folder = tmp_path / "a" / "v001"
    assert list(frames_on_disk(folder)) == [10, 11, 12]
    facts = read_sidecar(folder)
    assert facts["blender"] == "4.5" and facts["request"]["seed"] == 7 and facts["state"] == "done"
    assert facts["take_id"] == only(TakeSaved, told)[0].info.take_id
    np.testing.assert_array_equal(facts["camera"]["poses_c2w"], jobs[0].camera.c2w)


def test_a_look_is_written_once_and_a_second_take_is_a_new_version(server, tmp_path):
    settings = settings_of(server)
    first = carried_out(order(tmp_path, settings, take_job(), seed_view=look()))
    key, world = only(LookWritten, first)[0].key, only(WorldChosen, first)[0].world
    again = carried_out(
        order(tmp_path, settings, take_job(), seed_view=look(), seeded=key, world_id=world.world_id, world_name="w")
    )
    assert not only(LookWritten, again) and not only(WorldChosen, again)
    assert server.services.catalog.get(world.world_id).seed_views == 1
    assert only(TakeSaved, again)[0].folder.name == "v002"


def test_a_world_by_name_is_found_again(server, tmp_path):
    chosen = [
        only(WorldChosen, carried_out(order(tmp_path, settings_of(server), take_job(), world_name="by name")))[0]
        for _ in range(2)
    ]
    assert chosen[0].world.world_id == chosen[1].world.world_id


def test_a_world_of_another_backend_is_refused_by_name(server, tmp_path):
    told = carried_out(order(tmp_path, settings_of(server), take_job(), world_id="0" * 32, world_name="Corridor"))
    assert told[-1].state == "failed" and "'Corridor' is not on the backend" in told[-1].message
    assert list(tmp_path.iterdir()) == []


def test_cancel_keeps_the_finished_frames(server, tmp_path):
    updates: Queue = Queue()
    watcher = JobWatcher(order(tmp_path, settings_of(server), take_job("a", 200, "slow"), take_job("b")), updates)
    watcher.start()
    while not isinstance(updates.get(timeout=PATIENCE_S).what, FrameSaved):
        pass
    watcher.cancel()
    told = until_the_end(updates)
    assert told[-1].state == "cancelled"
    saved = only(TakeSaved, told)
    assert [take.shot.name for take in saved] == ["a"] and 0 < len(saved[0].frames) < 200
    assert read_sidecar(saved[0].folder)["state"] == "cancelled"
    assert not (tmp_path / "b").exists()


def test_a_job_that_fails_says_why_and_stops_the_next(server, tmp_path):
    told = carried_out(order(tmp_path, settings_of(server), take_job("a", prompt="memory"), take_job("b", 200, "slow")))
    assert told[-1].state == "failed" and told[-1].message and told[-1].hint
    assert not only(FrameSaved, told) and list(tmp_path.iterdir()) == []
    world_id = only(WorldChosen, told)[0].world.world_id
    second = next(job for job in server.services.queue.recent() if job.world_id == world_id)  # the newest first
    assert server.wait(second.job_id).state == "cancelled"


def test_frames_that_cannot_be_written_end_the_job(server, tmp_path):
    (tmp_path / "shot").write_text("a file where the shot's folder should be")
    told = carried_out(order(tmp_path, settings_of(server), take_job(frames=200, prompt="slow")))
    assert told[-1].state == "failed" and "could not be written" in told[-1].message
    job = server.services.queue.recent(1)[0]
    assert server.wait(job.job_id).state == "cancelled"


def test_a_camera_that_sees_nothing_sends_nothing(server, tmp_path):
    before = len(server.services.queue.recent())
    told = carried_out(order(tmp_path, settings_of(server), take_job(camera=camera(3, turn=-1.0))))
    assert told[-1].state == "failed" and "sees no mesh" in told[-1].message and told[-1].hint
    assert len(server.services.queue.recent()) == before


def test_a_set_without_a_mesh(server, tmp_path):
    told = carried_out(order(tmp_path, settings_of(server), take_job(greybox=lambda: read(3, Greybox(())))))
    assert "no mesh that renders" in told[-1].message


def test_warnings_of_the_set_are_passed_on(server, tmp_path):
    told = carried_out(order(tmp_path, settings_of(server), take_job(greybox=lambda: read(3, warnings=("odd",)))))
    assert only(Note, told) == [Note("odd")] and told[-1].state == "done"


def test_no_backend_there(tmp_path):
    told = carried_out(order(tmp_path, BackendSettings(tmp_path / "data", start=False), take_job()))
    assert told[-1].state == "failed" and "No backend runs" in told[-1].message
    assert list(tmp_path.iterdir()) == []


def test_a_restarted_backend_is_found_at_its_new_port(tmp_path):
    data = tmp_path / "data"
    updates: Queue = Queue()
    with live_server(data) as first:
        announce(data, first.url)
        JobWatcher(
            order(tmp_path / "out", BackendSettings(data, start=False), take_job(frames=40, prompt="slow")), updates
        ).start()
        told = []
        while not only(FrameSaved, told):
            told.append(updates.get(timeout=PATIENCE_S).what)
    with live_server(data) as second:
        assert second.url != first.url
        announce(data, second.url)
        told += until_the_end(updates)
    assert told[-1] == Ended("done")
    frames = [saved.frame for saved in only(FrameSaved, told)]
    assert sorted(frames) == list(range(10, 50))


def announce(data: Path, url: str) -> None:
    """What `mirage serve` writes; the server inside a test does not."""
    (data / SERVER_FILE).write_text(json.dumps({"url": url}))


def test_an_errand_tells_of_the_backend_and_of_what_it_did(server):
    updates: Queue = Queue()
    errand = Errand(
        settings_of(server), SCENE, updates, lambda client: (WorldChosen(client.create_world("made by an errand")),)
    )
    errand.start()
    told = until_the_end(updates)
    ready = only(BackendReady, told)[0]
    assert only(WorldChosen, told)[0].world in ready.worlds
    assert told[-1] == Ended("done")


def test_an_errand_that_fails_says_why(server):
    updates: Queue = Queue()
    Errand(BackendSettings(Path("unused"), server.url, "wrong"), SCENE, updates).start()
    told = until_the_end(updates)
    assert told[-1].state == "failed" and "token" in told[-1].message
