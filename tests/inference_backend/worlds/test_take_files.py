"""Takes on disk."""

from __future__ import annotations

import os

import pytest

from blender_mirage.wire.messages import TakeInfo
from inference_backend.errors import BackendError, InvalidRequest, NotFound
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.take_files import PROGRESS, TakeFiles


def a_take(world_id: str = "0" * 32) -> TakeInfo:
    return TakeInfo(new_id(), world_id, "shot", "previz", "w", 3, "", 64, 64, (1, 2), 24.0, 0, "queued", "")


def test_create_frames_info(tmp_path) -> None:
    takes, info = TakeFiles(tmp_path), a_take()
    takes.create(info.take_id, b"bundle", info)
    assert takes.request(info.take_id) == b"bundle" and takes.info(info.take_id) == info
    assert takes.frames_done(info.take_id) == 0
    assert takes.write_frame(info.take_id, 1, b"png") == takes.frame_path(info.take_id, 1)
    assert takes.frame_path(info.take_id, 1).name == "0001.png" and takes.frames_done(info.take_id) == 1
    changed = takes.update_info(info.take_id, state="done", frames_done=2)
    assert takes.info(info.take_id) == changed and changed.seed == 3


def test_unknown_take_and_frame(tmp_path) -> None:
    takes, info = TakeFiles(tmp_path), a_take()
    takes.create(info.take_id, b"", info)
    with pytest.raises(NotFound, match="no frame -1"):
        takes.frame_path(info.take_id, -1)
    for method in (takes.info, takes.request, takes.delete, takes.frames_done):
        with pytest.raises(NotFound):
            method("f" * 32)
        with pytest.raises(InvalidRequest):
            method("../../secret")


def test_of_world_and_delete(tmp_path) -> None:
    takes, mine, other = TakeFiles(tmp_path), a_take("a" * 32), a_take("b" * 32)
    for info in (mine, other):
        takes.create(info.take_id, b"", info)
    assert takes.of_world("a" * 32) == [mine.take_id]
    takes.delete(mine.take_id)
    assert takes.of_world("a" * 32) == [] and takes.of_world("b" * 32) == [other.take_id]
    assert [path.name for path in (tmp_path / "takes").iterdir()] == [other.take_id]


def test_damaged_facts_are_named_and_belong_to_no_world(tmp_path) -> None:
    takes, info = TakeFiles(tmp_path), a_take()
    takes.create(info.take_id, b"", info)
    (tmp_path / "takes" / info.take_id / "take.json").write_text("{")
    with pytest.raises(BackendError, match="take.json is damaged"):
        takes.info(info.take_id)
    assert takes.of_world(info.world_id) == []


def test_sweep_removes_what_a_crash_cut_short(tmp_path) -> None:
    takes, info = TakeFiles(tmp_path), a_take()
    takes.create(info.take_id, b"", info)
    (tmp_path / "takes" / f".new-{new_id()}" / "frames").mkdir(parents=True)
    (tmp_path / "takes" / info.take_id / "frames" / ".0000.png.x.tmp").write_bytes(b"half")
    (tmp_path / "takes" / info.take_id / ".take.json.x.tmp").write_bytes(b"half")
    takes.sweep()
    assert sorted(path.name for path in (tmp_path / "takes").rglob("*")) == sorted(
        [info.take_id, "frames", "request.mira", "take.json"]
    )


@pytest.mark.parametrize("links", [True, False])
def test_a_frame_taken_over_stays_when_its_first_take_goes(tmp_path, monkeypatch, links) -> None:
    """Also where the file system has no hard links, as exFAT."""
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    takes, base, new = TakeFiles(tmp_path), a_take(), a_take()
    for info in (base, new):
        takes.create(info.take_id, b"", info)
    takes.write_frame(base.take_id, 3, b"png")
    takes.write_frame(new.take_id, 0, b"older")
    takes.take_over_frame(new.take_id, 0, base.take_id, 3)
    takes.delete(base.take_id)
    assert takes.frame_path(new.take_id, 0).read_bytes() == b"png" and takes.frames_done(new.take_id) == 1
    assert takes.exists(new.take_id) and not takes.exists(base.take_id)
    with pytest.raises(NotFound):
        takes.take_over_frame(new.take_id, 1, new.take_id, 5)


def refuse(source, target) -> None:
    raise OSError(95, "Operation not supported")


def test_progress_is_dropped_whether_or_not_there_is_any(tmp_path) -> None:
    takes, info = TakeFiles(tmp_path), a_take()
    takes.create(info.take_id, b"", info)
    takes.file(info.take_id, PROGRESS).write_bytes(b"tokens")
    for _ in range(2):
        takes.drop_progress(info.take_id)
    assert not takes.file(info.take_id, PROGRESS).exists()
