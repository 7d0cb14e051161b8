from __future__ import annotations

import pytest

from inference_backend.demo.command import run_demo
from inference_backend.demo.main import main
from inference_backend.demo.steps import addon
from inference_backend.errors import BackendError, InvalidRequest


@pytest.mark.parametrize("width", [100, 64, 4096])
def test_a_width_that_no_engine_takes_is_refused_before_anything_is_made(tmp_path, width):
    with pytest.raises(InvalidRequest, match=f"The width {width}"):
        run_demo(tmp_path / "mirage-demo", width, tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_folder_is_refused_before_blender_starts(tmp_path):
    (tmp_path / "film.blend").write_bytes(b"months of work")
    with pytest.raises(InvalidRequest, match="other files"):
        main(["--out", str(tmp_path), "--data-dir", str(tmp_path / "data")])
    assert [path.name for path in tmp_path.iterdir()] == ["film.blend"]


@pytest.mark.bpy
def test_a_command_that_fails_is_reported_with_its_own_words(tmp_path):
    pytest.importorskip("bpy")
    with pytest.raises(BackendError, match="There is no file") as failure:
        addon(["look", str(tmp_path / "gone.blend"), str(tmp_path / "look.png")], tmp_path, show=False)
    assert "mirage doctor" in failure.value.hint


@pytest.mark.bpy
def test_the_set_is_written_by_the_add_ons_command(tmp_path):
    pytest.importorskip("bpy")
    addon(["demo-set", str(tmp_path / "demo.blend")], tmp_path, show=False)
    assert (tmp_path / "demo.blend").stat().st_size > 100_000
