"""What can go wrong, as the user will read it: one clear sentence with the value, and a hint with the next step.

Each class carries the code of `blender_mirage.wire.problems.HTTP_STATUS` that it becomes on the wire.
"""

from __future__ import annotations


class BackendError(Exception):
    """An expected failure. `message` and `hint` are shown to the user as they stand."""

    code: str = "internal"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidRequest(BackendError):
    """The request cannot be carried out as it was written."""

    code = "invalid_request"


class NotFound(BackendError):
    """There is no such world, take, mesh, frame or job."""

    code = "not_found"


class Conflict(BackendError):
    """The request is sound, but the present state of the data does not allow it."""

    code = "conflict"


class Busy(BackendError):
    """A job runs, so that what is to be answered at once cannot be."""

    code = "busy"


class UnknownSet(BackendError):
    """A set is named by its key, and this worker has not been sent it."""

    code = "unknown_set"


class TooLarge(BackendError):
    """The body of a request is larger than the backend accepts."""

    code = "too_large"


class EngineUnavailable(BackendError):
    """The engine is known, but lacks weights or a package; the hint has the command that brings it."""

    code = "engine_unavailable"


class OutOfMemory(BackendError):
    """The device or the machine ran out of memory."""

    code = "out_of_memory"


class DiskFull(BackendError):
    """A file could not be written whole because there was no room for it."""

    code = "disk_full"


class NotWritable(BackendError):
    """A file or folder of the data directory may not be written."""

    code = "conflict"


class Cancelled(BackendError):
    """Control flow of a cancelled job; it never reaches the wire as a problem."""

    code = "cancelled"

    def __init__(self, message: str = "The job was cancelled.", hint: str = "") -> None:
        super().__init__(message, hint)


def error_of(code: str, message: str, hint: str) -> BackendError:
    """The error that another process told of."""
    kinds = {kind.code: kind for kind in BackendError.__subclasses__() if kind is not NotWritable}
    return kinds.get(code, BackendError)(message, hint)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device or the machine ran out of memory. By name and text: torch's class differs over versions."""
    text = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text))
    )
