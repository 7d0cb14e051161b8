"""The real runner over a real, untrained previz engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference_backend.errors import EngineUnavailable
from inference_backend.generation.context import JobContext
from inference_backend.generation.events import Event
from inference_backend.jobs.queue import DeviceReport
from inference_backend.jobs.runner import EngineRunner
from inference_backend.models.previz.model import PrevizModel
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.take_files import TakeFiles
from tests.support.take_requests import HEIGHT, WIDTH, seed_view_request


@pytest.fixture(scope="module")
def weights_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    PrevizModel().save(folder / "previz.safetensors")
    return folder


def test_engine_is_loaded_at_its_first_job_and_kept(tmp_path, weights_dir) -> None:
    runner, events = EngineRunner("cpu", weights_dir), list[Event]()
    assert runner.device() == DeviceReport("cpu")
    catalog, meshes = WorldCatalog(tmp_path), MeshStore(tmp_path)
    request, arrays = seed_view_request(tmp_path, np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    with catalog.open(catalog.create("world").world_id) as world:
        for _ in range(2):
            context = JobContext(new_id(), world, meshes, TakeFiles(tmp_path), events.append, lambda: False)
            runner.write_seed_view(request, arrays, context)
        assert len(world.committed_segments()) == 2
    assert [event.phase for event in events].count("loading model") == 1
    assert runner.device() == DeviceReport("cpu")


def test_engine_that_is_not_there(tmp_path, weights_dir) -> None:
    catalog, meshes = WorldCatalog(tmp_path), MeshStore(tmp_path)
    request, arrays = seed_view_request(tmp_path, np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    with catalog.open(catalog.create("world").world_id) as world:
        for runner, engine in (
            (EngineRunner("cpu", weights_dir), "nonesuch"),
            (EngineRunner("cpu", tmp_path), "previz"),
        ):
            with pytest.raises(EngineUnavailable, match=engine):
                changed = replace(request, engine=engine)
                context = JobContext(new_id(), world, meshes, TakeFiles(tmp_path), lambda event: None, lambda: False)
                runner.write_seed_view(changed, arrays, context)
