"""Questions that the worker answers at once, outside the queue of jobs: the frame of a camera, how well a world knows
its surfaces. Nothing of them is kept, so that they cost no disk and no wait.

They travel in frames through the pipes that the worker has from its parent: questions come by its standard input,
answers go by its standard output. A frame is b"MIRQ", uint32 length of a JSON header, uint64 length of a body, header,
body. The body of a question, and of an answer, is a bundle of the wire.
"""

from __future__ import annotations

import itertools
import json
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import IO, Any

from ..errors import BackendError, Busy, EngineUnavailable, error_of

QUESTION_KINDS = ("view", "surface")
_MAGIC = b"MIRQ"
_PREFIX = struct.Struct("<4sIQ")


@dataclass(frozen=True)
class Question:
    """One of QUESTION_KINDS about a world; its request is a bundle."""

    kind: str
    world_id: str
    bundle: bytes


class Asker:
    """The parent's side of a worker's pipes. Any thread may ask."""

    def __init__(self, outgoing: IO[bytes], incoming: IO[bytes]) -> None:
        self._outgoing, self._incoming = outgoing, incoming
        self._numbers = itertools.count(1)
        self._open: dict[int, Future[bytes]] = {}
        self._ended = False
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        threading.Thread(target=self._listen, name="worker-answers", daemon=True).start()

    def ask(self, question: Question, seconds: float) -> bytes:
        """The worker's answer. Raises what the worker raised; Busy where it does not answer in time; EngineUnavailable
        where it ended."""
        number, answer = next(self._numbers), Future[bytes]()
        with self._lock:
            if self._ended:
                raise _gone()
            self._open[number] = answer
        try:
            header = {"number": number, "kind": question.kind, "world": question.world_id}
            self._send(header, question.bundle)
            return answer.result(seconds)
        except StillWaiting:
            raise Busy(f"The engine did not answer within {seconds:g} seconds.", "Try again in a moment.") from None
        finally:
            with self._lock:
                self._open.pop(number, None)

    def close(self, seconds: float) -> bool:
        """Closes the worker's standard input, which ends it; False where it takes nothing in any more."""
        if not self._writing.acquire(timeout=seconds):
            return False
        try:
            with suppress(OSError):  # what a dead worker did not take in cannot be flushed
                self._outgoing.close()
        finally:
            self._writing.release()
        return True

    def _send(self, header: dict[str, Any], body: bytes) -> None:
        try:
            with self._writing:
                _write(self._outgoing, header, body)
        except (OSError, ValueError):
            # The pipe is broken, or closed already.
            raise _gone() from None

    def _listen(self) -> None:
        with self._incoming:
            for header, body in _frames(self._incoming):
                with self._lock:
                    answer = self._open.pop(header["number"], None)
                if answer is None:
                    continue  # nobody waits for it any more
                problem = header.get("problem")
                if problem is None:
                    answer.set_result(body)
                else:
                    answer.set_exception(error_of(*problem))
        with self._lock:
            self._ended, left = True, list(self._open.values())
            self._open.clear()
        for answer in left:
            answer.set_exception(_gone())


@dataclass(frozen=True)
class Asked:
    """A question that waits in the worker for its answer."""

    question: Question
    reply: Callable[[bytes, BackendError | None], None]
    """Called once, with the answer or with why there is none."""


class Inbox:
    """What the worker is asked, in the order in which it was asked. While it is closed, whoever asks is told at once
    that a job runs."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Asked] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False

    def put(self, asked: Asked) -> None:
        with self._lock:
            if not self._closed:
                self._waiting.put(asked)
                return
        asked.reply(b"", _busy())

    def take(self, seconds: float) -> Asked | None:
        """The oldest; None when none came within `seconds`."""
        try:
            return self._waiting.get(timeout=seconds)
        except Empty:
            return None

    @contextmanager
    def closed(self) -> Iterator[None]:
        """For the time of a job."""
        with self._lock:
            self._closed = True
        while (asked := self.take(0)) is not None:
            asked.reply(b"", _busy())
        try:
            yield
        finally:
            with self._lock:
                self._closed = False


def listen(incoming: IO[bytes], outgoing: IO[bytes], inbox: Inbox, ended: Callable[[], object]) -> None:
    """Fills `inbox` from the worker's pipes, in a thread; calls `ended` as soon as the other end closes."""
    writing = threading.Lock()

    def reply(number: int, body: bytes, error: BackendError | None) -> None:
        problem = None if error is None else (error.code, error.message, error.hint)
        try:
            with writing:
                _write(outgoing, {"number": number, "problem": problem}, body)
        except OSError:
            return  # nobody is left to read it: the reader ends the process in a moment

    def run() -> None:
        with incoming, outgoing:
            for header, body in _frames(incoming):
                inbox.put(Asked(Question(header["kind"], header["world"], body), partial(reply, header["number"])))
            ended()

    threading.Thread(target=run, name="parent-watch", daemon=True).start()


def _write(file: IO[bytes], header: dict[str, Any], body: bytes) -> None:
    text = json.dumps(header).encode()
    file.write(_PREFIX.pack(_MAGIC, len(text), len(body)) + text)
    file.write(body)
    file.flush()


def _frames(file: IO[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Until the other end closes, or sends something that is no frame."""
    while len(prefix := file.read(_PREFIX.size)) == _PREFIX.size:
        magic, length, size = _PREFIX.unpack(prefix)
        if magic != _MAGIC:
            return
        text, body = file.read(length), file.read(size)
        try:
            header = json.loads(text)
        except ValueError:
            return
        if len(body) != size or not isinstance(header, dict) or "number" not in header:
            return
        yield header, body


def _busy() -> Busy:
    return Busy("The engine is at work on a job.", "It answers again when the job has ended.")


def _gone() -> EngineUnavailable:
    return EngineUnavailable("The engine stopped before it answered.", "Try again: it starts anew.")
