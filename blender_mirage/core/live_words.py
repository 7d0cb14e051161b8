"""What the panel says of a live look."""

from __future__ import annotations

from ..wire.live import ViewInfo
from .live_link import LiveState
from .live_pace import FrameSize

NO_WORLD = "No world yet: generate a take or add a look first"
NO_CAMERA_VIEW = "Look through the camera (Numpad 0) to see the live look"
ORTHOGRAPHIC = "The live look needs a camera view: press Numpad 0"
RENDERING = "Waiting: Blender is rendering"
READING = "Reading the set"
NOTHING_THERE = "No object in the scene renders"
_STATES = {
    "connecting": "Connecting to the backend",
    "preparing": "Preparing the first frame",
    "ready": "Waiting for the first frame",
    "busy": "Waiting: a take is being made",
}


def describe_link(state: LiveState) -> str:
    """While no frame comes."""
    return _STATES.get(state.name) or f"{state.message} {state.hint}".strip()


def describe_frame(size: FrameSize, rate: float, moving: bool) -> str:
    """While frames come."""
    rate_told = f"{rate:.0f}" if rate >= 1 else f"{rate:.1f}"
    return (
        f"Live at {rate_told} frames/s, {size.width} x {size.height}"
        if moving
        else (f"Live, {size.width} x {size.height}")
    )


def describe_seen(info: ViewInfo) -> str:
    """How much of the frame the world knows."""
    seen, partly, never = (round(100 * share) for share in (info.seen, info.partly, info.never))
    return f"Known {seen} %, partly {partly} %, unknown {never} %"
