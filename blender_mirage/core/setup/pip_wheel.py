"""pip itself, from the package index: for a Python that brings none, as Debian's and Ubuntu's.

A wheel of pip can be run as it is, so it installs itself. PEP 503 says what an index page looks like.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

from ..errors import SetupFailed
from .pip_words import known_cause

USUAL_INDEX = "https://pypi.org/simple"
_SECONDS = (10.0, 60.0)
_WHEEL = re.compile(r"^pip-(\d+(?:\.\d+)+)-py3-none-any\.whl$")
_NEEDS = re.compile(r">=\s*3\.(\d+)")
_NO_PIP = (
    "Check that this machine is online, or install Python with pip (Debian, Ubuntu: `sudo apt install python3-venv`); "
    "then press Set Up Backend again."
)


class _Links(HTMLParser):
    """Name, address and attributes of every link."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._open: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = {name: value or "" for name, value in attrs} if tag == "a" else self._open

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.found.append((data.strip(), self._open))
            self._open = None


def newest_wheel(page: str, minor: int) -> tuple[str, str, str] | None:
    """File name, address (maybe relative) and SHA-256 of the newest pip on an index page that runs on Python 3.`minor`;
    None where there is none."""
    links = _Links()
    links.feed(page)
    best: tuple[tuple[int, ...], str, str, str] | None = None
    for name, attributes in links.found:
        found = _WHEEL.match(name)
        address, _, digest = attributes.get("href", "").partition("#sha256=")
        needs = _NEEDS.search(attributes.get("data-requires-python", ""))
        if not found or not digest or "data-yanked" in attributes or (needs and int(needs[1]) > minor):
            continue
        version = tuple(map(int, found[1].split(".")))
        if best is None or version > best[0]:
            best = version, name, address, digest
    return None if best is None else best[1:]


def fetch_pip(into: Path, minor: int, index: str = USUAL_INDEX, check: Callable[[], None] = lambda: None) -> Path:
    """Downloads the newest pip for Python 3.`minor` into a folder, checked against the index's hash.

    `check` is called between pieces and may raise. Raises SetupFailed.
    """
    page_address = f"{index.rstrip('/')}/pip/"
    try:
        page = requests.get(page_address, timeout=_SECONDS, headers={"Accept": "text/html"})
        page.raise_for_status()
        found, version = newest_wheel(page.text, minor), f"3.{minor}"
        if found is None:
            raise SetupFailed(f"{page_address} has no pip for Python {version}.", _NO_PIP)
        name, address, digest = found
        content = b""
        with requests.get(urljoin(page.url, address), timeout=_SECONDS, stream=True) as answer:
            answer.raise_for_status()
            for piece in answer.iter_content(1 << 16):
                check()
                content += piece
    except requests.RequestException as error:
        if cause := known_cause(f"{type(error).__name__}: {error}"):
            raise SetupFailed(*cause) from error
        raise SetupFailed(
            f"pip could not be downloaded from {page_address} ({type(error).__name__}).", _NO_PIP
        ) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise SetupFailed("The download of pip came out damaged.", "Press Set Up Backend again.")
    (into / name).write_bytes(content)
    return into / name
