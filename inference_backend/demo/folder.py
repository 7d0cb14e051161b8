"""The demo's folder. Nothing in it is ever overwritten: a second run makes `v002` inside, as takes do."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import InvalidRequest
from ..storage.atomic import disk_errors, write_atomic

ABOUT = "ABOUT.txt"
_VERSION = re.compile(r"v(\d{3,})$")
_TEXT = """\
Made by `mirage demo`.

demo.blend          the set with both shots; the generated frames lie on its timeline and behind its cameras
look.png            the one look that the filmmaker gave: a Cycles render of the first frame
mirage/             the frames, mirage/<shot>/v###/<shot>_v###_####.png, each take with a take.json beside it
animatic.mp4        both shots, one after the other
contact_sheet.png   look, greybox and frames side by side
report.json         the figures that were printed

Running `mirage demo` again keeps all of this and makes v002, v003 … in this folder.
"""


def claim_folder(out: Path) -> Path:
    """Makes the folder of this run and returns it: `out` itself, or the next `out/v###` where a demo lies there.

    Raises InvalidRequest for a folder that holds somebody else's files, which is left as it is, and DiskFull.
    """
    if out.exists() and not out.is_dir():
        raise InvalidRequest(f"{out} is a file.", "Choose another folder with --out.")
    folder = out
    if out.is_dir() and any(out.iterdir()):
        if not (out / ABOUT).is_file():
            raise InvalidRequest(
                f"The folder {out} holds other files than a demo's.", "Choose a new or empty folder with --out."
            )
        found = [_VERSION.match(entry.name) for entry in out.iterdir()]
        folder = out / f"v{max([1, *(int(match[1]) for match in found if match)]) + 1:03d}"
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / ABOUT, _TEXT.encode())
    return folder
