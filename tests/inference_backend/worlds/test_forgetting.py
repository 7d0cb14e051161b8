"""What is forgotten is gone from the disk, everything else stays, and a fork is not touched."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_mirage.wire.arrays import content_hash, pack
from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.history import ForgetRequest, Forgotten
from blender_mirage.wire.messages import Greybox, Instance, TakeInfo
from inference_backend.errors import BackendError, InvalidRequest, NotFound
from inference_backend.storage.tensors import load_arrays
from inference_backend.worlds.anchor_names import anchor_name
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.forgetting import forget
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.survey_files import SurveyFiles
from inference_backend.worlds.take_files import TakeFiles
from inference_backend.worlds.world_files import AnchorRecord
from tests.support import tiny_requests
from tests.support.greybox import BOX_TRIANGLES, place

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
LONG_AGO = 1_000_000.0


class World:
    """A world with two objects (one of them in two topologies), sky and points, in three commits."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.catalog = data_dir, WorldCatalog(data_dir)
        self.id = self.catalog.create("set").world_id
        self.meshes, self.takes = MeshStore(data_dir), TakeFiles(data_dir)
        self.rng = np.random.default_rng(0)
        self.door_mesh, self.new_door_mesh, self.crate_mesh = (self.mesh(scale) for scale in (1.0, 1.5, 2.0))
        records = [
            AnchorRecord("the-door|0123456789ab", self.door_mesh, (1.0, 1.0, 1.0), "Secret Door"),
            AnchorRecord("the-crate|0123456789ab", self.crate_mesh, (1.0, 1.0, 1.0), "Crate"),
            AnchorRecord("the-door|ba9876543210", self.new_door_mesh, (1.0, 1.0, 1.0), "Secret Door"),
        ]
        with self.catalog.open(self.id) as world:
            self.door, self.crate, self.remade = (anchor.id for anchor in world.register_anchors(records))
            world.material_ids(["secret paint"])
        self.first, self.second, self.look = self.take([1, 2, 0]), self.take([3, 3, 2, -1]), self.seed_view([1, 1])

    def mesh(self, scale: float) -> str:
        data = pack({"vertices": CORNERS * scale, "triangles": BOX_TRIANGLES, "face_material": np.zeros(12, np.int32)})
        self.meshes.put(content_hash(data), data)
        return content_hash(data)

    def take(self, anchors: list[int], mesh: str = "") -> str:
        take_id = new_id()
        request, arrays = tiny_requests.take_request(1, shot="sh010")
        greybox = Greybox(tuple(Instance(f"object-{i}", "", mesh, ()) for i, mesh in enumerate(filter(None, [mesh]))))
        info = TakeInfo(take_id, self.id, "sh010", "previz", "", 0, "", 64, 64, (1,), 24.0, 1, "done", "")
        self.takes.create(take_id, to_bundle(replace(request, greybox=greybox), arrays), info)
        self.takes.write_frame(take_id, 0, b"frame of " + take_id.encode())
        self.commit(take_id, "take", anchors)
        return take_id

    def seed_view(self, anchors: list[int]) -> str:
        take_id = new_id()
        self.catalog.save_seed_view(self.id, take_id, to_bundle(*tiny_requests.seed_view_request()))
        self.commit(take_id, "seed_view", anchors)
        return take_id

    def commit(self, take_id: str, kind: str, anchors: list[int]) -> None:
        """Random tokens: 32 bytes of feature each, so that one can be looked for in every file."""
        arrays = {
            "anchor": np.array(anchors, np.int32),
            "position": self.rng.normal(size=(len(anchors), 3)).astype(np.float32),
            "feature": self.rng.normal(size=(len(anchors), 16)).astype(np.float16),
        }
        with self.catalog.open(self.id) as world:
            world.commit_segment(take_id, kind, arrays, {"engine": "previz", "tokens": str(len(anchors))})

    def forget(self, arrays=None, world_id: str = "", **request) -> Forgotten:
        return forget(self.catalog, world_id or self.id, ForgetRequest(**request), arrays or {})

    def tokens(self, world_id: str = "") -> dict[str, list[tuple[int, bytes]]]:
        """By take: anchor and feature of each token, of live and reverted commits alike."""
        found = {}
        with self.catalog.open(world_id or self.id) as world:
            with world.database.read() as connection:
                rows = connection.execute("SELECT take_id, file, tokens, bytes FROM segments").fetchall()
            for row in rows:
                path = world.segments_dir / row["file"]
                arrays, meta = load_arrays(path)
                assert len(arrays["anchor"]) == row["tokens"] == int(meta["tokens"]), "row, header and body agree"
                assert path.stat().st_size == row["bytes"]
                pairs = zip(arrays["anchor"].tolist(), arrays["feature"], strict=True)
                found[row["take_id"]] = [(anchor, feature.tobytes()) for anchor, feature in pairs]
            listed = {a.anchor: a.tokens for a in world.anchor_list().anchors}
            assert sum(listed.values()) == sum(s.tokens for s in world.committed_segments())
        return found

    def everything_on_disk(self, below: str = "") -> bytes:
        return b"".join(path.read_bytes() for path in sorted((self.data_dir / below).rglob("*")) if path.is_file())


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path)


def without(tokens, *anchors: int):
    """The oracle: each commit without the tokens of `anchors`; a commit that loses its last one goes."""
    left = {take: [pair for pair in pairs if pair[0] not in anchors] for take, pairs in tokens.items()}
    return {take: pairs for take, pairs in left.items() if pairs}


def test_object_is_forgotten_in_every_topology_and_commit(world: World) -> None:
    with world.catalog.open(world.id) as opened:
        opened.revert(world.second)
    before = world.tokens()
    doomed = [feature for pairs in before.values() for anchor, feature in pairs if anchor in (world.door, world.remade)]
    told = world.forget(anchor="the-door")
    assert world.tokens() == without(before, world.door, world.remade)
    assert (told.tokens, told.commits) == (5, 1) and told.bytes > 0
    disk = world.everything_on_disk()
    assert len(doomed) == 5 and not any(feature in disk for feature in doomed)
    assert b"the-door" not in disk and b"Secret Door" not in disk, "the database forgets its name too"
    with world.catalog.open(world.id) as opened:
        states = {commit.take_id: (commit.state, commit.tokens) for commit in opened.history().commits}
        assert states == {world.first: ("live", 2), world.second: ("reverted", 2)}
        again = opened.register_anchors([AnchorRecord("the-door|0123456789ab", "m" * 32, (1.0, 1.0, 1.0))])
        assert again[0].id > world.remade, "an id is never given twice"
    with pytest.raises(NotFound, match="the-window"):
        world.forget(anchor="the-window")


def test_picture_of_a_look_of_which_nothing_is_left_goes_and_frames_of_takes_stay(world: World) -> None:
    world.forget(anchor="the-door")
    with pytest.raises(NotFound):
        world.catalog.seed_view(world.id, world.look)
    assert world.takes.frame_path(world.first, 0).is_file()


@pytest.mark.parametrize(("name", "anchor"), [("sky", 0), ("void", -1)])
def test_sky_and_points_are_forgotten_by_their_names(world: World, name: str, anchor: int) -> None:
    before = world.tokens()
    assert world.forget(anchor=name).tokens == 1
    assert world.tokens() == without(before, anchor)
    assert world.forget(anchor=name) == Forgotten(0, 0, 0)


def test_take_is_forgotten_with_its_frames_and_request(world: World) -> None:
    before, frame = world.tokens(), b"frame of " + world.second.encode()
    assert frame in world.everything_on_disk()
    told = world.forget(take_id=world.second)
    assert (told.commits, told.tokens) == (1, 4) and told.bytes > 1000
    assert world.tokens() == {take: pairs for take, pairs in before.items() if take != world.second}
    assert frame not in world.everything_on_disk() and world.second.encode() not in world.everything_on_disk()
    assert not list(world.data_dir.rglob(f"*{world.second}*"))
    with pytest.raises(NotFound, match=world.second):
        world.forget(take_id=world.second)


def test_look_is_forgotten_with_its_picture(world: World) -> None:
    world.forget(take_id=world.look)
    assert world.look not in world.tokens() and not list(world.data_dir.rglob(f"*{world.look}*"))


def test_take_that_was_never_finished_is_forgotten_too(world: World) -> None:
    info = replace(world.takes.info(world.first), take_id=new_id(), state="failed")
    world.takes.create(info.take_id, b"request", info)
    assert world.forget(take_id=info.take_id).tokens == 0
    assert not list(world.data_dir.rglob(f"*{info.take_id}*"))


def test_everything_leaves_an_empty_world_of_the_same_name(world: World) -> None:
    world.catalog.save_seed_view(world.id, new_id(), b"a look that failed")
    other = world.catalog.create("other").world_id
    surveys, mine, theirs = SurveyFiles(world.data_dir), new_id(), new_id()
    surveys.create(mine, world.id, b"request"), surveys.create(theirs, other, b"request")
    told = world.forget(everything=True)
    assert surveys.request(theirs) == b"request" and not list(world.data_dir.rglob(f"*{mine}*"))
    assert (told.commits, told.tokens) == (3, 9)
    info, stats = world.catalog.get(world.id), world.catalog.stats(world.id)
    assert (info.name, info.takes, info.seed_views, info.tokens) == ("set", 0, 0, 0)
    assert (stats.anchors, stats.segments, stats.bytes) == (0, 0, 0)
    assert world.catalog.get(other).name == "other"
    disk = world.everything_on_disk()
    words = [b"the-door", b"Crate", b"secret paint", b"frame of", world.first.encode(), world.look.encode()]
    assert [word for word in words if word in disk] == []
    assert not any(path.is_file() for part in ("segments", "seed_views") for path in world.data_dir.rglob(f"{part}/*"))


def test_fork_keeps_what_its_source_forgets_and_the_other_way_round(world: World) -> None:
    before = world.tokens()
    fork = world.catalog.fork(world.id, "fork").world_id
    world.forget(anchor="the-door")
    assert world.tokens(fork) == before
    world.forget(world_id=fork, anchor="the-crate")
    assert world.tokens(fork) == without(before, world.crate)
    assert world.tokens() == without(before, world.door, world.remade)
    world.forget(world_id=fork, take_id=world.first)
    assert world.takes.frame_path(world.first, 0).is_file(), "the frames are the source's"
    world.forget(everything=True)
    assert world.tokens(fork) == {
        take: pairs for take, pairs in without(before, world.crate).items() if take != world.first
    }
    assert world.catalog.seed_view(fork, world.look)


def test_meshes_that_nothing_needs_any_more_are_collected(world: World) -> None:
    needed = world.mesh(3.0)
    world.take([world.crate], needed)
    fresh = world.mesh(4.0)
    for path in world.data_dir.glob("meshes/*"):
        if path.stem != fresh:
            os.utime(path, (LONG_AGO, LONG_AGO))
    world.forget(anchor="the-door")
    stored = {path.stem for path in world.data_dir.glob("meshes/*")}
    assert stored == {world.crate_mesh, needed, fresh}, "rest shapes, requests, and what was just sent"
    assert world.meshes.missing([fresh]) == []
    os.utime(world.data_dir / "meshes" / f"{fresh}.mira", (LONG_AGO, LONG_AGO))
    fork = world.catalog.fork(world.id, "fork").world_id
    world.catalog.delete(world.id)
    assert {path.stem for path in world.data_dir.glob("meshes/*")} == {world.crate_mesh}
    world.catalog.delete(fork)
    assert list(world.data_dir.glob("meshes/*")) == []


def test_no_mesh_is_collected_while_a_request_cannot_be_read(world: World, caplog) -> None:
    for path in world.data_dir.glob("meshes/*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    (world.data_dir / "takes" / world.first / "request.mira").write_bytes(b"damaged")
    world.forget(anchor="the-door")
    assert {world.door_mesh, world.new_door_mesh} <= {path.stem for path in world.data_dir.glob("meshes/*")}
    assert "not tidied up" in caplog.text


def test_damaged_segment_is_named_and_nothing_is_forgotten(world: World) -> None:
    (path,) = world.data_dir.rglob(f"segments/{world.second}.safetensors")
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    with pytest.raises(BackendError, match=world.second):
        world.forget(anchor="the-door")
    path.write_bytes(whole)
    assert len(world.tokens()[world.first]) == 3, "the segment before it is as it was"
    assert len(list(world.data_dir.rglob("segments/*"))) == 3


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "got 0"),
        ({"anchor": "a", "everything": True}, "got 2"),
        ({"box": (0.0, 0.0, 0.0, 1.0, 1.0, 1.0)}, "greybox"),
        ({"box": (0.0, 0.0, 1.0, 1.0, 1.0, 1.0), "greybox": Greybox(())}, "holds nothing"),
    ],
)
def test_requests_that_are_none(world: World, request_, words: str) -> None:
    before = world.tokens()
    with pytest.raises(InvalidRequest, match=words):
        world.forget(**request_)
    assert world.tokens() == before


def test_box_takes_what_stands_in_it_now(world: World) -> None:
    """A crate of 2 m that was seen at the origin and stands at x = 10 today, turned: its near half is forgotten."""
    name = anchor_name("box", BOX_TRIANGLES, 8)
    with world.catalog.open(world.id) as opened:
        (anchor,) = opened.register_anchors([AnchorRecord(name, world.door_mesh, (1.0, 1.0, 1.0))])
        rest = world.rng.uniform(-1, 1, (200, 3)).astype(np.float32)
        points = world.rng.uniform((8, -6, -6), (12, 6, 6), (50, 3)).astype(np.float32)
        arrays = {
            "anchor": np.array([anchor.id] * 200 + [-1] * 50 + [0] * 5 + [world.crate] * 5, np.int32),
            "position": np.concatenate([rest, points, np.full((10, 3), 10, np.float32)]),
            "feature": world.rng.normal(size=(260, 16)).astype(np.float16),
        }
        opened.commit_segment(new_id(), "take", arrays, {"tokens": "260"})
    transform = place((2, 2, 2), (10, 0, 0), 0.7)
    low, high = np.array([8.0, -5, -5]), np.array([10.0, 5, 5])
    greybox = Greybox((Instance("box", "Box", world.door_mesh, ()), Instance("ghost", "", world.crate_mesh, ())))
    tracks = GreyboxTracks(
        np.stack([transform, np.eye(4)]), np.zeros(0, np.int32), np.zeros((0, 1, 4, 4)), np.array([[1], [1]], np.uint8),
        np.zeros((0, 1, 4, 4)),
    )  # fmt: skip
    placed = np.concatenate([rest @ transform[:3, :3].T + transform[:3, 3], points])
    expected = np.all((placed >= low) & (placed <= high), axis=1)
    assert 20 < expected[:200].sum() < 180 and expected[200:].any() and not expected[200:].all()
    before = world.catalog.get(world.id).tokens
    told = world.forget(tracks.to_arrays(), box=(*low, *high), greybox=greybox)
    assert told.tokens == expected.sum() and before - world.catalog.get(world.id).tokens == expected.sum()
    left = next(pairs for pairs in world.tokens().values() if len(pairs) > 10)
    kept = np.concatenate([~expected, np.ones(10, bool)])
    assert left == [(int(a), f.tobytes()) for a, f in zip(arrays["anchor"][kept], arrays["feature"][kept], strict=True)]
    hidden = replace(tracks, visible=np.zeros((2, 1), np.uint8))
    assert (
        world.forget(hidden.to_arrays(), box=(-99, -99, -99, 99, 99, 99), greybox=greybox).tokens
        == (~expected)[200:].sum() + 1
    )
