"""Run as a program by other Pythons, never imported: `python tied.py MODULE ARGUMENTS…` is `python -m MODULE …`, tied
to Blender, which holds the other end of its standard input. When Blender dies, in whatever way, this ends as well."""

import os
import runpy
import sys
import threading


def main() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    # Not through sys.stdin, whose lock a thread that waits would hold when Python ends.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
