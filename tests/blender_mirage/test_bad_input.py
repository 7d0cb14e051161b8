"""What a user can get wrong: each is one clear sentence with the next step, writes nothing, and Blender goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.wire import PROTOCOL_HEADER  # noqa: E402
from tests.support.addon import enabled_addon, small_set  # noqa: E402
from tests.support.other_server import other_server  # noqa: E402

pytestmark = pytest.mark.bpy

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def preferences():
    """Of the add-on in an empty file with a small set; no backend is there and none is started."""
    with enabled_addon(start_backend=False) as scene:
        small_set(scene)
        scene.mirage.prompt = "brick"
        yield bpy.context.preferences.addons["blender_mirage"].preferences


@pytest.fixture
def scene(preferences, tmp_path):
    """Saved as a .blend, so that whatever is written lies beside it."""
    preferences.data_dir = str(tmp_path / "data")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    return bpy.context.scene


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    from tests.support.live_server import live_server

    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def refused() -> str:
    """What Generate reports at once; it changes no frame and writes no file."""
    frame, here = bpy.context.scene.frame_current, sorted(Path(bpy.data.filepath).parent.iterdir())
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.mirage.generate_take()
    assert pump.idle and bpy.ops.mirage.generate_take.poll(), "Generate can be pressed again"
    assert bpy.context.scene.frame_current == frame
    assert sorted(Path(bpy.data.filepath).parent.iterdir()) == here
    message, hint = str(caught.value).strip().removeprefix("Error: ").split(" \n")
    assert message.endswith(".") and hint.endswith(".")
    return f"{message} {hint}"


def failed() -> str:
    """What the panel shows after Generate has failed on its way."""
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    state = bpy.context.window_manager.mirage
    assert state.job_state == "FAILED" and state.message.endswith(".") and state.hint
    assert bpy.ops.mirage.generate_take.poll(), "Generate can be pressed again"
    return f"{state.message} {state.hint}"


def test_no_camera(scene):
    scene.camera = None
    assert "has no camera" in refused()


@pytest.mark.parametrize(("kind", "words"), [("ORTHO", "is orthographic"), ("PANO", "is panoramic")])
def test_a_camera_that_is_not_perspective(scene, kind, words):
    scene.camera.data.type = kind
    assert words in refused()


def test_an_empty_range(scene):
    scene.timeline_markers.new("cut", frame=1).camera = scene.camera
    scene.frame_set(50)
    assert "No shot lies at frame 50" in refused()


def test_nan_in_a_matrix(scene):
    scene.camera.delta_location.x = float("nan")
    words = refused()
    assert "finite" in words and "frame 1" in words


def test_no_look_and_no_prompt(scene):
    scene.mirage.prompt = ""
    assert "This scene has no look yet" in refused()
    scene.mirage.look_source = "PROMPT"
    assert "neither a look image nor a prompt" in refused()


def test_a_look_that_is_missing(scene):
    scene.mirage.look_path = "//none.png"
    assert "There is no look image at" in refused()


def test_a_look_that_is_no_image(scene, tmp_path):
    (tmp_path / "words.png").write_text("no image")
    scene.mirage.look_path = "//words.png"
    assert "is not an image that Blender can read" in refused()
    assert "words.png" not in [image.name for image in bpy.data.images]


def test_a_shot_that_is_not_there(scene):
    scene.mirage.shot_choice, scene.mirage.shot_names = "NAMED", "nope"
    assert "There is no shot 'nope'" in refused()


def test_a_backend_elsewhere_while_blender_must_stay_offline(scene, preferences):
    preferences.address = "gpu.example.org"
    assert "may not go online" in refused()


def test_an_address_that_is_none(scene, preferences):
    preferences.address = "two words"
    assert "is not the address of a backend" in refused()


def test_no_backend(scene, tmp_path):
    assert "No backend runs on this machine" in failed()
    assert not (tmp_path / "mirage").exists() and not (tmp_path / "data").exists()


def test_a_server_that_is_not_ours(scene, preferences):
    with other_server(404) as preferences.address:
        assert "is not a Mirage backend" in failed()


def test_another_protocol_version(scene, preferences):
    with other_server(headers={PROTOCOL_HEADER: "99"}) as preferences.address:
        assert "protocols 1 and 99" in failed()


def test_a_wrong_token(scene, preferences, server):
    preferences.address, preferences.token = server.url, "wrong"
    assert "does not accept the token" in failed()


def test_no_mesh_in_view(scene, preferences, server, tmp_path):
    preferences.address, preferences.token = server.url, server.token
    scene.camera.rotation_euler.x = -scene.camera.rotation_euler.x  # turned round
    assert "sees no mesh" in failed()
    bpy.data.objects["Cube"].hide_render = True
    assert "no mesh that renders" in failed()
    assert not (tmp_path / "mirage").exists()


def test_a_folder_that_cannot_be_written(scene, preferences, server, tmp_path):
    preferences.address, preferences.token = server.url, server.token
    (tmp_path / "mirage").write_text("a file where the folder should be")
    assert "could not be written" in failed()


def test_a_blend_that_was_never_saved(preferences, server, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    preferences.address, preferences.token = server.url, server.token
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    state = bpy.context.window_manager.mirage
    assert state.job_state == "DONE"
    assert (
        "Save the file so its takes stay with it" in state.warnings[0].name and str(tmp_path) in state.warnings[0].name
    )
    assert len(list((tmp_path / "Mirage" / "mirage" / "Camera" / "v001").glob("*.png"))) == 3


def test_a_full_disk(scene, server, tmp_path):
    """On a file system of 64 KiB that a namespace of this test's own mounts."""
    full = tmp_path / "full"
    full.mkdir()
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    tiny = f"mount -t tmpfs -o size=64k tmpfs '{full}'"
    if sys.platform != "linux" or subprocess.run([*mount, tiny], capture_output=True).returncode:
        pytest.skip("this machine lets a user mount no file system")
    fill = f"head -c 65536 /dev/zero > '{full}/filling'"
    generate = f"'{sys.executable}' -m blender_mirage generate '{tmp_path}/set.blend' --prompt brick --out '{full}'"
    script = f"{tiny} && {fill} && {generate} --backend {server.url}; code=$?; find '{full}' -type f; exit $code"
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY), "MIRAGE_TOKEN": server.token}
    done = subprocess.run([*mount, script], capture_output=True, text=True, env=environ)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The disk is full" in done.stderr and "Free some space" in done.stderr
    assert "Traceback" not in done.stderr
    left = [line for line in done.stdout.splitlines() if line.startswith(str(full)) and not line.endswith("filling")]
    assert left == [], "nothing half-written"
