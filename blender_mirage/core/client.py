"""The backend's endpoints, one method each. A client belongs to one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import requests

from ..wire import REQUEST_HEADER, UPLOAD_HEADER
from ..wire.arrays import Arrays
from ..wire.codec import MalformedMessage, from_bundle, to_bundle
from ..wire.history import AnchorInfo, AnchorList, Budget, Commit, ForgetRequest, Forgotten, History, WorldComparison
from ..wire.live import SurfaceInfo, SurfaceRequest, ViewInfo, ViewRequest
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
from ..wire.survey import Survey, SurveyRequest
from .errors import BackendRefused
from .transport import CONNECT_SECONDS, Transport
from .uploads import PIECE_BYTES, Sending, is_there, upload

UPLOAD_SECONDS = 600.0
"""How long the backend may think about a large body; the sending itself is not timed."""
SILENCE_SECONDS = 1.5
"""A stream of events that says nothing for so long is taken for broken; the backend sends a sign of life earlier. So is
a backend that does not begin to answer what it has lying ready."""

Message = TypeVar("Message")


class MirageClient:
    """Talks to one backend. Every method raises BackendUnreachable, ContractMismatch or BackendRefused."""

    def __init__(self, address: str, token: str = "", sending: Sending | None = None) -> None:
        """`sending`: whom large bodies tell how far they are."""
        self._token = token
        self.sending = sending or Sending()
        self._transport = Transport(address, token)
        self.url = self._transport.url

    def twin(self) -> MirageClient:
        """Another client of the same backend, for another thread."""
        return MirageClient(self.url, self._token)

    def close(self) -> None:
        self._transport.session.close()

    def __enter__(self) -> MirageClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def health(self, seconds: float = CONNECT_SECONDS) -> Health:
        return self._transport.ask(Health, "GET", "/v1/health", seconds=seconds)

    def worlds(self) -> tuple[WorldInfo, ...]:
        return self._transport.ask(WorldList, "GET", "/v1/worlds").worlds

    def world(self, world_id: str) -> WorldInfo:
        return self._transport.ask(WorldInfo, "GET", f"/v1/worlds/{world_id}")

    def create_world(self, name: str) -> WorldInfo:
        return self._transport.ask(WorldInfo, "POST", "/v1/worlds", body=NewWorld(name))

    def fork_world(self, world_id: str, name: str) -> WorldInfo:
        return self._transport.ask(WorldInfo, "POST", f"/v1/worlds/{world_id}/fork", body=NewWorld(name))

    def delete_world(self, world_id: str) -> None:
        self._transport.request("DELETE", f"/v1/worlds/{world_id}")

    def stats(self, world_id: str) -> WorldStats:
        return self._transport.ask(WorldStats, "GET", f"/v1/worlds/{world_id}/stats")

    def history(self, world_id: str) -> tuple[Commit, ...]:
        """What every take and seed view wrote into a world, oldest first."""
        return self._transport.ask(History, "GET", f"/v1/worlds/{world_id}/history").commits

    def anchors(self, world_id: str) -> tuple[AnchorInfo, ...]:
        """What a world remembers of each object, those with most tokens first."""
        return self._transport.ask(AnchorList, "GET", f"/v1/worlds/{world_id}/anchors").anchors

    def set_budget(self, world_id: str, mebibytes: int) -> WorldStats:
        """How much memory a world's tokens may take while a take is made."""
        return self._transport.ask(WorldStats, "PUT", f"/v1/worlds/{world_id}/budget", body=Budget(mebibytes))

    def forget(self, world_id: str, request: ForgetRequest, arrays: Arrays | None = None) -> Forgotten:
        """Deletes for good what the request names. `arrays`: for a box, the greybox tracks at one frame."""
        return self._send(Forgotten, f"/v1/worlds/{world_id}/forget", request, arrays or {})

    def compare(self, first: str, second: str) -> WorldComparison:
        return self._transport.ask(WorldComparison, "GET", f"/v1/worlds/{first}/compare/{second}")

    def send_meshes(self, world_id: str, meshes: Mapping[str, bytes]) -> tuple[str, ...]:
        """Sends those of `meshes` (hash -> packed arrays) that the backend does not hold; returns their hashes.

        May be repeated after a broken connection: what arrived is not sent again.
        """
        wanted = MeshHashes(tuple(sorted(meshes)))
        missing = self._transport.ask(MeshHashes, "POST", f"/v1/worlds/{world_id}/missing-meshes", body=wanted).hashes
        self.sending.expect(sum(len(meshes[name]) for name in missing))
        for name in missing:
            self._send_body("PUT", f"/v1/meshes/{name}", meshes[name])
        return missing

    def submit_seed_view(self, world_id: str, request: SeedViewRequest, arrays: Arrays, key: str = "") -> JobStatus:
        return self._submit(f"/v1/worlds/{world_id}/seed-views", request, arrays, key)

    def submit_take(self, world_id: str, request: TakeRequest, arrays: Arrays, key: str = "") -> JobStatus:
        """`key`: an id of one's own making, under which it may be repeated: it makes one take, which gets that id."""
        return self._submit(f"/v1/worlds/{world_id}/takes", request, arrays, key)

    def submit_survey(self, world_id: str, request: SurveyRequest, arrays: Arrays, key: str = "") -> JobStatus:
        """Asks what a world knows of a camera path; `take_id` of the answer is the survey's id."""
        return self._submit(f"/v1/worlds/{world_id}/surveys", request, arrays, key)

    def submit_take_survey(self, take_id: str, world_id: str = "") -> JobStatus:
        """The same of a take's own request, as it was made. `world_id`: a fork that holds the take too."""
        return self._transport.ask(JobStatus, "POST", f"/v1/takes/{take_id}/survey{_in(world_id)}")

    def survey(self, survey_id: str) -> Survey:
        return self._transport.ask(Survey, "GET", f"/v1/surveys/{survey_id}")

    def coverage_picture(self, survey_id: str, index: int) -> bytes:
        """PNG of what is seen, partly and never seen at the frame with that index (not Blender's number)."""
        return self._transport.request("GET", f"/v1/surveys/{survey_id}/frames/{index}").content

    def view(self, world_id: str, request: ViewRequest, arrays: Arrays) -> tuple[ViewInfo, Arrays]:
        """The engine's frame of one camera, now. Refused with `unknown_set` where the set has to come along, and with
        `busy` while a job runs."""
        return self._question(ViewInfo, f"/v1/worlds/{world_id}/view", request, arrays)

    def surface(self, world_id: str, request: SurfaceRequest, arrays: Arrays) -> tuple[SurfaceInfo, Arrays]:
        """How well a world knows the surfaces of the set, now. Refused as `view` is."""
        return self._question(SurfaceInfo, f"/v1/worlds/{world_id}/surface", request, arrays)

    def job(self, job_id: str) -> JobStatus:
        return self._transport.ask(JobStatus, "GET", f"/v1/jobs/{job_id}", seconds=SILENCE_SECONDS)

    def cancel(self, job_id: str) -> JobStatus:
        """Asks a job to stop; its finished frames stay."""
        return self._transport.ask(JobStatus, "DELETE", f"/v1/jobs/{job_id}")

    def events(self, job_id: str, after: int = 0, heard: Callable[[], None] = lambda: None) -> Iterator[JobEvent]:
        """The job's events with a number above `after`, as they happen, until the backend ends the stream. `heard` is
        called at every sign of life."""
        path = f"/v1/jobs/{job_id}/events?after={after}"
        with self._transport.request("GET", path, seconds=SILENCE_SECONDS, stream=True) as response:
            data: list[str] = []
            try:
                for line in response.iter_lines(chunk_size=1):
                    heard()
                    text = line.decode("utf-8")
                    if text.startswith("data:"):
                        data.append(text[5:].lstrip())
                    elif not text and data:
                        yield self._transport.read(JobEvent, "\n".join(data))
                        data = []
            except requests.RequestException as error:
                raise self._transport.unreachable(error, SILENCE_SECONDS) from error

    def take(self, take_id: str) -> TakeInfo:
        return self._transport.ask(TakeInfo, "GET", f"/v1/takes/{take_id}", seconds=SILENCE_SECONDS)

    def frame(self, take_id: str, index: int) -> bytes:
        """PNG of the frame with that index (not Blender's number)."""
        path = f"/v1/takes/{take_id}/frames/{index}"
        return self._transport.request("GET", path, seconds=SILENCE_SECONDS).content

    def revert(self, take_id: str, world_id: str = "") -> None:
        """Takes the tokens of a take (or seed view) out of its world's sight; its frames stay.

        `world_id`: a fork that holds it too; empty is the world that it was made in.
        """
        self._transport.request("POST", f"/v1/takes/{take_id}/revert{_in(world_id)}")

    def restore(self, take_id: str, world_id: str = "") -> None:
        """Gives a reverted take's tokens back to a world; see `revert`."""
        self._transport.request("POST", f"/v1/takes/{take_id}/restore{_in(world_id)}")

    def release(self) -> Health:
        """Gives the GPU's memory back until the next job."""
        return self._transport.ask(Health, "POST", "/v1/release")

    def _submit(self, path: str, request: Any, arrays: Arrays, key: str) -> JobStatus:
        return self._send(JobStatus, path, request, arrays, {REQUEST_HEADER: key} if key else {})

    def _send(
        self, kind: type[Message], path: str, request: Any, arrays: Arrays, headers: Mapping[str, str] | None = None
    ) -> Message:
        """A bundle there, a message back."""
        data = to_bundle(request, arrays)
        self.sending.expect(len(data))
        return self._transport.read(kind, self._send_body("POST", path, data, headers).content)

    def _question(self, kind: type[Message], path: str, request: Any, arrays: Arrays) -> tuple[Message, Arrays]:
        """A bundle there, a bundle back, neither of them for long."""
        answer = self._send_body("POST", path, to_bundle(request, arrays, compress=False)).content
        try:
            return from_bundle(kind, answer)
        except MalformedMessage as error:
            raise self._transport.unreadable(error) from error

    def _send_body(
        self, method: str, path: str, data: bytes, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """A body that does not fit into one piece goes before the request that it belongs to, in several."""
        if len(data) > PIECE_BYTES:
            return self._send_uploaded(method, path, data, headers or {})
        answer = self._transport.request(method, path, data=data, seconds=UPLOAD_SECONDS, headers=headers)
        self.sending.moved(len(data))
        return answer

    def _send_uploaded(self, method: str, path: str, data: bytes, headers: Mapping[str, str]) -> requests.Response:
        for last in (False, True):
            name = upload(self._transport, data, self.sending)
            try:
                named = {**headers, UPLOAD_HEADER: name}
                return self._transport.request(method, path, seconds=UPLOAD_SECONDS, headers=named)
            except BackendRefused as error:
                # An upload is used up by the request that names it: also by the same one, sent before.
                if last or error.code != "not_found" or is_there(self._transport, name):
                    raise
        raise AssertionError("the second time ends it")


def _in(world_id: str) -> str:
    return f"?world={world_id}" if world_id else ""
