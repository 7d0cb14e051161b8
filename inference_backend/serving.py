"""`mirage serve`: one backend process from its socket to its last file.

`<data dir>/server.json` ({url, pid, version}) exists exactly while the backend answers; the add-on finds it there.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

import uvicorn

from . import __version__
from .config import LOOPBACK_HOSTS, BackendConfig
from .errors import Conflict, InvalidRequest
from .server.app import create_app
from .services import open_services
from .storage.atomic import write_atomic

SERVER_FILE = "server.json"
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""All of the machine's addresses -> the one that programs on it call."""
_SHUTDOWN_GRACE_S = 2  # open event streams are cut after so long


def serve(config: BackendConfig, command: Sequence[str] | None = None) -> None:
    """Listens until SIGTERM or Ctrl-C. `command` replaces the worker's command line, as in `open_services`.

    Raises Conflict (data directory or port taken), InvalidRequest (the address), NotWritable.
    """
    with _listen(config) as listener:
        host, port = listener.getsockname()[:2]
        host = _ANY.get(host, host)
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        with open_services(config, command, holder=f"the backend at {url}") as services:
            settings = uvicorn.Config(
                create_app(services),
                log_level="warning",
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=_SHUTDOWN_GRACE_S,
            )
            # The first job should find it running, with all that a new machine must compile.
            services.worker.ensure()
            server_file = config.data_dir / SERVER_FILE
            facts = {"url": url, "pid": os.getpid(), "version": __version__}

            def announce() -> None:
                write_atomic(server_file, json.dumps(facts).encode())
                print(f"Blender Mirage {__version__} is ready at {url} (data: {config.data_dir})", flush=True)
                if config.host not in LOOPBACK_HOSTS:
                    print("It listens beyond this machine: whoever has the token may use it.", file=sys.stderr)

            # uvicorn raises a signal again once it has shut down; these make that an ordinary end, with all clean-up.
            signal.signal(signal.SIGTERM, _leave)
            signal.signal(signal.SIGINT, _leave)
            try:
                _Server(settings, announce).run([listener])
            finally:
                server_file.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    def __init__(self, settings: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(settings)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _listen(config: BackendConfig) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # On Windows the same option would let two backends listen on one port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"The port {config.port} is taken by another program.", "Use --port 0 to take a free one."
            ) from None
        raise InvalidRequest(
            f"The backend cannot listen on {config.host}:{config.port} ({error.strerror or error}).",
            "Use --host 127.0.0.1.",
        ) from error
    return listener


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
