from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.errors import TakeFilesMissing, TakeNotWritable
from blender_mirage.core.take_files import (
    create_take_folder,
    frame_path,
    frames_on_disk,
    latest,
    next_version,
    read_sidecar,
    replacing,
    safe_name,
    take_folder,
    versions,
    write_frame,
    write_sidecar,
    write_whole,
)


def test_the_path_of_a_frame(tmp_path):
    assert frame_path(tmp_path, "Walk", 2, 7) == tmp_path / "Walk" / "v002" / "Walk_v002_0007.png"
    assert frame_path(tmp_path, "Walk", 12, 12345).name == "Walk_v012_12345.png"
    assert frame_path(tmp_path, "Walk", 1, -3).name == "Walk_v001_-003.png", "as Blender names what it renders"


@given(st.lists(st.integers(-(2**20), 2**20), min_size=1, max_size=5, unique=True), st.text(max_size=20))
def test_every_frame_that_blender_has_is_found_again_by_its_number(numbers, name):
    with TemporaryDirectory() as folder:
        version, take = create_take_folder(Path(folder), name)
        paths = {number: frame_path(Path(folder), name, version, number) for number in numbers}
        for path in paths.values():
            path.write_bytes(b"")
        found = frames_on_disk(take)
        assert found == paths and list(found) == sorted(numbers)


@given(st.text(max_size=200))
def test_any_name_becomes_one_folder(name):
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= 81
    assert safe == Path(safe).name and safe not in (".", "..")
    assert not set(safe) & set('<>:"/\\|?*{}%#\0\n ')
    assert safe[-1] not in "._ " or safe == "_"
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Gang über Eck", "Gang_über_Eck"),
        ("日本 01", "日本_01"),
        ("../../etc", "etc"),
        ("", "shot"),
        ("???", "shot"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("a{frame}#b", "a_frame_b"),
    ],
)
def test_names(name, safe):
    assert safe_name(name) == safe


def test_versions_rise_and_ignore_what_is_not_ours(tmp_path):
    assert (versions(tmp_path, "S"), latest(tmp_path, "S"), next_version(tmp_path, "S")) == ((), None, 1)
    assert create_take_folder(tmp_path, "S") == (1, take_folder(tmp_path, "S", 1))
    (tmp_path / "S" / "v007").mkdir()
    (tmp_path / "S" / "v9").mkdir()
    (tmp_path / "S" / "v010").write_text("a file")
    assert versions(tmp_path, "S") == (1, 7)
    assert create_take_folder(tmp_path, "S") == (8, tmp_path / "S" / "v008")


def test_frames_are_written_once(tmp_path):
    path = frame_path(tmp_path, "S", 1, 3)
    write_frame(path, b"first")
    with pytest.raises(TakeNotWritable, match="already exists and is kept"):
        write_frame(path, b"second")
    assert path.read_bytes() == b"first"
    write_frame(frame_path(tmp_path, "S", 1, 1), b"one")
    (path.parent / "S_v001_0009.png.part").write_bytes(b"")
    (path.parent / "other_0009.png").write_bytes(b"")
    assert list(frames_on_disk(path.parent).items()) == [(1, frame_path(tmp_path, "S", 1, 1)), (3, path)]
    assert frames_on_disk(tmp_path / "nowhere") == {}


def test_the_sidecar_is_renewed_and_read_back(tmp_path):
    write_sidecar(tmp_path, {"seed": 1})
    write_sidecar(tmp_path, {"seed": 2, "prompt": "nasser Backstein, 雨"})
    assert read_sidecar(tmp_path) == {"seed": 2, "prompt": "nasser Backstein, 雨"}
    assert os.listdir(tmp_path) == ["take.json"]


@pytest.mark.parametrize("content", [None, b"{", b"[]", b"\xff"])
def test_a_sidecar_that_is_none(tmp_path, content):
    if content is not None:
        (tmp_path / "take.json").write_bytes(content)
    with pytest.raises(TakeFilesMissing, match="take.json"):
        read_sidecar(tmp_path)


def test_a_write_that_breaks_off_leaves_nothing(tmp_path):
    path = tmp_path / "frame.png"
    with pytest.raises(KeyboardInterrupt), replacing(path) as beside:
        beside.write_bytes(b"half")
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(errno.ENOSPC, "The disk is full: .*frame.png was not written"), (errno.EROFS, "is read-only for you")],
)
def test_what_the_system_refuses_is_one_sentence(tmp_path, code, sentence):
    with pytest.raises(TakeNotWritable, match=sentence), replacing(tmp_path / "frame.png"):
        raise OSError(code, os.strerror(code))
    assert os.listdir(tmp_path) == []


def test_a_write_that_the_system_breaks_off(tmp_path):
    """For real, in a process that may write 4 KiB a file; beyond that the write fails midway, as on a full disk."""
    path = tmp_path / "frame.png"
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "from blender_mirage.core.take_files import write_frame\n"
        "from blender_mirage.core.errors import TakeNotWritable\n"
        "try:\n    write_frame(Path(sys.argv[1]), bytes(100_000))\n"
        "except TakeNotWritable as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert f"{path} could not be written: File too large." in done.stdout
    assert os.listdir(tmp_path) == []


def test_a_file_in_the_way_of_the_folder(tmp_path):
    (tmp_path / "S").write_text("a file")
    with pytest.raises(TakeNotWritable, match="S"):
        create_take_folder(tmp_path, "S")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_is_read_only(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(TakeNotWritable, match="read-only"):
            write_whole(tmp_path / "x", b"")
    finally:
        tmp_path.chmod(0o700)


def test_frames_can_be_read_by_others_as_any_file(tmp_path):
    write_whole(tmp_path / "ours", b"")
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_base_that_was_removed_is_made_again(tmp_path):
    _, folder = create_take_folder(tmp_path / "base", "S")
    shutil.rmtree(tmp_path / "base")
    write_whole(folder / "x", b"1")
    assert (folder / "x").read_bytes() == b"1"
