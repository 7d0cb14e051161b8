"""Questions to the backend that are answered at once, one in flight: of those that wait, the newest wins.

A thread that never touches Blender. The set goes along where the backend asks for it, its meshes before it; else a
question names it by its key. What cannot be answered now is asked again by itself: while a job runs, and while the
backend is away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..wire.arrays import Arrays
from ..wire.live import SurfaceInfo, SurfaceRequest, ViewInfo, ViewRequest, set_key
from ..wire.messages import Color
from .backend_link import BackendLink
from .backend_process import BackendSettings, StartedBackend
from .client import MirageClient
from .errors import BackendRefused, BackendUnreachable, MirageError
from .greybox_read import GreyboxRead, InstanceTrack, LampTrack, PackedSeries, assemble

BUSY_PAUSE_S = 0.3
FAILED_PAUSE_S = 2.0


@dataclass(frozen=True, eq=False)
class SetRead:
    """The set at one frame, as it was read; immutable. Compared by identity."""

    instances: Sequence[InstanceTrack]
    lamps: Sequence[LampTrack]
    ambient: Color
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class LiveQuestion:
    """What is asked of a world about one camera in a set."""

    world_id: str
    request: ViewRequest | SurfaceRequest
    """Without its key and greybox: the link fills them in."""
    arrays: Arrays
    """`c2w` [1,4,4] and `K` [1,3,3]."""
    place: SetRead
    mark: object = None
    """Comes back with the answer."""


@dataclass(frozen=True)
class LiveAnswer:
    question: LiveQuestion
    info: ViewInfo | SurfaceInfo
    arrays: Arrays
    seconds: float
    """From sending it to having it."""


@dataclass(frozen=True)
class LiveState:
    """How the link is: `connecting`, `preparing` (the first answer, or a set, takes its time), `ready`, `busy` (a job
    runs) or `failed`."""

    name: str
    message: str = ""
    hint: str = ""


class LiveLink(threading.Thread):
    """One asker's link. `ask`, `take`, `state` and `stop` are for the main thread; none of them waits."""

    def __init__(self, settings: BackendSettings) -> None:
        super().__init__(name="mirage-live", daemon=True)
        self.state = LiveState("connecting")
        self._link = BackendLink(settings, lambda words: None)
        self._client: MirageClient | None = None
        self._own_backend: StartedBackend | None = None
        self._change = threading.Condition()
        self._waiting: LiveQuestion | None = None
        self._answer: LiveAnswer | None = None
        self._stopping = False
        self._sets = _Sets()

    @property
    def started_backend(self) -> StartedBackend | None:
        """The backend process, where this link started it."""
        return self._own_backend

    def ask(self, question: LiveQuestion) -> None:
        """Takes the place of a question that waits; the one that is being answered is answered first."""
        with self._change:
            self._waiting = question
            self._change.notify()

    @property
    def free(self) -> bool:
        """Whether no question waits: the next one will be sent as soon as the present one is answered."""
        return self._waiting is None

    def take(self) -> LiveAnswer | None:
        """The newest answer, once."""
        with self._change:
            answer, self._answer = self._answer, None
            return answer

    def stop(self) -> None:
        """The thread ends after what it is at."""
        self._link.stop()
        with self._change:
            self._stopping = True
            self._change.notify()

    def run(self) -> None:
        try:
            while (question := self._next()) is not None:
                try:
                    self._answer_to(question)
                except BackendRefused as error:
                    self._later(question, error, "busy" if error.code == "busy" else "failed")
                except MirageError as error:
                    if isinstance(error, BackendUnreachable):
                        self._hang_up()
                    self._later(question, error, "failed")
        finally:
            self._hang_up()

    def _next(self) -> LiveQuestion | None:
        with self._change:
            while self._waiting is None and not self._stopping:
                self._change.wait()
            question, self._waiting = self._waiting, None
            return None if self._stopping else question

    def _later(self, question: LiveQuestion, error: MirageError, state: str) -> None:
        """Asks again in a while, unless another question has come by then."""
        self.state = LiveState(state, error.message, error.hint)
        pause = BUSY_PAUSE_S if state == "busy" else FAILED_PAUSE_S
        with self._change:
            self._change.wait_for(lambda: self._stopping, pause)
            if self._waiting is None:
                self._waiting = question

    def _answer_to(self, question: LiveQuestion) -> None:
        client = self._connected()
        started = time.monotonic()
        info, arrays = self._ask(client, question)
        answer = LiveAnswer(question, info, arrays, time.monotonic() - started)
        with self._change:
            self._answer = answer
        self.state = LiveState("ready")

    def _connected(self) -> MirageClient:
        if self._client is None:
            self.state = LiveState("connecting")
            connection = self._link.connect()
            self._client, self._own_backend = connection.client, connection.started or self._own_backend
            self.state = LiveState("preparing")
        return self._client

    def _hang_up(self) -> None:
        """The next question looks where the backend is then."""
        self._link.close()
        self._client = None

    def _ask(self, client: MirageClient, question: LiveQuestion) -> tuple[ViewInfo | SurfaceInfo, Arrays]:
        read, key = self._sets.packed(question.place)
        request = replace(question.request, set_key=key)
        try:
            return _send(client, question.world_id, request, question.arrays)
        except BackendRefused as error:
            if error.code != "unknown_set":
                raise
        self.state = LiveState("preparing")
        # What another question sent of them is not sent again.
        client.send_meshes(question.world_id, read.meshes)
        whole = replace(request, greybox=read.greybox)
        return _send(client, question.world_id, whole, {**question.arrays, **read.tracks.to_arrays()})


class _Sets:
    """The last set, packed. Of the next one only what changed is packed anew."""

    def __init__(self) -> None:
        self._packed: dict[tuple[int, ...], PackedSeries] = {}
        self._last: tuple[SetRead, GreyboxRead, str] | None = None

    def packed(self, place: SetRead) -> tuple[GreyboxRead, str]:
        """(as it is sent, its key)."""
        if self._last is None or self._last[0] is not place:
            read = assemble(place.instances, place.lamps, place.ambient, 1, place.warnings, self._packed)
            self._last = place, read, set_key(read.greybox, read.tracks.to_arrays())
        return self._last[1], self._last[2]


def _send(
    client: MirageClient, world_id: str, request: ViewRequest | SurfaceRequest, arrays: Arrays
) -> tuple[ViewInfo | SurfaceInfo, Arrays]:
    if isinstance(request, ViewRequest):
        return client.view(world_id, request, arrays)
    return client.surface(world_id, request, arrays)
