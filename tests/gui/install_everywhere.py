"""Validates, installs, enables, disables and enables the add-on's zip in every Blender that it is given.

    python tests/gui/install_everywhere.py ZIP BLENDER [BLENDER …]

A BLENDER is a program or the beginning of a command (in quotes); ZIP is the path that it sees. Each gets a folder of
user data of its own (for one that sees other paths: --scratch FOLDER:AS_SEEN). Prints a table and what else appeared on
the consoles; ends with 1 where anything did, or failed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

SESSION = Path(__file__).parents[1] / "support" / "extension_session.py"
STEPS = ("validate", "install-file -e", "disable, enable, twice")
OF_BLENDER = ("STATUS ", "Blender ", "Success parsing TOML", "disabled", "enabled", "installed", "Read prefs")
NOT_OURS = ("list of mounted file-systems",)
"""What a Blender says in a container."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("zip", help="of the add-on, as build_addon.py makes it")
    parser.add_argument("blender", nargs="+", help="program, or the beginning of a command")
    parser.add_argument("--scratch", default=tempfile.gettempdir(), help="folder for user data [:as a Blender sees it]")
    asked = parser.parse_args()
    here, _, seen = asked.scratch.partition(":")
    rows, noise = [("Blender", *STEPS)], []
    for blender in asked.blender:
        with tempfile.TemporaryDirectory(dir=here) as resources:
            (Path(resources) / "config").mkdir()  # without it, Blender reads the user's own
            row, said = try_in(shlex.split(blender), asked.zip, f"{seen or here}/{Path(resources).name}")
        rows.append(row)
        noise += [f"{row[0]}: {line}" for line in said]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    print("\n".join(noise) or "Nothing else on any console.")
    return 1 if noise or any(cell != "ok" for row in rows[1:] for cell in row[1:]) else 0


def try_in(blender: list[str], archive: str, resources: str) -> tuple[tuple[str, ...], list[str]]:
    """The row of the table for one Blender, and all lines that say more than they should."""
    code = SESSION.read_text("utf-8").replace('if __name__ == "__main__":', "if True:")
    commands = (
        ["--command", "extension", "validate", archive],
        ["--command", "extension", "install-file", "-r", "user_default", "-e", archive],
        ["--background", "--python-exit-code", "1", "--python-expr", code, "--"],
    )
    cells, lines, name = [], [], shlex.join(blender)
    for command in commands:
        done = subprocess.run(
            [*blender, *command],
            env={**os.environ, "BLENDER_USER_RESOURCES": resources, "PYTHONWARNINGS": "always"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        cells.append("ok" if done.returncode == 0 else f"exit code {done.returncode}")
        said = [line for line in done.stdout.splitlines() if line.strip()]
        name = next((line for line in said if line.startswith("Blender ") and line[8].isdigit()), name)
        lines += [
            line for line in said if not line.startswith(OF_BLENDER) and not any(part in line for part in NOT_OURS)
        ]
    return (name.removeprefix("Blender "), *cells), lines


if __name__ == "__main__":
    sys.exit(main())
