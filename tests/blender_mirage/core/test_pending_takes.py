from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from blender_mirage.core.pending_takes import PENDING_FOLDER, PendingTake, hold_pending, note_pending
from blender_mirage.core.scene_key import SceneKey
from blender_mirage.core.shots import Shot


def take(take_id: str = "t1", sent: float = 0.0) -> PendingTake:
    scene = SceneKey("scene-id", "Szene", "/film/Straße.blend")
    shot = Shot("Gang über Eck", "Kamera", 3, 5, "camera-id")
    return PendingTake(f"job-{take_id}", take_id, "/data", scene, shot, (3, 4, 5), {"request": {"seed": 7}}, sent)


def test_it_comes_back_whole_oldest_first_and_leaves_nothing_when_done(tmp_path):
    written = [take("new", 2.0), take("old", 1.0)]
    for one in written:
        note_pending(tmp_path, one).leave()
    (tmp_path / PENDING_FOLDER / "odd.json").write_text("{")
    held = hold_pending(tmp_path)
    assert [file.take for file in held] == [take("old", 1.0), take("new", 2.0)]
    assert [file.base for file in held] == [tmp_path, tmp_path]
    (tmp_path / PENDING_FOLDER / "odd.json").unlink()
    for file in held:
        file.done()
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_gets_what_is_held(tmp_path):
    file = note_pending(tmp_path, take())
    assert hold_pending(tmp_path) == ()
    file.leave()
    (again,) = hold_pending(tmp_path)
    assert hold_pending(tmp_path) == ()
    again.done()


def test_what_a_dead_process_held_is_free(tmp_path):
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from blender_mirage.core.pending_takes import hold_pending\n"
        "held = hold_pending(Path(sys.argv[1]))\nprint(len(held), flush=True)\nsys.stdin.read()\nos._exit(1)"
    )
    note_pending(tmp_path, take()).leave()
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"1\n"
        assert hold_pending(tmp_path) == (), "another process holds it"
        other.stdin.close()
        other.wait()
    (file,) = hold_pending(tmp_path)
    file.done()


def test_a_folder_without_any(tmp_path):
    assert hold_pending(tmp_path / "nowhere") == ()
