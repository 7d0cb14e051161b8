"""Makes the installable zip of the add-on: `python build_addon.py [--out DIR]`. The same bytes each time.

Blender wants the add-on's files at the archive's root. Names are sorted, times and permissions fixed, and nothing but
source files and the licence goes in. Where a part that must work without Blender imports it, no zip is made.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGE = ROOT / "blender_mirage"
LICENSE = ROOT / "LICENSE"
MANIFEST = "blender_manifest.toml"

SUFFIXES = frozenset({".py", ".toml"})
WITHOUT_BLENDER = ("wire", "core", "formats")
BLENDER_MODULES = frozenset({"bpy", "bpy_extras", "mathutils", "gpu"})
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can hold
_READABLE_FILE = 0o100644 << 16


class NotBuildable(Exception):
    """The sources cannot be made into an add-on; the text says where."""


def build(out: Path) -> Path:
    """Writes `blender_mirage-<version>.zip` into `out` and returns its path. Raises NotBuildable."""
    check_imports(PACKAGE)
    if not LICENSE.is_file():
        raise NotBuildable(f"There is no licence at {LICENSE}: the add-on must carry it.")
    manifest = tomllib.loads((PACKAGE / MANIFEST).read_text(encoding="utf-8"))
    path = out / f"{manifest['id']}-{manifest['version']}.zip"
    out.mkdir(parents=True, exist_ok=True)
    entries = {file.relative_to(PACKAGE).as_posix(): file for file in _sources(PACKAGE)} | {LICENSE.name: LICENSE}
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = _READABLE_FILE
            # A checkout on Windows may have turned the line ends.
            archive.writestr(entry, entries[name].read_bytes().replace(b"\r\n", b"\n"), compresslevel=9)
    return path


def check_imports(package: Path) -> None:
    """Raises NotBuildable where a module that must work without Blender imports it, naming file and line."""
    for part in WITHOUT_BLENDER:
        for file in sorted((package / part).rglob("*.py")):
            for name, line in _imports(file):
                if name.partition(".")[0] in BLENDER_MODULES:
                    raise NotBuildable(f"{file}:{line} imports {name}, but {part}/ must work without Blender.")


def _imports(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or "", node.lineno


def _sources(package: Path) -> Iterator[Path]:
    for file in package.rglob("*"):
        if file.is_file() and file.suffix in SUFFIXES and "__pycache__" not in file.parts:
            yield file


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the zip (default: dist)")
    try:
        print(build(parser.parse_args(argv).out))
    except NotBuildable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
