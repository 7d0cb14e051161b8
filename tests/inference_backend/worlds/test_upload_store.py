"""Uploads in pieces: offsets, damage, several at once, room."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from blender_mirage.wire.arrays import content_hash
from inference_backend.errors import Conflict, DiskFull, InvalidRequest, NotFound, TooLarge
from inference_backend.worlds.upload_store import STALE_S, UploadState, UploadStore

DATA = np.random.default_rng(0).bytes(5000)
NAME = content_hash(DATA)


@pytest.fixture
def store(tmp_path) -> UploadStore:
    return UploadStore(tmp_path, largest=10_000, room=20_000)


def send(store: UploadStore, data: bytes, offset: int = 0, upto: int | None = None, name: str = "") -> UploadState:
    turn = store.begin(name or content_hash(data), offset, len(data))
    store.append(turn, data[offset:upto])
    return store.end(turn)


def test_any_pieces_in_order_make_the_whole(store, tmp_path):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        data = rng.bytes(int(rng.integers(1, 5000)))
        cuts = sorted({0, len(data), *rng.integers(0, len(data), 4).tolist()})
        for start, end in zip(cuts, cuts[1:], strict=False):
            assert UploadStore(tmp_path, 10_000).state(content_hash(data)).arrived == start  # as after a restart
            state = send(store, data, start, end)
        assert state == UploadState(len(data), True)
        assert store.read(content_hash(data)) == data
        store.remove(content_hash(data))
        assert store.state(content_hash(data)) == UploadState(0, False)


def test_only_the_whole_is_read(store):
    send(store, DATA, 0, 4999)
    with pytest.raises(NotFound, match=NAME):
        store.read(NAME)


@pytest.mark.parametrize("offset", [0, 2, 4])
def test_another_offset_is_refused_with_the_right_one(store, offset):
    send(store, DATA, 0, 3)
    with pytest.raises(Conflict, match="3 bytes"):
        store.begin(NAME, offset, len(DATA))


def test_other_bytes_than_their_name_says_go(store):
    with pytest.raises(Conflict, match="damaged"):
        send(store, DATA[::-1], name=NAME)
    assert store.state(NAME) == UploadState(0, False)


def test_who_comes_last_goes_on_and_the_one_before_stops(store):
    first = store.begin(NAME, 0, len(DATA))
    store.append(first, DATA[:1000])
    second = store.begin(NAME, 1000, len(DATA))
    with pytest.raises(Conflict, match="another connection"):
        store.append(first, DATA[1000:])
    store.append(second, DATA[1000:])
    assert store.end(first) == UploadState(len(DATA), False)
    assert store.end(second) == UploadState(len(DATA), True)


def test_more_than_was_said_is_refused(store):
    turn = store.begin(NAME, 0, 10)
    with pytest.raises(InvalidRequest, match="10 bytes"):
        store.append(turn, DATA)
    store.end(turn)


def test_one_that_is_too_large(store):
    with pytest.raises(TooLarge, match="10001"):
        store.begin(NAME, 0, 10_001)


def test_the_oldest_make_room_but_not_those_that_go_on(store):
    parts = [np.random.default_rng(i).bytes(9000) for i in range(3)]
    names = [content_hash(part) for part in parts]
    going_on = store.begin(names[0], 0, 9000)
    store.append(going_on, parts[0][:8000])
    send(store, parts[1], 0, 8000)
    send(store, parts[2])
    assert [store.state(name).arrived for name in names] == [8000, 0, 9000]
    store.append(going_on, parts[0][8000:])
    assert store.end(going_on).whole
    alone = UploadStore(store._root.parent, largest=10_000, room=9000)
    turn = alone.begin(content_hash(DATA), 0, 5000)
    with pytest.raises(DiskFull, match="allowed"):
        alone.begin(names[1], 0, 9001)
    alone.end(turn)


def test_a_disk_without_room_is_told_before_the_first_byte(tmp_path):
    petabyte = 1 << 50
    with pytest.raises(DiskFull, match="no room") as caught:
        UploadStore(tmp_path, largest=petabyte, room=2 * petabyte).begin(NAME, 0, petabyte)
    assert caught.value.hint


def test_what_nobody_went_on_with_goes_at_a_start(store):
    send(store, DATA, 0, 100)
    other = send(store, DATA[1:])
    old = time.time() - STALE_S - 60
    os.utime(store._path(NAME, ".part"), (old, old))
    store.sweep()
    assert store.state(NAME).arrived == 0 and other.whole and store.read(content_hash(DATA[1:]))


def test_names_never_become_paths_unchecked(store):
    with pytest.raises(InvalidRequest, match="not a content hash"):
        store.state("../" + NAME[3:])
