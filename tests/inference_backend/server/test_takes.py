"""What a take's prompt means to its engine is told before the take is made, and stays with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blender_mirage.wire.codec import from_json
from blender_mirage.wire.messages import Health, TakeInfo
from blender_mirage.wire.prompt import read_prompt
from tests.support.live_server import LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def test_unknown_words_are_told_before_the_first_frame_and_kept_with_the_take(server: LiveServer) -> None:
    job = server.submit_take(server.new_world(), prompt="wodden walls, unicorns at night")
    events = list(server.events(job.job_id))
    kinds = [event.kind for event in events]
    (note,) = [event for event in events if event.kind == "note"]
    assert kinds.index("note") < kinds.index("frame")
    assert note.message == ("Ignored words: 'wodden' (did you mean 'wood'?) and 'unicorns'.")
    info = from_json(TakeInfo, server.client.get(f"/v1/takes/{job.take_id}").content)
    assert info.unknown_words == ("wodden", "unicorns") and info.state == "done"


def test_a_prompt_that_is_understood_is_not_remarked_on(server: LiveServer) -> None:
    job = server.submit_take(server.new_world(), prompt="A wooden room at night", look_strength=0.25)
    assert "note" not in [event.kind for event in server.events(job.job_id)]
    info = from_json(TakeInfo, server.client.get(f"/v1/takes/{job.take_id}").content)
    assert info.unknown_words == () and info.look_strength == 0.25


def test_health_lists_the_words_so_that_nobody_has_to_ask(server: LiveServer) -> None:
    (engine,) = from_json(Health, server.client.get("/v1/health").content).engines
    assert engine.vocabulary is not None
    assert read_prompt("golden hour, dinosaurs", engine.vocabulary).known == ("golden",)
