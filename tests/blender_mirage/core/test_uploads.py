"""Large bodies over a bad network: whatever the cuts, all arrives, and each byte is sent about once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core.client import MirageClient  # noqa: E402
from blender_mirage.core.errors import BackendRefused, BackendUnreachable, Stopped  # noqa: E402
from blender_mirage.core.uploads import PIECE_BYTES, Sending  # noqa: E402
from blender_mirage.wire.arrays import content_hash, pack  # noqa: E402
from inference_backend.storage.images import encode_png  # noqa: E402
from tests.support import tiny_requests  # noqa: E402
from tests.support.cutting_proxy import cutting_proxy  # noqa: E402
from tests.support.live_server import PATIENCE_S, LiveServer, live_server  # noqa: E402

LOST_A_CUT = 1 << 20
"""What a cut may throw away that was on its way: buffers of both ends."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def large_mesh(rng: np.random.Generator, megabytes: int = 10) -> dict[str, bytes]:
    """Noise does not compress."""
    vertices = rng.random((megabytes * 90_000, 3), np.float32)
    triangles = np.zeros((4, 3), np.int32)
    data = pack({"vertices": vertices, "triangles": triangles, "face_material": np.zeros(4, np.int32)})
    assert len(data) > 2 * PIECE_BYTES
    return {content_hash(data): data}


def uploads_of(server: LiveServer) -> list[Path]:
    return list((server.services.config.data_dir / "uploads").iterdir())


def used_up(server: LiveServer) -> bool:
    """Whether no upload is left: one that was used goes right behind the answer."""
    end = time.monotonic() + PATIENCE_S
    while uploads_of(server) and time.monotonic() < end:
        time.sleep(0.01)
    return uploads_of(server) == []


@pytest.mark.parametrize("harshly", [False, True])
def test_whatever_the_cuts_a_mesh_arrives_whole_and_each_byte_is_sent_about_once(server, harshly):
    rng = np.random.default_rng(harshly)
    meshes, world = large_mesh(rng), server.new_world()
    (name, data), told = meshes.popitem(), []
    cuts = (int(rng.integers(1, 3_000_000)) for _ in range(100))
    with cutting_proxy(server.url, cuts, harshly) as proxy:
        sending = Sending(lambda arrived, total: told.append((arrived, total)))
        with MirageClient(proxy.url, server.token, sending) as client:
            for _ in range(100):
                try:
                    client.send_meshes(world, {name: data})
                    break
                except BackendUnreachable as error:
                    assert error.hint
        assert proxy.cut > 2
        assert proxy.sent <= len(data) + proxy.cut * LOST_A_CUT
    stored = server.services.config.data_dir / "meshes" / f"{name}.mira"
    assert stored.read_bytes() == data
    assert used_up(server)
    assert all(0 < arrived <= total == len(data) for arrived, total in told)


def test_a_large_bundle_that_is_sent_again_makes_one_take(server):
    """Its cameras alone are above a piece; the answer to the last request is lost."""
    frames = 6000
    world = server.new_world()
    request, arrays = tiny_requests.take_request(frames, prompt="slow")
    arrays["c2w"][:, :3, 3] = np.random.default_rng(0).random((frames, 3))
    arrays["moving"] = np.zeros(1, np.int32)
    arrays["moving_transforms"] = np.tile(np.eye(4), (1, frames, 1, 1))
    arrays["moving_transforms"][..., :3, 3] = np.random.default_rng(1).random((1, frames, 3))
    arrays = {**arrays, "noise": np.random.default_rng(2).random(600_000)}
    with MirageClient(server.url, server.token) as client:
        client.send_meshes(world, {tiny_requests.BOX_HASH: tiny_requests.BOX})
        key = "7" * 32
        jobs = {client.submit_take(world, request, arrays, key) for _ in range(2)}
        assert {(job.job_id, job.take_id) for job in jobs} == {(next(iter(jobs)).job_id, key)}
        assert len(server.services.queue.active(world)) == 1
        assert used_up(server)
        client.cancel(next(iter(jobs)).job_id)


def test_cancel_stops_between_two_pieces_and_what_arrived_stays(server):
    ((name, data),) = large_mesh(np.random.default_rng(5)).items()
    pieces = count()
    sending = Sending(stopping=lambda: next(pieces) > 2)
    world = server.new_world()
    with MirageClient(server.url, server.token, sending) as client, pytest.raises(Stopped):
        client.send_meshes(world, {name: data})
    (part,) = uploads_of(server)
    assert 0 < part.stat().st_size < len(data) and data.startswith(part.read_bytes())
    with MirageClient(server.url, server.token) as client:
        assert client.send_meshes(world, {name: data}) == (name,)
        assert client.send_meshes(world, {name: data}) == ()
    assert used_up(server)


def test_a_restarted_backend_goes_on_with_a_part(tmp_path):
    ((name, data),) = large_mesh(np.random.default_rng(6)).items()
    with live_server(tmp_path) as first, cutting_proxy(first.url, iter([len(data) // 2] * 2)) as proxy:
        world = first.new_world()
        with MirageClient(proxy.url, first.token) as client, pytest.raises(BackendUnreachable):
            client.send_meshes(world, {name: data})
        (part,) = uploads_of(first)
        before = part.stat().st_size
    assert 0 < before < len(data)
    with live_server(tmp_path) as second, cutting_proxy(second.url) as proxy:
        with MirageClient(proxy.url, second.token) as client:
            client.send_meshes(world, {name: data})
        assert proxy.sent < len(data) - before + LOST_A_CUT


def test_a_part_that_was_damaged_is_sent_anew(server):
    ((name, data),) = large_mesh(np.random.default_rng(7)).items()
    part = server.services.config.data_dir / "uploads" / f"{name}.part"
    part.write_bytes(b"x" * PIECE_BYTES)
    with MirageClient(server.url, server.token) as client:
        assert client.send_meshes(server.new_world(), {name: data}) == (name,)
    assert server.services.meshes.missing([name]) == []


def test_what_is_no_mesh_is_told_in_the_backends_words(server):
    data = encode_png(np.random.default_rng(0).integers(0, 255, (2000, 2000, 3), np.uint8))
    with MirageClient(server.url, server.token) as client, pytest.raises(BackendRefused, match="cannot be read"):
        client.send_meshes(server.new_world(), {content_hash(data): data})
