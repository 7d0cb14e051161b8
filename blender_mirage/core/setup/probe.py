"""Run as a program by other Pythons, whichever version they are, never imported: what that Python is, as JSON."""

import importlib.util
import json
import platform
import struct
import sys
import sysconfig


def main() -> None:
    facts = {
        "version": sys.version_info[:2],
        "bits": 8 * struct.calcsize("P"),
        "machine": platform.machine(),
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "program": getattr(sys, "_base_executable", "") or sys.executable,
        "venv": importlib.util.find_spec("venv") is not None,
        "ensurepip": importlib.util.find_spec("ensurepip") is not None,
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
