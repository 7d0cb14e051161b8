"""Messages about one camera, now: its frame for the live look, and how well a world knows the surfaces it sees.

Both are answered at once by the engine worker, outside the queue of jobs: nothing of them is kept. The set is sent once
and named by its key from then on, so that a new camera costs a few hundred bytes. A worker that does not know the key
(it is a new one, or has seen too many sets since) answers the code `unknown_set`: send the set again. While a job runs
the answer is the code `busy`.
"""

from __future__ import annotations

from dataclasses import dataclass

from .arrays import Arrays, content_hash
from .codec import to_bundle
from .greybox import CHANGES, NAMES
from .messages import Greybox


@dataclass(frozen=True)
class ViewRequest:
    """Asks for the engine's frame of one camera. Arrays: `c2w` [1,4,4] float64, `K` [1,3,3] float64 in pixels of the
    frame, `clip` [1,2] float64 as in `messages.TakeRequest`, and with `greybox` its tracks (T = 1)."""

    engine: str
    height: int
    width: int
    frame: int
    """Blender's frame number; the answer repeats it."""
    set_key: str
    """Of the greybox and its tracks at that frame; see `set_key`."""
    greybox: Greybox | None = None
    """None: the one that was sent with this key before."""
    prompt: str = ""
    seed: int = 0
    look_strength: float = 1.0
    """See `messages.TakeRequest`."""
    steps: int = 0
    """Denoising steps where nobody has seen what is there; 0: the one-step guess, which does not shimmer as the camera
    moves."""


@dataclass(frozen=True)
class ViewInfo:
    """Facts of a view's answer. Arrays: `image` [H,W,3] uint8 sRGB. The shares are of its cells and add up to 1; see
    `survey.FrameSurvey`."""

    frame: int
    seen: float
    partly: float
    never: float
    seconds: dict[str, float] | None = None
    """Wall seconds by stage: set, raycast, read, denoise, decode."""


@dataclass(frozen=True)
class SurfaceRequest:
    """Asks how well the world knows the surfaces of the set, as closely as one camera would see them. Arrays: `c2w`
    [1,4,4] float64, `K` [1,3,3] float64 in pixels of `height` x `width`, `clip` [1,2] float64 as in
    `messages.TakeRequest`, and with `greybox` its tracks (T = 1)."""

    engine: str
    height: int
    width: int
    set_key: str
    greybox: Greybox | None = None
    """None: the one that was sent with this key before."""
    points: int = 40_000
    """Into how many tiles at most the surfaces are cut."""


@dataclass(frozen=True)
class SurfaceInfo:
    """Facts of a surface's answer: shares by area, which add up to 1.

    Arrays, of N small parallelograms that coat the surfaces, each on one side: `position` [N,3] float32 of its middle,
    world metres, less `origin`; `edges` [N,2,3] float32 from there to the middles of two edges, metres, whose cross
    product points away from the surface; `state` [N] uint8 (0 never, 1 partly, 2 seen).
    """

    seen: float
    partly: float
    never: float
    never_in_view: float
    """Share of the camera's own picture; see `survey.FrameSurvey.never`."""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """World metres: what float32 could not tell of a set that stands far away."""


def set_key(greybox: Greybox, tracks: Arrays) -> str:
    """The name of a set at one frame: equal for equal content, on every machine. tracks: see `greybox.GreyboxTracks`
    (T = 1)."""
    names = [*NAMES, *(name for name in CHANGES if name in tracks)]
    return content_hash(to_bundle(greybox, {name: tracks[name] for name in names}, compress=False))
