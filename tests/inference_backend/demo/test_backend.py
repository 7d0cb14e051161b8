"""The demo's backend is a real `serve` process."""

from __future__ import annotations

import json
import os

import pytest

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.messages import TakeRequest
from inference_backend.demo.backend import DemoBackend
from inference_backend.errors import BackendError
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.take_files import TakeFiles
from tests.support.stored_takes import make_take


def test_it_starts_one_uses_it_and_stops_it(tmp_path):
    data_dir = tmp_path / "data"
    world = WorldCatalog(data_dir).create("Corridor").world_id
    request, arrays = from_bundle(
        TakeRequest, TakeFiles(data_dir).request(make_take(data_dir, world, "walk", [(0.0, -4.0, 2.0)], 0.0))
    )
    with DemoBackend(data_dir, tmp_path / "backend.log") as backend:
        server = json.loads((data_dir / "server.json").read_text())
        fork = backend.fork_world(world, "Without memory")
        assert {found.name for found in WorldCatalog(data_dir).list()} == {"Corridor", "Without memory"}
        # A second one finds the first and leaves it running.
        with DemoBackend(data_dir, tmp_path / "other.log") as other:
            other.delete_world(fork.world_id)
        assert not (tmp_path / "other.log").exists()
        assert json.loads((data_dir / "server.json").read_text()) == server
        with pytest.raises(BackendError, match="no world") as refusal:
            backend.make_take(fork.world_id, request, arrays, lambda done, total: None)
        assert refusal.value.hint
    assert [found.name for found in WorldCatalog(data_dir).list()] == ["Corridor"]
    assert not (data_dir / "server.json").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server["pid"], 0)


def test_one_that_cannot_start_is_reported_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRAGE_DEVICE", "abacus")
    with pytest.raises(BackendError, match="'abacus' is not known") as refusal:
        DemoBackend(tmp_path / "data", tmp_path / "backend.log").__enter__()
    assert "backend.log" in refusal.value.hint
