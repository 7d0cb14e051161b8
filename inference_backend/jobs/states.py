"""The states of a job and the steps between them; the names are the wire's."""

from __future__ import annotations

from blender_mirage.wire.messages import FINAL_STATES, JOB_STATES

TRANSITIONS: dict[str, frozenset[str]] = {
    "queued": frozenset({"running", "failed", "cancelled"}),
    # Back to queued: the backend ended while the job ran, and starts again.
    "running": frozenset({"done", "failed", "cancelled", "queued"}),
    **{state: frozenset() for state in FINAL_STATES},
}


class IllegalTransition(RuntimeError):
    """A job was asked to take a step that its state does not allow: a defect of the program."""


def check_transition(old: str, new: str) -> None:
    """Raises IllegalTransition unless a job may go from `old` to `new`."""
    if new not in TRANSITIONS[old]:
        raise IllegalTransition(f"a job goes from {old!r} to one of {sorted(TRANSITIONS[old])}, not to {new!r}")


def is_final(state: str) -> bool:
    return state in FINAL_STATES


__all__ = ["FINAL_STATES", "JOB_STATES", "TRANSITIONS", "IllegalTransition", "check_transition", "is_final"]
