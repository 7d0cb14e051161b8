"""Large bodies in pieces: what arrived before a connection broke is not sent again. See `wire`, and the backend's
/v1/uploads, which speaks the tus protocol.

Nothing here waits or tries again: `BackendLink.keep_at` does, and a repeated `upload` goes on where the last stopped.
"""

from __future__ import annotations

from collections.abc import Callable

from ..wire import UPLOAD_COMPLETE, UPLOAD_LENGTH, UPLOAD_OFFSET
from ..wire.arrays import content_hash
from .errors import BackendRefused, Stopped
from .transport import Transport

PIECE_BYTES = 4 << 20
"""Large enough that the answers cost nothing, small enough to show how far it is and to stop within a second."""
_PIECE_SECONDS = 20.0
"""How long the backend may take to answer a piece; the last one has the whole hashed."""
_DAMAGED_AT_MOST = 3


class Sending:
    """How much of what is to be sent has arrived, for whoever shows it, and whether it is to stop."""

    def __init__(
        self,
        tell: Callable[[int, int], None] = lambda arrived, total: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`tell(arrived, total)` in bytes: called as they arrive."""
        self._tell = tell
        self._stopping = stopping
        self._arrived = self._total = 0

    def begin(self) -> None:
        """What is expected from here on is something else than before."""
        self._arrived = self._total = 0

    def expect(self, more: int) -> None:
        """So many bytes are still to be sent. Where that is said again, after a connection broke, the rest is there."""
        self._total = max(self._total, more)
        self._arrived = self._total - more

    def moved(self, more: int) -> None:
        """Raises Stopped where the user cancelled."""
        self._arrived += more
        if self._total > PIECE_BYTES and more:
            self._tell(self._arrived, self._total)
        self.check()

    def check(self) -> None:
        """Raises Stopped where the user cancelled."""
        if self._stopping():
            raise Stopped("Cancelled while the set was sent.", "What arrived stays there for a few days.")


def upload(transport: Transport, data: bytes, sending: Sending) -> str:
    """Sends `data`, but for what is there of it; returns the name that it has there.

    Raises Stopped, and what the transport raises: called again, it goes on.
    """
    name, told, damaged = content_hash(data), 0, 0
    path = f"/v1/uploads/{name}"
    while True:
        sending.check()
        arrived, whole = _state(transport, "HEAD", path)
        try:
            while not whole:
                sending.moved(arrived - told)
                told = arrived
                arrived, whole = _state(
                    transport, "PATCH", path, data[arrived : arrived + PIECE_BYTES], arrived, len(data)
                )
        except BackendRefused as error:
            damaged += 1
            if error.code != "conflict" or damaged > _DAMAGED_AT_MOST:
                raise
            continue  # it holds another part of it than we thought, or what it held was damaged
        sending.moved(len(data) - told)
        return name


def is_there(transport: Transport, name: str) -> bool:
    """Whether an upload waits whole for the request that it belongs to."""
    return _state(transport, "HEAD", f"/v1/uploads/{name}")[1]


def _state(
    transport: Transport, method: str, path: str, piece: bytes | None = None, offset: int = 0, length: int = 0
) -> tuple[int, bool]:
    """(bytes that have arrived, whether that is all and it is right) after a request."""
    headers = {} if piece is None else {UPLOAD_OFFSET: str(offset), UPLOAD_LENGTH: str(length)}
    media = "application/offset+octet-stream"
    answer = transport.request(method, path, data=piece, media=media, seconds=_PIECE_SECONDS, headers=headers)
    return int(answer.headers[UPLOAD_OFFSET]), answer.headers[UPLOAD_COMPLETE] == "?1"
