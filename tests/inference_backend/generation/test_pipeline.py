"""Frames through the pipeline are the frames that its stages make one after another."""

from __future__ import annotations

import threading

import pytest
import torch

from inference_backend.generation import take as take_module
from inference_backend.generation.pipeline import AHEAD, Pipeline, ahead
from tests.support.engines import CountingEngine
from tests.support.place import Place, pan, request_along


class OneAfterAnother(Pipeline):
    """The same stages without threads."""

    def walk(self, indices):
        for index in indices:
            yield self._show(index, self._know(index, self._look(index)))


def stages(log, fail_at=None, stage=None):
    def run(name):
        def work(index, *given):
            if (name, index) == (stage, fail_at):
                raise KeyError(index)
            log.append((name, index, threading.get_ident(), torch.get_num_threads()))
            return (*(given[0] if given else ()), name, index)

        return work

    return Pipeline(run("look"), run("know"), run("show"))


def test_results_come_in_order_and_each_stage_has_its_own_thread() -> None:
    log: list[tuple[str, int, int, int]] = []
    found = list(stages(log).walk(range(12)))
    assert found == [("look", i, "know", i, "show", i) for i in range(12)]
    for name in ("look", "know", "show"):
        assert [index for stage, index, *_ in log if stage == name] == list(range(12))
    assert len({(stage, thread) for stage, _, thread, _ in log}) == 3
    assert threading.get_ident() not in {thread for *_, thread, _ in log}


def test_no_more_frames_are_under_way_than_asked_for() -> None:
    log: list[tuple[str, int, int, int]] = []
    walked = stages(log).walk(range(100))
    next(walked)
    walked.close()
    assert max(index for _, index, *_ in log) <= AHEAD + 1
    assert not any(thread.name.startswith("frames-") for thread in threading.enumerate())


@pytest.mark.parametrize("stage", ["look", "know", "show"])
def test_what_a_stage_raises_comes_at_its_frame(stage) -> None:
    found = []
    with pytest.raises(KeyError, match="5"):
        for one in stages([], 5, stage).walk(range(12)):
            found.append(one[1])
    assert found == list(range(5))
    assert not any(thread.name.startswith("frames-") for thread in threading.enumerate())


def test_ahead_is_map_in_order_and_stops_with_its_reader() -> None:
    asked: list[int] = []
    walked = ahead(lambda i: asked.append(i) or i * i, range(50))
    assert [next(walked) for _ in range(3)] == [0, 1, 4]
    walked.close()
    assert len(asked) <= 3 + AHEAD
    assert list(ahead(lambda i: -i, range(7))) == [0, -1, -2, -3, -4, -5, -6]


@pytest.mark.parametrize("use_memory", [True, False])
def test_a_take_is_the_same_to_the_bit_without_the_pipeline(tmp_path, monkeypatch, use_memory) -> None:
    engine, found = CountingEngine(), []
    for pipeline in (Pipeline, OneAfterAnother):
        monkeypatch.setattr(take_module, "Pipeline", pipeline)
        place = Place(tmp_path / pipeline.__name__)
        request, arrays = request_along(place.data_dir, pan(6), use_memory=use_memory)
        info = place.take(engine, request, arrays)
        told = [(event.kind, event.phase, event.index) for event in place.events]
        found.append(([place.png(info.take_id, i) for i in range(6)], info.key_frames, info.coverage, told))
    assert found[0] == found[1]
