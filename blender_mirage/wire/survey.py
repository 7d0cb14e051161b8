"""Messages about a camera path before it is generated: what the world has seen of it, which takes are out of date."""

from __future__ import annotations

from dataclasses import dataclass

from .messages import TakeRequest

STALE_REASONS = ("camera", "greybox", "memory", "settings")
"""Why a frame of a take is no longer what would be generated now: another camera or resolution; other geometry, place
or light in view; other tokens under its cells; another prompt, seed, engine or weights."""


@dataclass(frozen=True)
class SurveyRequest:
    """Asks what a world knows of a camera path. Arrays: those of the take."""

    take: TakeRequest
    compare: tuple[str, ...] = ()
    """Takes to hold against the path; empty: the newest live one of the shot."""
    pictures: bool = True
    """Whether a coverage picture of every frame is made."""


@dataclass(frozen=True)
class FrameSurvey:
    """One frame of the path. The shares are of its cells, sky included, and add up to 1."""

    frame: int
    """Blender's frame number."""
    seen: float
    """Memory shows this surface as closely as the camera does."""
    partly: float
    """Memory knows it only from much farther away, at a grazing angle, or from a copy of its object."""
    never: float
    camera: str
    """Content hash (16 hexadecimal digits) of camera and resolution."""
    greybox: str
    """Of what the camera sees of the set, and its light."""
    readout: str
    """Of the tokens that its cells read."""


@dataclass(frozen=True)
class Staleness:
    """How far one take is out of date. Empty `frames`: it is not."""

    take_id: str
    shot: str
    frames: tuple[int, ...]
    """Blender's frame numbers, rising; a frame that the take never had is among them."""
    reasons: tuple[str, ...]
    """Of STALE_REASONS, those that hold for any of the frames."""


@dataclass(frozen=True)
class Survey:
    survey_id: str
    world_id: str
    shot: str
    frames: tuple[FrameSurvey, ...]
    stale: tuple[Staleness, ...]
