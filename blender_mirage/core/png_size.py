"""The size of a PNG, from its first bytes."""

from __future__ import annotations

from pathlib import Path

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels; None where there is no PNG."""
    try:
        with path.open("rb") as file:
            head = file.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(_SIGNATURE):
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
