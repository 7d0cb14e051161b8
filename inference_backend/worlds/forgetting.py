"""Forgetting for good: an object, what lies in a box, a take or seed view, or everything that a world remembers.

Tokens are deleted from disk in every commit of this world, reverted ones included, and what was deleted is overwritten
in its database. Other worlds are not touched: a fork keeps what it shares with this one, and is to be told by itself.
Frames are pictures, not memory: forgetting an object or a box leaves the takes and seed views that show it, until they
are forgotten themselves. A take's frames go only with the world that it was made in.
"""

from __future__ import annotations

from dataclasses import replace

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.history import ForgetRequest, Forgotten

from ..errors import InvalidRequest, NotFound
from .anchor_names import PLACELESS, object_of
from .catalog import WorldCatalog
from .ids import check_id
from .mesh_store import MeshStore
from .placing import Box, carries, inside
from .references import collect_meshes
from .rewrite import forget_commits, forget_tokens
from .survey_files import SurveyFiles
from .world_files import WorldFiles


def check_forget(request: ForgetRequest) -> None:
    """Raises InvalidRequest unless exactly one thing is to be forgotten, and a box is one."""
    asked = [bool(request.anchor), request.box is not None, bool(request.take_id), request.everything]
    if sum(asked) != 1:
        raise InvalidRequest(
            f"Exactly one of anchor, box, take and everything can be forgotten at once, got {sum(asked)}.",
            "Send one request for each.",
        )
    if request.box is None:
        return
    if request.greybox is None:
        raise InvalidRequest("A box needs the greybox: it tells where the objects stand.", "Update the add-on.")
    if any(low >= high for low, high in zip(request.box[:3], request.box[3:], strict=True)):
        raise InvalidRequest(
            f"The box from {request.box[:3]} to {request.box[3:]} holds nothing.",
            "Its lowest corner comes first, then its highest, each x, y, z in metres.",
        )


def forget(catalog: WorldCatalog, world_id: str, request: ForgetRequest, arrays: Arrays) -> Forgotten:
    """Deletes what the request names; whole or not at all, also when the process dies on the way. No job of the world
    may be active.

    arrays: for a box, the greybox tracks at one frame. Raises InvalidRequest, NotFound (the world, the object, the
    take), MalformedMessage (the tracks), DiskFull, BackendError (a damaged segment); the world is then as before.
    """
    check_forget(request)
    with catalog.open(world_id) as world:
        if request.everything:
            # First, and not with the rest: they are made again at any time.
            SurveyFiles(catalog.data_dir).delete_of_world(world_id)
            told = forget_commits(world, catalog.takes_and_seed_views(world), names=True)
        elif request.take_id:
            told = forget_commits(world, [_take_of(catalog, world, request.take_id)])
        elif request.anchor:
            told = forget_tokens(world, _ids_of(world, request.anchor))
        else:
            told = _forget_box(world, MeshStore(catalog.data_dir), request, arrays)
        freed = catalog.finish_forgetting(world)
        world.database.scrub()
    return replace(told, bytes=told.bytes + freed + collect_meshes(catalog.data_dir))


def _ids_of(world: WorldFiles, name: str) -> list[int]:
    ids = [anchor.id for anchor in world.anchors() if object_of(anchor.name) == name]
    ids += [placeless for placeless, called in PLACELESS.items() if called == name]
    if not ids:
        raise NotFound(
            f"The world {world.world_id} remembers no object {name[:80]!r}.", "Choose one of its list of objects."
        )
    return ids


def _take_of(catalog: WorldCatalog, world: WorldFiles, take_id: str) -> str:
    if check_id(take_id, "take") not in catalog.takes_and_seed_views(world):
        raise NotFound(
            f"The world {world.world_id} has no take or look {take_id}.", "Choose one of the world's history."
        )
    return take_id


def _forget_box(world: WorldFiles, meshes: MeshStore, request: ForgetRequest, arrays: Arrays) -> Forgotten:
    assert request.box is not None and request.greybox is not None
    tracks = GreyboxTracks.from_arrays(request.greybox, arrays, 1)
    ways = carries(request.greybox, tracks, meshes, world.anchors())
    box: Box = request.box
    return forget_tokens(world, list(ways), inside(box, ways))
