"""What a shot of the list is called to be: new, queued, running, done, stale, failed. Words and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class ShotStatus:
    """Of one shot, as far as it is known."""

    take: str = ""
    """The newest take on disk, as `v003`; empty where there is none."""
    take_state: str = ""
    """How that one ended."""
    phase: str = ""
    """Of a take that is made now; empty where none is."""
    done: int = 0
    total: int = 0
    failure: str = ""
    """Why the last try came to nothing."""
    stale_from: int | None = None
    """First frame of the newest take that is out of date, as far as a survey said."""
    unseen_from: int | None = None
    """First frame at which the camera enters space that the world has not seen, as far as a survey said."""
    refusal: str = ""
    """Why no take can be made of it."""
    changed: bool = False
    """Something was changed since the newest take, as far as can be told without asking the world."""

    @property
    def kind(self) -> str:
        """One of REFUSED NEW QUEUED RUNNING FAILED STALE PARTLY DONE."""
        if self.phase:
            return "QUEUED" if self.phase in _WAITING else "RUNNING"
        if self.refusal:
            return "REFUSED"
        if self.failure:
            return "FAILED"
        if not self.take:
            return "NEW"
        if self.stale_from is not None or self.changed:
            return "STALE"
        return "DONE" if self.take_state in ("done", "") else "PARTLY"

    @property
    def words(self) -> str:
        match self.kind:
            case "QUEUED":
                return "queued"
            case "RUNNING":
                return f"{self.phase} {self.done}/{self.total}" if self.total else self.phase
            case "REFUSED":
                return self.refusal
            case "FAILED":
                return f"failed: {self.failure}"
            case "NEW":
                words = "new"
            case "STALE" if self.stale_from is None:
                words = f"changed since {self.take}"
            case "STALE":
                words = f"{self.take}, changed from frame {self.stale_from}"
            case "PARTLY":
                words = f"{self.take}, {self.take_state}"
            case _:
                words = f"done {self.take}"
        return words if self.unseen_from is None else f"{words}, new areas from frame {self.unseen_from}"

    def at_work(self, phase: str, done: int, total: int) -> ShotStatus:
        """The phase stays where a report names none."""
        return replace(self, phase=phase or self.phase, done=done, total=total, failure="")

    def ended(self, failure: str = "") -> ShotStatus:
        return replace(self, phase="", done=0, total=0, failure=failure)


_WAITING = ("queued", "sending", "reading the camera", "reading the set")
