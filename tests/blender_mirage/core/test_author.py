from __future__ import annotations

import os
import subprocess
import sys

import pytest

from blender_mirage.core.author import author


def test_the_author_is_the_systems_user(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "ada")
    assert author() == "ada"


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="only root can become a user without a name")
def test_a_user_without_a_name_is_no_error():
    code = "import os, pwd; from blender_mirage.core.author import author; os.setuid(54321); print(repr(author()))"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": os.getcwd()}, capture_output=True, text=True)
    assert done.stdout == "''\n", done.stderr
