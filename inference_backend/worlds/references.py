"""Which stored meshes something still needs: a world's rest shapes, and every request that is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blender_mirage.wire.arrays import MalformedArrays, peek

from ..errors import BackendError
from ..storage.database import Database
from .ids import is_id
from .mesh_store import MeshStore
from .schema import MIGRATIONS

LOG = logging.getLogger(__name__)
_REQUESTS = ("takes/*/request.mira", "worlds/*/seed_views/*.mira", "surveys/*/request.mira")


def collect_meshes(data_dir: Path) -> int:
    """Removes the meshes that nothing refers to any more; returns the bytes freed.

    Removes none while a world or a request cannot be read, because it cannot say what it needs.
    """
    try:
        needed = referenced_meshes(data_dir)
    except (BackendError, MalformedArrays, OSError) as error:
        LOG.warning("Meshes are not tidied up: %s", error)
        return 0
    return MeshStore(data_dir).collect(needed)


def referenced_meshes(data_dir: Path) -> set[str]:
    """Raises BackendError (a world that cannot be opened), MalformedArrays (a damaged request)."""
    found: set[str] = set()
    for world in (data_dir / "worlds").glob("*/world.db"):
        if is_id(world.parent.name):
            with Database(world, MIGRATIONS) as database, database.read() as connection:
                found |= {row["rest_mesh"] for row in connection.execute("SELECT rest_mesh FROM anchors")}
    for pattern in _REQUESTS:
        for path in data_dir.glob(pattern):
            with open(path, "rb") as file:
                found |= set(_hashes(peek(file)))
    return found


def _hashes(message: Any) -> Iterator[str]:
    """Every content hash in a message, wherever it stands."""
    if isinstance(message, str) and is_id(message):
        yield message
    elif isinstance(message, dict):
        for value in message.values():
            yield from _hashes(value)
    elif isinstance(message, list):
        for value in message:
            yield from _hashes(value)
