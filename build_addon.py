"""Makes the installable zip of the add-on: `python build_addon.py [--out DIR]`. The same bytes each time.

Blender wants the add-on's files at the archive's root. Names are sorted, times and permissions fixed, and nothing but
source files, the licence and the backend's wheel goes in. The wheel is built from pyproject.toml by setuptools, without
a network, so that the add-on and the backend that it sets up always are of one version. It lies outside the manifest's
`wheels`: those would go into Blender's own Python. Where a part that must work without Blender imports it, no zip is
made.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGE = ROOT / "blender_mirage"
LICENSE = ROOT / "LICENSE"
MANIFEST = "blender_manifest.toml"
BACKEND_FOLDER = "backend"
"""In the zip: holds the wheel."""

SUFFIXES = frozenset({".py", ".toml"})
WITHOUT_BLENDER = ("wire", "core", "formats")
BLENDER_MODULES = frozenset({"bpy", "bpy_extras", "mathutils", "gpu"})

_OF_THE_WHEEL = ("pyproject.toml", "README.md", "LICENSE", "blender_mirage", "inference_backend")
_TEXT = frozenset({".py", ".toml", ".md", ""})
_BUILD_WHEEL = "import sys, setuptools.build_meta as backend; backend.build_wheel(sys.argv[1])"
_OLDEST_SETUPTOOLS = 77  # that reads the licence as pyproject.toml states it
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can hold
_EARLIEST_EPOCH = "315532800"  # the same in seconds
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
    entries = {file.relative_to(PACKAGE).as_posix(): _content(file) for file in _sources(PACKAGE)}
    entries[LICENSE.name] = _content(LICENSE)
    with tempfile.TemporaryDirectory() as work:
        wheel = build_wheel(Path(work))
        if f"-{manifest['version']}-" not in wheel.name:
            raise NotBuildable(f"The manifest says version {manifest['version']}, pyproject.toml makes {wheel.name}.")
        entries[f"{BACKEND_FOLDER}/{wheel.name}"] = wheel.read_bytes()
    _write_zip(path, entries)
    return path


def build_wheel(work: Path) -> Path:
    """The backend's wheel, made in the empty folder `work` from a copy of the sources. Raises NotBuildable."""
    tree, made, out = work / "tree", work / "made", work / "out"
    for folder in (tree, made, out):
        folder.mkdir()
    for name in _OF_THE_WHEEL:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copyfile(ROOT / name, tree / name)
    for file in (file for file in tree.rglob("*") if file.is_file()):
        content = _content(file)
        file.write_bytes(content)
        file.chmod(0o644)  # the wheel's list of contents leaves permissions out, its entries do not
    done = subprocess.run(
        [sys.executable, "-c", _BUILD_WHEEL, str(made)],
        cwd=tree,
        env={**os.environ, "SOURCE_DATE_EPOCH": _EARLIEST_EPOCH},
        capture_output=True,
        text=True,
    )
    wheels = list(made.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        why = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise NotBuildable(
            f"The backend's wheel cannot be built with {sys.executable}: {why}\n"
            f'It takes setuptools {_OLDEST_SETUPTOOLS} or newer: pip install "setuptools>={_OLDEST_SETUPTOOLS}"'
        )
    with zipfile.ZipFile(wheels[0]) as archive:  # written anew: setuptools' own bytes vary with the file system
        entries = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    _write_zip(out / wheels[0].name, entries)
    return out / wheels[0].name


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


def _content(file: Path) -> bytes:
    """A file's bytes; of text without the line ends of a checkout on Windows."""
    content = file.read_bytes()
    return content.replace(b"\r\n", b"\n") if file.suffix in _TEXT else content


def _write_zip(path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = _READABLE_FILE
            archive.writestr(entry, entries[name], compresslevel=9)


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
