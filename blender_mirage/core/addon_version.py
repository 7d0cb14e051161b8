"""Which version of the add-on this is, and what it means where the backend's is another."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_MANIFEST = Path(__file__).parents[1] / "blender_manifest.toml"
BACKEND_FOLDER = _MANIFEST.parent / "backend"
"""Of the installed add-on: holds the backend's wheel."""


@cache
def addon_version() -> str:
    return str(tomllib.loads(_MANIFEST.read_text(encoding="utf-8"))["version"])


def versions_differ(backend: str, is_here: bool) -> str:
    """What the user should know where the backend is of another version; empty where it is of ours.

    `is_here`: it is this machine's, so that Set Up Backend can renew it.
    """
    ours = addon_version()
    if not backend or backend == ours:
        return ""
    if is_here:
        return f"The backend is version {backend}, the add-on {ours}. Set Up Backend brings both to one version."
    return f"The backend is version {backend}, the add-on {ours}. Set it up there with this add-on's version."
