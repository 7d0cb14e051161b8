"""A package index of our own: wheels made here, served over real HTTP, as slowly as a test wants."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import random
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

HEAVY_MB = 3
PIECE = 1 << 16

BACKEND = """
import json, sys
import inference_backend
if sys.argv[1] == "--version":
    print(inference_backend.__version__)
else:
    import torch, heavy
    assert sys.argv[1:3] == ["doctor", "--json"] and sys.argv[3] == "--data-dir", sys.argv
    device = {"name": "device", "ok": True, "detail": "cpu", "command": "", "needed": True}
    absent = {"name": "bpy", "ok": False, "detail": "not installed", "command": "", "needed": False}
    broken = {"name": "embreex", "ok": inference_backend.WHOLE, "detail": "too short", "command": "", "needed": True}
    print(json.dumps([device, absent, broken], indent=1))
"""
"""What the set-up asks of a backend, in the words of the real one."""


def make_wheel(
    folder: Path, name: str, version: str, files: Mapping[str, bytes], requires: tuple[str, ...] = ()
) -> Path:
    """A wheel for any Python with `files` (path -> content)."""
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    entries = dict(files)
    entries[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}".encode()
    entries[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return _write(folder / f"{name}-{version}-py3-none-any.whl", f"{info}/RECORD", entries)


def make_backend(folder: Path, version: str, *requires: str, whole: bool = True) -> Path:
    """A small wheel under the backend's name; `whole`: whether it says of itself that it works."""
    facts = f"__version__ = {version!r}\nWHOLE = {whole}\n".encode()
    files = {"inference_backend/__init__.py": facts, "inference_backend/__main__.py": BACKEND.encode()}
    return make_wheel(folder, "blender_mirage", version, files, ("torch>=2.6,<2.14", "heavy", *requires))


def pack_pip(folder: Path) -> Path:
    """The pip that runs here as a wheel again."""
    found = distribution("pip")
    files = [file for file in found.files or () if file.parts[0] in ("pip", f"pip-{found.version}.dist-info")]
    kept = [file for file in files if file.suffix != ".pyc" and file.name not in ("RECORD", "INSTALLER", "REQUESTED")]
    entries = {file.as_posix(): Path(str(file.locate())).read_bytes() for file in kept}
    record = f"pip-{found.version}.dist-info/RECORD"
    return _write(folder / f"pip-{found.version}-py3-none-any.whl", record, entries)


@contextmanager
def index(folder: Path) -> Iterator[Index]:
    """Serves a folder: its list of files as pip wants it, and the files."""
    handler = partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        served = Index(server, f"http://127.0.0.1:{server.server_port}/")
        server.index = served  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield served
        finally:
            served.flow.set()
            server.shutdown()
            thread.join()


class Index:
    """While `flow` is cleared, large files stop after their first pieces."""

    def __init__(self, server: ThreadingHTTPServer, url: str) -> None:
        self.url = url
        self.flow = threading.Event()
        self.flow.set()
        self._server = server


class Shop:
    """An index with what a backend needs, and the wheels of several backends."""

    def __init__(self, folder: Path, served: Index) -> None:
        self.folder, self.served = folder, served
        self.wheels = folder.parent / "wheels"
        self.wheels.mkdir()
        self.pip = pack_pip(folder)
        (folder / "simple" / "pip").mkdir(parents=True)
        link = f"../../{self.pip.name}#sha256={hashlib.sha256(self.pip.read_bytes()).hexdigest()}"
        (folder / "simple" / "pip" / "index.html").write_text(f'<a href="{link}">{self.pip.name}</a>')
        heavy = random.Random(0).randbytes(HEAVY_MB * 1_000_000)
        make_wheel(folder, "heavy", "1.0", {"heavy/__init__.py": b"", "heavy/weights.bin": heavy})
        make_wheel(folder, "slow", "1.0", {"slow/__init__.py": b"", "slow/weights.bin": heavy[::-1]})
        make_wheel(folder, "torch", "2.13.0", {"torch/__init__.py": b""})

    def backend(self, version: str, *requires: str, whole: bool = True) -> Path:
        return make_backend(self.wheels, version, *requires, whole=whole)


@contextmanager
def open_shop(work: Path) -> Iterator[Shop]:
    """Meanwhile pip knows no other index, and no Python or graphics card lies on the PATH."""
    folder = work / "index"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch, index(folder) as served:
        for name, value in {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": served.url,
            "PIP_INDEX_URL": f"{served.url}simple",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_CACHE_DIR": str(work / "cache"),
            "PIP_USER": "1",  # would send packages elsewhere
            "PATH": str(folder),
        }.items():
            patch.setenv(name, value)
        yield Shop(folder, served)


class _Handler(SimpleHTTPRequestHandler):
    def copyfile(self, source: Any, outputfile: Any) -> None:
        flow = self.server.index.flow  # type: ignore[attr-defined]
        sent = 0
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked was cancelled
            while piece := source.read(PIECE):
                outputfile.write(piece)
                sent += len(piece)
                if sent > 1 << 20:
                    time.sleep(0.02)  # so that there is something to be told on the way
                    flow.wait()

    def log_message(self, *_: object) -> None:
        """Not on the console."""


def _write(path: Path, record: str, entries: dict[str, bytes]) -> Path:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for name, content in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        writer.writerow((name, f"sha256={digest}", len(content)))
    writer.writerow((record, "", ""))
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**entries, record: lines.getvalue().encode()}.items():
            archive.writestr(name, content)
    return path
