"""Writes one picture into a world, on a thread of its own: a look, or a frame that was painted on. It makes no take."""

from __future__ import annotations

from queue import Queue

from ..wire.arrays import Arrays
from ..wire.messages import SeedViewRequest
from .chosen_world import new_world, the_chosen_world
from .errors import SceneNotReady
from .greybox_read import checked
from .order_watcher import OrderWatcher
from .paint_over import PaintOver
from .picture_sending import send_picture
from .take_job import LookWritten, Note, Order, SeedView, Update, WorldChosen
from .world_report import look_at_world


class PictureWatcher(OrderWatcher):
    """Sends one picture and follows what becomes of it."""

    def __init__(self, order: Order, updates: Queue[Update], picture: SeedView | PaintOver, engine: str) -> None:
        self.kind = "PAINT_OVER" if isinstance(picture, PaintOver) else "PICTURE"
        super().__init__(order, updates)
        self._picture = picture
        self._engine = engine

    def _work(self) -> None:
        client = self._connect()
        world = the_chosen_world(client, self.order)
        if world is None and isinstance(self._picture, PaintOver):
            raise SceneNotReady(
                "This scene has no world yet, so there is nothing to paint over.",
                "Choose the world that the take was made in.",
            )
        if world is None:
            world = new_world(client, self.order)
        self._tell(WorldChosen(world))
        request, arrays = self._request(world.world_id)
        if not send_picture(self._link, self._jobs, world.world_id, (request, arrays), self._tell):
            self._link.stop()  # cancelled from elsewhere
            return
        if isinstance(self._picture, SeedView):
            self._tell(LookWritten(self._picture.key(world.world_id)))
        self._tell(look_at_world(self._link.client, world.world_id))

    def _request(self, world_id: str) -> tuple[SeedViewRequest, Arrays]:
        self._tell_sending("Picture")
        if isinstance(self._picture, PaintOver):
            return self._picture.request(self._engine)
        read = checked(self._picture.greybox(), "the look's frame", lambda words: self._tell(Note(words)))
        self._link.keep_at(lambda client: client.send_meshes(world_id, read.meshes))
        return self._picture.request(self._engine, read)
