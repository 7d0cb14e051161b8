"""How other programs are started from within Blender."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any


def environment_of_programs() -> dict[str, str]:
    """This process's environment, without what an embedding program set for its own Python."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}


def no_window() -> dict[str, Any]:
    """Arguments of Popen by which no console window opens on Windows."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {}
