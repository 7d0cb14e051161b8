"""The gate in front of every route: who may call, in which protocol, with how large a body.

A web page that the user visits must not reach the backend: a page's request carries an Origin, and one that was bound
to a foreign name (DNS rebinding) carries that name as Host. Other users of the machine lack the token.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import secrets
import socket
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blender_mirage.wire import PROTOCOL_HEADER, PROTOCOL_VERSION, VERSION_HEADER
from blender_mirage.wire.problems import Problem

from .. import __version__
from ..config import LOOPBACK_HOSTS, BackendConfig
from ..errors import BackendError, TooLarge
from ..storage.atomic import write_atomic
from .problems import problem_response, to_problem

LOG = logging.getLogger(__name__)
TOKEN_NAME = "token"


def ensure_token(data_dir: Path) -> str:
    """The bearer token of this data directory; made at the first start, in a file that only its owner can read."""
    path = data_dir / TOKEN_NAME
    if not path.is_file():
        write_atomic(path, secrets.token_urlsafe(32).encode(), mode=0o600)
    token = path.read_text().strip()
    if not token:
        raise BackendError(f"The token file {path} is empty.", "Remove it; the next start makes a new one.")
    return token


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, config: BackendConfig, token: str) -> None:
        self._app = app
        self._hosts = {*LOOPBACK_HOSTS, config.host, *config.allowed_hosts}
        # Where it listens to a network, it may be called by any address and by the machine's own name: a page that was
        # bound to a foreign name by DNS carries that name.
        self._open = config.host not in LOOPBACK_HOSTS
        if self._open:
            name = socket.gethostname().lower()
            self._hosts |= {name, f"{name.partition('.')[0]}.local"}
        self._token = token.encode()
        self._limit = config.max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_with_protocol(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers[PROTOCOL_HEADER], headers[VERSION_HEADER] = str(PROTOCOL_VERSION), __version__
            await send(message)

        problem = self._refusal(Headers(scope=scope))
        if problem is not None:
            await self._drain(receive)
            await problem_response(problem)(scope, receive, send_with_protocol)
            return
        try:
            await self._app(scope, self._limited(receive), send_with_protocol)
        except Exception as error:
            # The HTTP edge: what no route expected is logged, and told in the one shape while that is still possible.
            LOG.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await problem_response(to_problem(error))(scope, receive, send_with_protocol)

    def _refusal(self, headers: Headers) -> Problem | None:
        host = _host_name(headers.get("host", ""))
        if host not in self._hosts and not (self._open and _is_address(host)):
            return Problem(
                "forbidden",
                f"The backend is not to be called by the name {host!r}.",
                "Call it by its IP address, or name the host in MIRAGE_ALLOWED_HOSTS when it is started.",
            )
        if "origin" in headers:
            return Problem(
                "forbidden", f"A web page ({headers['origin']}) may not call the backend.", "Use the add-on."
            )
        theirs = headers.get(PROTOCOL_HEADER, str(PROTOCOL_VERSION))
        if theirs != str(PROTOCOL_VERSION):
            return Problem(
                "protocol_mismatch",
                f"The add-on speaks protocol {theirs[:20]}, this backend protocol {PROTOCOL_VERSION}.",
                "Update the older of the two, so that both have the same version.",
            )
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
            return Problem(
                "unauthorized",
                "The token is not the one of this backend.",
                "Read it from the file 'token' in the backend's data folder into the add-on's preferences.",
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._limit:
            return Problem("too_large", *_too_large(f"{length[:20]} bytes", self._limit))
        return None

    def _limited(self, receive: Receive) -> Receive:
        """Counts a body that did not announce its length."""
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise TooLarge(*_too_large(f"more than {self._limit} bytes", self._limit))
            return message

        return counted

    async def _drain(self, receive: Receive) -> None:
        """Reads on for as much as an honest client sends, which reads the answer only after its last byte."""
        remaining = self._limit
        while remaining > 0:
            message = await receive()
            remaining -= len(message.get("body", b""))
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return


def _too_large(size: str, limit: int) -> tuple[str, str]:
    return (
        f"The request has {size}; this backend takes {limit}.",
        "Send less at once (fewer frames, a lighter mesh), or raise MIRAGE_MAX_BODY_BYTES.",
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host_name(header: str) -> str:
    """The name of a Host header without its port; IPv6 addresses without their brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()
