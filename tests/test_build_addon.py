"""The zip: the same bytes each time, nothing but sources, and it runs under any package name, as extensions must."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile

import pytest

import build_addon
from build_addon import NotBuildable, build, check_imports


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


def test_the_same_bytes_each_time(archive, tmp_path):
    os.utime(build_addon.PACKAGE / "__init__.py")
    assert build(tmp_path).read_bytes() == archive.read_bytes()


def test_what_is_in_it(archive):
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        manifest = tomllib.loads(opened.read("blender_manifest.toml").decode())
    assert archive.name == f"blender_mirage-{manifest['version']}.zip"
    assert {"__init__.py", "LICENSE", "wire/messages.py", "ui/panel.py"} <= set(names)
    assert names == sorted(names)
    assert all(name == "LICENSE" or name.endswith((".py", ".toml")) for name in names)


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


def test_it_runs_as_an_extension(archive, tmp_path):
    pytest.importorskip("bpy")
    package = tmp_path / "installed" / "user_default" / "blender_mirage"
    with zipfile.ZipFile(archive) as opened:
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
