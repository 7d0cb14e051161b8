"""The commands without a window, each in a process of its own: what they write, say and return."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from tests.support.addon import enabled_addon, small_set, write_png  # noqa: E402

pytestmark = pytest.mark.bpy

REPOSITORY = Path(__file__).parents[2]


def run(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "blender_mirage", *map(str, arguments)]
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "error", **environ}
    return subprocess.run(command, capture_output=True, text=True, env=environ)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    from tests.support.live_server import live_server

    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def blend(tmp_path):
    path = tmp_path / "set über Eck.blend"
    with enabled_addon() as scene:
        small_set(scene)
        write_png(tmp_path / "look.png")
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def test_generate_makes_the_frames_and_saves_the_strips(server, blend, tmp_path):
    out = tmp_path / "out"
    choice = ("--look", tmp_path / "look.png", "--out", out, "--world", "Corridor", "--seed", 9, "--save")
    for version in ("v001", "v002"):
        done = run("generate", blend, *choice, "--backend", server.url, MIRAGE_TOKEN=server.token)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] == f"3 frames lie in {out}" and "Camera: frames" in done.stdout
        assert len(list((out / "Camera" / version).glob("*.png"))) == 3
    worlds = [world for world in server.services.catalog.list() if world.name == "Corridor"]
    assert [(world.takes, world.seed_views) for world in worlds] == [(2, 1)]
    with enabled_addon():
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        assert bpy.context.scene.mirage.seed == 9
        assert [strip.name for strip in strips(bpy.context.scene.sequence_editor)] == ["Camera v002"]
        assert bpy.context.preferences.addons["blender_mirage"].preferences.token == ""
    assert server.token.encode() not in blend.read_bytes()


def test_a_survey_and_what_is_stale(server, blend, tmp_path):
    there = ("--world", "Hall", "--backend", server.url)
    done = run("survey", blend, *there, MIRAGE_TOKEN=server.token)
    assert done.returncode == 1 and "There is no world called 'Hall' yet" in done.stderr
    made = run("generate", blend, "--prompt", "brick", *there, "--stale-only", MIRAGE_TOKEN=server.token)
    assert made.returncode == 0 and "3 frames lie in" in made.stdout, made.stdout + made.stderr
    done = run("survey", blend, *there, MIRAGE_TOKEN=server.token)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("Camera: Known 100 %, partly 0 %, unknown 0 %.")
    assert len(list((blend.parent / "mirage" / "_coverage" / "Camera").rglob("*.png"))) == 3
    again = run("generate", blend, "--prompt", "brick", *there, "--stale-only", MIRAGE_TOKEN=server.token)
    assert again.returncode == 0 and again.stdout.splitlines()[-1] == "Everything is up to date.", again.stdout


def test_a_file_that_nothing_is_saved_in_is_known_again(server, blend, tmp_path):
    """Twice generated, moved to another folder, surveyed, saved at last: one world, one look, nothing stale."""
    there = ("--out", tmp_path / "out", "--backend", server.url)
    look = ("--look", tmp_path / "look.png", "--prompt", "brick", "--seed", 3, "--width", 64)
    untouched = blend.read_bytes()
    for version in ("v001", "v002"):
        made = run("generate", blend, *look, *there, MIRAGE_TOKEN=server.token)
        assert made.returncode == 0 and (tmp_path / "out" / "Camera" / version).is_dir(), made.stdout + made.stderr
    assert blend.read_bytes() == untouched
    moved = tmp_path / "elsewhere" / blend.name
    moved.parent.mkdir()
    shutil.copy(blend, moved)
    said = run("survey", moved, *there, MIRAGE_TOKEN=server.token).stdout.splitlines()[-1]
    assert said.startswith("Camera: Known 100 %") and "out of date" not in said, said
    saved = run("generate", blend, *look, "--stale-only", "--save", *there, MIRAGE_TOKEN=server.token)
    assert saved.returncode == 0 and saved.stdout.splitlines()[-1] == "Everything is up to date.", saved.stderr
    worlds = [world for world in server.services.catalog.list() if world.name == blend.stem]
    assert [(world.takes, world.seed_views) for world in worlds] == [(2, 1)]


def test_generate_with_a_shot_that_is_not_there(server, blend):
    done = run("generate", blend, "--shots", "nope", "--prompt", "brick", "--backend", server.url)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == ["There is no shot 'nope' in the scene 'Scene'.", "Choose one of 'Camera'."]


def test_export_and_look(blend, tmp_path):
    done = run("export", blend, "--cameras", tmp_path / "cameras.npz", "--width", 128)
    assert done.returncode == 0, done.stdout + done.stderr
    with np.load(tmp_path / "cameras.npz", allow_pickle=False) as cameras:
        assert cameras["poses_c2w"].shape == (3, 4, 4) and cameras["processed_size"].tolist() == [128, 128]
        np.testing.assert_array_equal(cameras["frame_indices"], [1, 2, 3])
    done = run("look", blend, tmp_path / "new look.png", "--samples", 1, "--frame", 2)
    assert done.returncode == 0 and "frame 2, 64x64" in done.stdout, done.stdout + done.stderr
    assert (tmp_path / "new look.png").read_bytes().startswith(b"\x89PNG")


def test_demo_set(tmp_path):
    done = run("demo-set", tmp_path / "demo.blend")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["demo.blend"]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "demo.blend"))
    assert len(bpy.context.scene.timeline_markers) == 2


@pytest.mark.parametrize(
    ("name", "words"), [("none.blend", "There is no file"), ("words.blend", "could not be opened")]
)
def test_a_file_that_is_no_blend(tmp_path, name, words):
    (tmp_path / "words.blend").write_text("words")
    done = run("export", tmp_path / name, "--cameras", tmp_path / "out.npz")
    assert done.returncode == 1 and words in done.stderr and not (tmp_path / "out.npz").exists()
    assert "Traceback" not in done.stderr


def test_inside_blender_the_same_is_a_registered_command(tmp_path):
    code = (
        "import sys, bpy\n"
        "from blender_mirage import registration\n"
        "registration.register()\n"
        "from blender_mirage.__main__ import main\n"
        f"code = main(['demo-set', {str(tmp_path / 'demo.blend')!r}])\n"
        "assert hasattr(bpy.types.Scene, 'mirage'), 'the command leaves an enabled add-on enabled'\n"
        "registration.unregister()\n"
        "sys.exit(code)\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ)
    assert done.returncode == 0 and (tmp_path / "demo.blend").exists(), done.stdout + done.stderr


def test_looks_and_words_without_a_window(server, blend, tmp_path):
    there = ("--world", "Looks", "--backend", server.url)
    shown = ("--look-frame", 3, "--camera", "Camera")
    done = run("add-look", blend, tmp_path / "look.png", *shown, *there, MIRAGE_TOKEN=server.token)
    assert done.returncode == 0 and done.stdout.splitlines()[-1].startswith("look: A picture"), (
        done.stdout + done.stderr
    )
    words = ("--prompt", "wodden walls", "--look-strength", "0.5")
    done = run("generate", blend, *words, *there, MIRAGE_TOKEN=server.token)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Note: Camera: Ignored words: 'wodden' (did you mean 'wood'?)" in done.stdout
    (world,) = [world for world in server.services.catalog.list() if world.name == "Looks"]
    assert (world.takes, world.seed_views) == (1, 1)
    done = run("paint-over", blend, tmp_path / "look.png", *there, MIRAGE_TOKEN=server.token)
    assert done.returncode == 1 and "The frame that look.png was painted on" in done.stderr
    assert "Traceback" not in done.stderr
