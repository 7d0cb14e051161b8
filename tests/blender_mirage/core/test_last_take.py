from __future__ import annotations

from blender_mirage.core.last_take import LastTake, last_take, version_of
from blender_mirage.core.take_files import create_take_folder, write_sidecar


def make(base, shot="walk", **facts):
    version, folder = create_take_folder(base, shot)
    if facts:
        write_sidecar(folder, facts)
    return version, folder


def test_the_newest_finished_take_of_the_world(tmp_path):
    assert last_take(tmp_path, ["walk"], "w") is None
    make(tmp_path, take_id="a", world_id="w", state="done")
    make(tmp_path, take_id="b", world_id="w", state="done")
    make(tmp_path, take_id="c", world_id="w", state="cancelled")
    make(tmp_path, take_id="d", world_id="another", state="done")
    make(tmp_path)  # no sidecar
    _, broken = make(tmp_path)
    (broken / "take.json").write_text("no JSON")
    assert last_take(tmp_path, ["walk"], "w") == LastTake("b", 2)
    assert last_take(tmp_path, ["walk"], "another") == LastTake("d", 4)
    assert last_take(tmp_path, ["run"], "w") is None


def test_the_version_of_a_take(tmp_path):
    make(tmp_path, take_id="a", world_id="w", state="done")
    make(tmp_path, take_id="b", world_id="w", state="cancelled")
    make(tmp_path)
    assert (version_of(tmp_path, "walk", "a"), version_of(tmp_path, "walk", "b")) == (1, 2)
    assert version_of(tmp_path, "walk", "nope") is None
