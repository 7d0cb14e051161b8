"""A real TCP proxy in front of a server that cuts connections at chosen bytes, as a bad network does."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)
_BUFFER = 64 * 1024


class CuttingProxy:
    """Forwards to `target`. Each connection is cut after as many bytes from the client as the next of `cuts` says;
    with none left it forwards for good. `harshly`: by a reset, which throws away what is on its way."""

    def __init__(self, target: str, cuts: Iterator[int], harshly: bool = False) -> None:
        self._target = (urlsplit(target).hostname, urlsplit(target).port)
        self._cuts = cuts
        self._harshly = harshly
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._flows = threading.Event()
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.sent = 0
        """Bytes that came from clients."""
        self.cut = 0
        """Connections that were cut."""
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Nothing passes any more, and nobody is told: as where a cable is pulled."""
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    def close(self) -> None:
        """Nobody listens any more, and what is connected is cut: as a machine that is switched off."""
        self.thaw()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for end in self._open:
                _shut(end)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            for end in (client, server):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            with self._lock:
                self._open |= {client, server}
                budget = next(self._cuts, None)
            threading.Thread(target=self._up, args=(client, server, budget), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, budget: int | None) -> None:
        with suppress(OSError):
            while data := client.recv(_BUFFER if budget is None else min(_BUFFER, budget)):
                self._flows.wait()
                with self._lock:
                    self.sent += len(data)
                server.sendall(data)
                if budget is not None:
                    budget -= len(data)
                    if budget <= 0:
                        with self._lock:
                            self.cut += 1
                        break
        self._end(client, server, budget is not None and budget <= 0 and self._harshly)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(_BUFFER):
                self._flows.wait()
                client.sendall(data)
        self._end(client, server, False)

    def _end(self, client: socket.socket, server: socket.socket, harshly: bool) -> None:
        with self._lock:
            self._open -= {client, server}
        for end in (client, server):
            with suppress(OSError):
                if harshly:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            _shut(end)
            end.close()


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_proxy(target: str, cuts: Iterable[int] = (), harshly: bool = False) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(target, iter(cuts), harshly)
    try:
        yield proxy
    finally:
        proxy.close()
