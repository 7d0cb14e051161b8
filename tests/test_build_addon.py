"""The zip: the same bytes each time, nothing but sources and the backend's wheel, and it runs under any package name,
as extensions must."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import build_addon
from build_addon import NotBuildable, build, check_imports


def test_the_same_bytes_each_time(addon_zip, tmp_path):
    os.utime(build_addon.PACKAGE / "__init__.py")
    assert build(tmp_path).read_bytes() == addon_zip.read_bytes()


def test_what_is_in_it(addon_zip):
    with zipfile.ZipFile(addon_zip) as opened:
        names = opened.namelist()
        manifest = tomllib.loads(opened.read("blender_manifest.toml").decode())
    assert addon_zip.name == f"blender_mirage-{manifest['version']}.zip"
    assert {"__init__.py", "LICENSE", "wire/messages.py", "ui/panel.py"} <= set(names)
    assert names == sorted(names)
    wheel = f"backend/blender_mirage-{manifest['version']}-py3-none-any.whl"
    assert all(name in ("LICENSE", wheel) or name.endswith((".py", ".toml")) for name in names)
    assert names.count(wheel) == 1 and "wheels" not in manifest, "Blender would install it into its own Python"


def test_the_wheel_is_the_whole_backend_with_its_weights(addon_zip):
    with zipfile.ZipFile(addon_zip) as opened:
        name = next(name for name in opened.namelist() if name.endswith(".whl"))
        wheel = zipfile.ZipFile(io.BytesIO(opened.read(name)))
    for package in ("blender_mirage/wire", "inference_backend"):
        for file in (build_addon.ROOT / package).rglob("*.py"):
            assert file.relative_to(build_addon.ROOT).as_posix() in wheel.namelist()
    weights = build_addon.ROOT / "inference_backend" / "weights" / "previz.safetensors"
    assert wheel.read("inference_backend/weights/previz.safetensors") == weights.read_bytes()
    info = f"{'-'.join(Path(name).name.split('-')[:2])}.dist-info"
    assert b"Name: blender-mirage\n" in wheel.read(f"{info}/METADATA")
    listed = {line[0]: line[1] for line in csv.reader(io.StringIO(wheel.read(f"{info}/RECORD").decode()))}
    assert set(listed) == set(wheel.namelist())
    for entry, stated in listed.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(entry)).digest()).rstrip(b"=").decode()
        assert stated == (f"sha256={digest}" if entry != f"{info}/RECORD" else "")


def test_without_setuptools_it_says_what_to_install(tmp_path, monkeypatch):
    venv.EnvBuilder(with_pip=False).create(tmp_path / "bare")
    inside = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / inside))
    (tmp_path / "work").mkdir()
    with pytest.raises(NotBuildable, match=r"No module named 'setuptools'(.|\n)*pip install \"setuptools>="):
        build_addon.build_wheel(tmp_path / "work")


def test_the_manifest_keeps_to_blenders_rules():
    manifest = tomllib.loads((build_addon.PACKAGE / "blender_manifest.toml").read_text(encoding="utf-8"))
    required = "schema_version id version name tagline maintainer type blender_version_min license".split()
    assert set(required) <= set(manifest)
    assert len(manifest["tagline"]) <= 64 and manifest["tagline"][-1] not in ".!?"
    assert all(len(reason) <= 64 and reason[-1] != "." for reason in manifest["permissions"].values())
    project = tomllib.loads((build_addon.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert manifest["version"] == project["project"]["version"]


@pytest.mark.parametrize("line", ["import bpy", "from mathutils import Vector", "def late():\n    import gpu.state"])
def test_blender_where_it_must_not_be_is_refused(tmp_path, line):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "cameras.py").write_text(f"from .bpy import x\n{line}\n")
    with pytest.raises(NotBuildable, match=r"core.cameras\.py:\d imports .* without Blender"):
        check_imports(tmp_path)


def test_it_runs_as_an_extension(addon_zip, tmp_path):
    pytest.importorskip("bpy")
    package = tmp_path / "installed" / "user_default" / "blender_mirage"
    with zipfile.ZipFile(addon_zip) as opened:
        opened.extractall(package)
    code = """
import bpy, installed.user_default.blender_mirage as addon
addon.register()
entry = bpy.context.preferences.addons.new()
entry.module = addon.__name__
assert entry.preferences.start_backend
assert bpy.ops.mirage.generate_take.poll()
bpy.context.preferences.addons.remove(entry)
addon.unregister()
import sys
assert not any(name.partition(".")[0] == "blender_mirage" for name in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
