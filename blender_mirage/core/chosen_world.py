"""Which of the backend's worlds an order is about."""

from __future__ import annotations

from ..wire.messages import WorldInfo
from .client import MirageClient
from .errors import BackendRefused
from .take_job import Order
from .world_names import free_name


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


def new_world(client: MirageClient, order: Order) -> WorldInfo:
    """Of the name that was asked for and that none has; of none, one that is the order's own suggestion or follows
    it."""
    return client.create_world(order.world_name) if order.world_name else named_anew(client, order.new_world_name)


def named_anew(client: MirageClient, wanted: str) -> WorldInfo:
    """A world of its own name, though another may be called `wanted`."""
    return client.create_world(free_name(wanted, (world.name for world in client.worlds())))
