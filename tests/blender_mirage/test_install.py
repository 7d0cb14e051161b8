"""The zip in this Blender's own extension machinery: validated, installed, updated, switched off and on, and silent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")


pytestmark = pytest.mark.bpy

SESSION = Path(__file__).parents[1] / "support" / "extension_session.py"


def run(*command: object, **environ: str) -> tuple[int, list[str], str]:
    done = subprocess.run(
        [sys.executable, "-P", "-W", "always", *map(str, command)],  # beside the session lies a module `requests`
        env={**os.environ, **environ}, capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_blender_finds_the_zip_valid(addon_zip):
    tool = Path(bpy.utils.system_resource("SCRIPTS")) / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    code, said, errors = run(tool, "validate", addon_zip)
    assert code == 0 and "Success" in said[-1] and "WARN" not in "".join(said), (said, errors)


def test_it_is_installed_updated_and_switched_off_and_on_without_a_word(addon_zip, tmp_path):
    code, said, errors = run(SESSION, addon_zip, addon_zip, BLENDER_USER_RESOURCES=str(tmp_path))
    assert (code, errors) == (0, ""), (said, errors)
    told = [line for line in said if not line.startswith("STATUS ")]  # of Blender's installer
    steps = ["installed", "installed", "disabled", "enabled", "disabled", "enabled"]
    assert told == [*steps, f"Blender {bpy.app.version_string}"]
    installed = tmp_path / "extensions" / "user_default" / "blender_mirage"
    assert len(list((installed / "backend").glob("*.whl"))) == 1
    outside = [path for path in (tmp_path / "extensions").rglob("site-packages/*") if "mirage" in path.name]
    assert outside == [], "nothing goes into Blender's own Python"
