"""One backend over HTTP: how a request is sent, and every failure as one sentence with a next step.

A transport belongs to one thread. It owns no state beyond its connection pool and keeps nothing of what it sends.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from ..wire import PROTOCOL_HEADER, PROTOCOL_VERSION, VERSION_HEADER
from ..wire.codec import MalformedMessage, from_json, to_json
from ..wire.problems import Problem
from .addon_version import addon_version
from .address import DEFAULT_PORT, is_loopback, normalise_address, port_of
from .errors import BackendRefused, BackendUnreachable, ContractMismatch, MirageError

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 60.0

Message = TypeVar("Message")


class _Bearer(requests.auth.AuthBase):
    """Sets the token as an auth object, because `requests` lets a ~/.netrc entry win over a mere header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Transport:
    """Talks to one backend. Every method raises BackendUnreachable, ContractMismatch or BackendRefused."""

    def __init__(self, address: str, token: str) -> None:
        self.url = normalise_address(address)
        self.session = requests.Session()
        self.session.auth = _Bearer(token)
        self.session.headers[PROTOCOL_HEADER] = str(PROTOCOL_VERSION)
        # A proxy that the environment names cannot reach this machine's loopback.
        self.session.trust_env = not is_loopback(self.url)

    def ask(
        self, kind: type[Message], method: str, path: str, body: Any = None, seconds: float = ANSWER_SECONDS
    ) -> Message:
        """One message there (or nothing), one back. `seconds`: how long the backend may think."""
        if body is None:
            return self.read(kind, self.request(method, path, seconds=seconds).content)
        data = to_json(body).encode()
        answer = self.request(method, path, data=data, media="application/json", seconds=seconds)
        return self.read(kind, answer.content)

    def request(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        media: str = "application/octet-stream",
        seconds: float = ANSWER_SECONDS,
        stream: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The answer, checked to be one of a backend that speaks our protocol and does not refuse."""
        headers = {**(headers or {}), **({} if data is None else {"Content-Type": media})}
        try:
            # Redirects are not followed: they would carry a body, and often the token, somewhere else.
            response = self.session.request(
                method,
                self.url + path,
                # As a file it goes out in blocks, each with the timeout to itself: a slow network is no broken one.
                data=io.BytesIO(data) if data else data,
                headers=headers,
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                stream=stream,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise self.unreachable(error, seconds) from error
        try:
            self._check(response)
        except MirageError:
            response.close()
            raise
        return response

    def _check(self, response: requests.Response) -> None:
        spoken = response.headers.get(PROTOCOL_HEADER)
        if spoken is None:
            raise BackendUnreachable(
                f"Something answers at {self.url} (HTTP {response.status_code}), but it is not a Mirage backend.",
                "Check the address and the port in the add-on's preferences.",
            )
        if spoken != str(PROTOCOL_VERSION):
            theirs = response.headers.get(VERSION_HEADER, "?")
            raise ContractMismatch(
                f"The add-on is version {addon_version()} and the backend at {self.url} version {theirs}: they speak "
                f"protocols {PROTOCOL_VERSION} and {spoken}.",
                "Update whichever is older, so that both come from the same release.",
            )
        if response.status_code >= 400:
            raise self._refusal(response)

    def _refusal(self, response: requests.Response) -> BackendRefused:
        try:
            problem = from_json(Problem, response.content)
        except MalformedMessage:
            problem = Problem("internal", f"The backend at {self.url} answered HTTP {response.status_code}.")
        if problem.code == "unauthorized":
            return BackendRefused(
                f"The backend at {self.url} does not accept the token.",
                "Copy the text of the file `token` in the backend's data folder into the add-on's preferences.",
                problem.code,
            )
        hint = problem.hint or ("See the backend's log for the cause." if problem.code == "internal" else "")
        return BackendRefused(problem.message, hint, problem.code)

    def read(self, kind: type[Message], text: str | bytes) -> Message:
        """What the backend said. Raises ContractMismatch where it is no such message."""
        try:
            return from_json(kind, text)
        except MalformedMessage as error:
            raise self.unreadable(error) from error

    def unreadable(self, error: MalformedMessage) -> ContractMismatch:
        """The answer has not the shape that was agreed on."""
        return ContractMismatch(
            f"The backend at {self.url} answered what this add-on cannot read: {error}.",
            "Update the add-on and the backend to the same release.",
        )

    def unreachable(self, error: requests.RequestException, seconds: float) -> BackendUnreachable:
        """What went wrong on the way, in plain words."""
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", port_of(self.url)
        if isinstance(error, requests.exceptions.SSLError):
            return BackendUnreachable(
                f"{self.url} does not answer with a valid https certificate.",
                "Write http:// instead, or give the backend's proxy a certificate that this machine trusts.",
            )
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return BackendUnreachable(
                f"{host} did not answer within {max(1.0, min(CONNECT_SECONDS, seconds)):.0f} seconds.",
                f"Check that the machine is on and that its firewall lets port {port} in.",
            )
        cause = _root_cause(error)
        if isinstance(cause, TimeoutError):
            return BackendUnreachable(
                f"The backend at {self.url} said nothing for {seconds:.0f} seconds.",
                "Look at its log; if it hangs, stop and start it.",
            )
        if isinstance(cause, socket.gaierror):
            return BackendUnreachable(f"There is no machine called {host!r}.", "Check the address for a typo.")
        if isinstance(cause, ConnectionRefusedError):
            start = "Start the backend there."
            return BackendUnreachable(
                f"{host} is there, but nothing listens on port {port}.",
                start if port == DEFAULT_PORT else f"{start} The backend's usual port is {DEFAULT_PORT}.",
            )
        return BackendUnreachable(
            f"The connection to {self.url} broke off ({_told(cause)}).", "Check the network and the backend's log."
        )


def _root_cause(error: BaseException) -> BaseException:
    """The system's own error below what `requests` and urllib3 wrap around it."""
    seen: set[int] = set()
    current = error
    while id(current) not in seen:
        seen.add(id(current))
        inner = current.__cause__ or current.__context__ or getattr(current, "reason", None)
        if inner is None:
            inner = next((part for part in current.args if isinstance(part, BaseException)), None)
        if not isinstance(inner, BaseException):
            break
        current = inner
    return current


def _told(cause: BaseException) -> str:
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__
