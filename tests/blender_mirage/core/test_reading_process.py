"""The thread that listens to a second Blender; any program stands for one here."""

from __future__ import annotations

import os
import sys
import time

import pytest

from blender_mirage.core.errors import LookNotReadable, SceneNotReady
from blender_mirage.core.read_files import write_error, write_read
from blender_mirage.core.reading_process import TEMPORARY, ReadingProcess, progress_line
from blender_mirage.core.set_read import SetRead
from blender_mirage.core.take_job import Progress


def process_that(tmp_path, script: str, *command: str) -> ReadingProcess:
    folder = tmp_path / "read"
    folder.mkdir()
    return ReadingProcess(command or [sys.executable, "-c", script], tmp_path, folder)


def until(reached) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_progress_is_found_among_what_others_say(tmp_path):
    told = [Progress("Größe", "reading the set", 1, 3), Progress("Größe", "packing")]
    lines = [f"half a line {progress_line(told[0])}", "EGL is missing", progress_line(told[1])[:-1], "",
             progress_line(told[1])]  # fmt: skip
    process = process_that(tmp_path, f"import sys; sys.stdout.buffer.write({chr(10).join(lines).encode()!r})")
    process.start()
    until(lambda: process.is_over)
    assert process.news() == told and process.news() == []
    write_read(process.folder, SetRead(notes=("Gut.",)))
    assert process.result().notes == ("Gut.",)
    process.remove()
    assert not process.folder.exists()


def test_one_that_ends_without_a_result_says_what_it_said_last(tmp_path):
    process = process_that(tmp_path, "print('one'); print('two'); print('three.'); print('Blender quit'); exit(3)")
    process.start()
    until(lambda: process.is_over)
    with pytest.raises(SceneNotReady, match="stopped: two three") as met:
        process.result()
    assert met.value.hint
    write_error(process.folder, LookNotReadable("Kein Bild."))
    with pytest.raises(LookNotReadable):
        process.result()


def test_one_that_says_nothing_and_one_that_cannot_be_started(tmp_path):
    for name, command, said in (("silent", [sys.executable, "-c", "exit(3)"], "exit code 3"),
                                ("missing", [str(tmp_path / "nobody")], "could not be started")):  # fmt: skip
        (tmp_path / name).mkdir()
        process = process_that(tmp_path / name, "", *command)
        process.start()
        until(lambda process=process: process.is_over)
        with pytest.raises(SceneNotReady, match=said):
            process.result()


@pytest.mark.parametrize("when", ["never started", "at once", "while it runs", "when it is over"])
def test_removed_at_any_time_nothing_is_left(tmp_path, when):
    script = "print('.', flush=True)" + ("" if when == "when it is over" else "; import time; time.sleep(300)")
    process = process_that(tmp_path, f"print({progress_line(Progress('a', 'b'))!r}, flush=True); {script}")
    if when != "never started":
        process.start()
    if when == "while it runs":
        until(process.news)
    if when == "when it is over":
        until(lambda: process.is_over)
    process.remove()
    until(lambda: not process.folder.exists())
    until(lambda: process.is_over)
    process.remove()


def test_folders_that_a_crash_left_go_after_a_week(tmp_path):
    week = 7 * 24 * 3600
    for name, age in ((f"{TEMPORARY}left", week + 60), (f"{TEMPORARY}in use", week - 60), ("another's", 9 * week)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "set.blend").write_bytes(b"BLENDER")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    process = process_that(tmp_path, "print('.')")
    process.start()
    until(lambda: process.is_over)
    process.remove()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another's", f"{TEMPORARY}in use"]
