"""Which of the backend's worlds an order is about."""

from __future__ import annotations

from ..wire.messages import WorldInfo
from .client import MirageClient
from .errors import BackendRefused
from .take_job import Order


def the_chosen_world(client: MirageClient, order: Order) -> WorldInfo | None:
    """The order's world by id, else the first of its name; None where none was chosen or none is called so yet.

    Raises BackendRefused where the one that was chosen is gone.
    """
    if not order.world_id:
        named = [world for world in client.worlds() if order.world_name and world.name == order.world_name]
        return named[0] if named else None
    try:
        return client.world(order.world_id)
    except BackendRefused as error:
        if error.code != "not_found":
            raise
        raise BackendRefused(
            f"The world {order.world_name or order.world_id!r} is not on the backend at {client.url}.",
            "Choose another world or make a new one.",
            error.code,
        ) from error
