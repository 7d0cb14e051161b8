"""Everything that can stop the add-on, each as one sentence with the value and one with the next step."""

from __future__ import annotations


class MirageError(Exception):
    """Shown to the user as it stands: what happened (with the value), then what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class NoBackend(MirageError):
    """There is no backend to ask, neither set up on this machine nor named on another."""


class SceneNotReady(MirageError):
    """The .blend lacks something that a shot needs, or holds a value that no picture can be made of."""


class CameraNotReady(SceneNotReady):
    """A camera that no picture can be made through at `frame`, Blender's number."""

    def __init__(self, message: str, hint: str = "", frame: float = 0.0) -> None:
        super().__init__(message, hint)
        self.frame = frame


class BackendUnreachable(MirageError):
    """Nothing answers at the backend's address, or the answer broke off."""


class Stopped(MirageError):
    """Control flow: the user cancelled while something was sent."""


class BackendRefused(MirageError):
    """The backend answered with a problem; `code` is one of `wire.problems.HTTP_STATUS`."""

    def __init__(self, message: str, hint: str = "", code: str = "internal") -> None:
        super().__init__(message, hint)
        self.code = code


class ContractMismatch(MirageError):
    """The add-on and the backend speak different protocol versions."""


class TakeFilesMissing(MirageError):
    """Frames or the sidecar of a take are not where they should be."""


class TakeNotWritable(MirageError):
    """A file of a take, or an export, cannot be written: disk full, read-only folder, or it already exists."""


class LookNotReadable(MirageError):
    """The look image is missing or is no image."""


class SetupFailed(MirageError):
    """The backend could not be set up on this machine."""
