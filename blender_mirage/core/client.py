"""The backend over HTTP: one method an endpoint, and every failure as one sentence with a next step.

A client belongs to one thread. It owns no state beyond its connection pool and keeps nothing of what it sends.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from ..wire import PROTOCOL_HEADER, PROTOCOL_VERSION
from ..wire.arrays import Arrays
from ..wire.codec import MalformedMessage, from_json, to_bundle, to_json
from ..wire.messages import (
    Health,
    JobEvent,
    JobStatus,
    MeshHashes,
    NewWorld,
    SeedViewRequest,
    TakeInfo,
    TakeRequest,
    WorldInfo,
    WorldList,
    WorldStats,
)
from ..wire.problems import Problem
from .address import DEFAULT_PORT, is_loopback, normalise_address, port_of
from .errors import BackendRefused, BackendUnreachable, ContractMismatch, MirageError

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 60.0
UPLOAD_SECONDS = 600.0
"""How long the backend may think about a large body; the sending itself is not timed."""
SILENCE_SECONDS = 45.0
"""A stream of events that says nothing for so long is taken for broken; the backend sends a sign of life earlier."""

Message = TypeVar("Message")


class _Bearer(requests.auth.AuthBase):
    """Sets the token as an auth object, because `requests` lets a ~/.netrc entry win over a mere header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class MirageClient:
    """Talks to one backend. Every method raises BackendUnreachable, ContractMismatch or BackendRefused."""

    def __init__(self, address: str, token: str = "") -> None:
        self.url = normalise_address(address)
        self._token = token
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.headers[PROTOCOL_HEADER] = str(PROTOCOL_VERSION)
        # A proxy that the environment names cannot reach this machine's loopback.
        self._session.trust_env = not is_loopback(self.url)

    def twin(self) -> MirageClient:
        """Another client of the same backend, for another thread."""
        return MirageClient(self.url, self._token)

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> MirageClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def health(self) -> Health:
        return self._ask(Health, "GET", "/v1/health", seconds=CONNECT_SECONDS)

    def worlds(self) -> tuple[WorldInfo, ...]:
        return self._ask(WorldList, "GET", "/v1/worlds").worlds

    def world(self, world_id: str) -> WorldInfo:
        return self._ask(WorldInfo, "GET", f"/v1/worlds/{world_id}")

    def create_world(self, name: str) -> WorldInfo:
        return self._ask(WorldInfo, "POST", "/v1/worlds", body=NewWorld(name))

    def fork_world(self, world_id: str, name: str) -> WorldInfo:
        return self._ask(WorldInfo, "POST", f"/v1/worlds/{world_id}/fork", body=NewWorld(name))

    def delete_world(self, world_id: str) -> None:
        self._request("DELETE", f"/v1/worlds/{world_id}")

    def stats(self, world_id: str) -> WorldStats:
        return self._ask(WorldStats, "GET", f"/v1/worlds/{world_id}/stats")

    def send_meshes(self, world_id: str, meshes: Mapping[str, bytes]) -> tuple[str, ...]:
        """Sends those of `meshes` (hash -> packed arrays) that the backend does not hold; returns their hashes."""
        wanted = MeshHashes(tuple(sorted(meshes)))
        missing = self._ask(MeshHashes, "POST", f"/v1/worlds/{world_id}/missing-meshes", body=wanted).hashes
        for name in missing:
            self._request("PUT", f"/v1/meshes/{name}", data=meshes[name], seconds=UPLOAD_SECONDS)
        return missing

    def submit_seed_view(self, world_id: str, request: SeedViewRequest, arrays: Arrays) -> JobStatus:
        return self._submit(f"/v1/worlds/{world_id}/seed-views", request, arrays)

    def submit_take(self, world_id: str, request: TakeRequest, arrays: Arrays) -> JobStatus:
        return self._submit(f"/v1/worlds/{world_id}/takes", request, arrays)

    def job(self, job_id: str) -> JobStatus:
        return self._ask(JobStatus, "GET", f"/v1/jobs/{job_id}")

    def cancel(self, job_id: str) -> JobStatus:
        """Asks a job to stop; its finished frames stay."""
        return self._ask(JobStatus, "DELETE", f"/v1/jobs/{job_id}")

    def events(self, job_id: str, after: int = 0) -> Iterator[JobEvent]:
        """The job's events with a number above `after`, as they happen, until the backend ends the stream."""
        path = f"/v1/jobs/{job_id}/events?after={after}"
        with self._request("GET", path, seconds=SILENCE_SECONDS, stream=True) as response:
            data: list[str] = []
            try:
                for line in response.iter_lines(chunk_size=1):
                    text = line.decode("utf-8")
                    if text.startswith("data:"):
                        data.append(text[5:].lstrip())
                    elif not text and data:
                        yield self._read(JobEvent, "\n".join(data))
                        data = []
            except requests.RequestException as error:
                raise self._unreachable(error, SILENCE_SECONDS) from error

    def take(self, take_id: str) -> TakeInfo:
        return self._ask(TakeInfo, "GET", f"/v1/takes/{take_id}")

    def frame(self, take_id: str, index: int) -> bytes:
        """PNG of the frame with that index (not Blender's number)."""
        return self._request("GET", f"/v1/takes/{take_id}/frames/{index}").content

    def revert(self, take_id: str) -> None:
        """Takes the take's tokens out of its world; its frames stay."""
        self._request("POST", f"/v1/takes/{take_id}/revert")

    def release(self) -> Health:
        """Gives the GPU's memory back until the next job."""
        return self._ask(Health, "POST", "/v1/release")

    def _submit(self, path: str, request: Any, arrays: Arrays) -> JobStatus:
        return self._read(
            JobStatus,
            self._request("POST", path, data=to_bundle(request, arrays), seconds=UPLOAD_SECONDS).content,
        )

    def _ask(
        self, kind: type[Message], method: str, path: str, body: Any = None, seconds: float = ANSWER_SECONDS
    ) -> Message:
        if body is None:
            return self._read(kind, self._request(method, path, seconds=seconds).content)
        data = to_json(body).encode()
        answer = self._request(method, path, data=data, media="application/json", seconds=seconds)
        return self._read(kind, answer.content)

    def _request(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        media: str = "application/octet-stream",
        seconds: float = ANSWER_SECONDS,
        stream: bool = False,
    ) -> requests.Response:
        headers = {} if data is None else {"Content-Type": media}
        try:
            # Redirects are not followed: they would carry a body, and often the token, somewhere else.
            response = self._session.request(
                method,
                self.url + path,
                data=data,
                headers=headers,
                timeout=(CONNECT_SECONDS, seconds),
                stream=stream,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise self._unreachable(error, seconds) from error
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
            raise ContractMismatch(
                f"The add-on speaks protocol {PROTOCOL_VERSION}, the backend at {self.url} speaks {spoken}.",
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

    def _read(self, kind: type[Message], text: str | bytes) -> Message:
        try:
            return from_json(kind, text)
        except MalformedMessage as error:
            raise ContractMismatch(
                f"The backend at {self.url} answered what this add-on cannot read: {error}.",
                "Update the add-on and the backend to the same release.",
            ) from error

    def _unreachable(self, error: requests.RequestException, seconds: float) -> BackendUnreachable:
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
                f"{host} did not answer within {CONNECT_SECONDS:.0f} seconds.",
                f"Check that the machine is on and that its firewall lets port {port} in.",
            )
        cause = _root_cause(error)
        if isinstance(cause, TimeoutError):
            return BackendUnreachable(
                f"The backend at {self.url} said nothing for {seconds:.0f} seconds.",
                "Look at its log; if it hangs, stop and start it.",
            )
        if isinstance(cause, socket.gaierror):
            return BackendUnreachable(f"There is no machine called {host!r}.", "Check the address for a typing error.")
        if isinstance(cause, ConnectionRefusedError):
            other = "" if port == DEFAULT_PORT else f" The backend's usual port is {DEFAULT_PORT}."
            return BackendUnreachable(
                f"{host} is there, but nothing listens on port {port}.", f"Start the backend there.{other}"
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
