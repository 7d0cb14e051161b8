"""A survey: what a world knows of a camera path, before anything is generated. No network runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.survey import FrameSurvey, Staleness, Survey, SurveyRequest

from ..memory.cells import Cells
from ..memory.directions import from_octahedral
from ..memory.read import COVERED_DISTANCE, ReadOut
from ..memory.tokens import Tokens
from ..models.protocol import Engine
from ..storage.images import encode_png
from ..worlds.take_files import FINGERPRINTS
from .context import SurveyContext
from .coverage_picture import NEVER, PARTLY, SEEN, coverage_picture, picture_size
from .events import Event
from .fingerprints import Settings, TakeFingerprints, staleness
from .sights import CameraPath, Sight, memory_for, read_together

COARSER = 1.0
"""Levels of detail (powers of two) by which a token may be coarser than its cell and still show what is there."""
GRAZING = 0.35
"""Cosine between the view that made a token and its surface's normal, below which it shows little of the surface."""
ALIKE = 0.7
"""One that is at least so much of the camera's own cosine shows as much as the camera does, however little that is."""


def make_survey(request: SurveyRequest, arrays: Arrays, context: SurveyContext, engine: Engine) -> Survey:
    """Looks along the camera path, and holds it against takes that were made of it. Raises Cancelled, NotFound (a take
    to compare with), DiskFull."""
    asked = request.take
    context.report(Event("phase", phase="survey"))
    path = CameraPath(asked, arrays, context, engine)
    memory = memory_for(asked, context, engine)
    size = picture_size(asked.height, asked.width)
    grey: dict[int, NDArray[np.uint8]] = {}

    def sights() -> Iterator[Sight]:
        for index in range(len(path)):
            context.step("survey", index, len(path))
            if request.pictures:
                grey[index] = path.grey(index, size)
            yield path.sight(index, memory)

    frames = []
    for sight, readout in read_together(sights(), memory):
        state = coverage(readout, memory.tokens, sight.cells)
        shares = [float((state == kind).mean()) for kind in (SEEN, PARTLY, NEVER)]
        hashes = (sight.camera, sight.greybox, memory.fingerprint(readout))
        frames.append(FrameSurvey(asked.frames[sight.index], *shares, *hashes))
        if request.pictures:
            picture = coverage_picture(grey.pop(sight.index), state.reshape(path.grid))
            context.surveys.write_picture(context.take_id, sight.index, encode_png(picture))
            context.report(Event("frame", index=sight.index, done=sight.index + 1, total=len(path)))
    stale = _stale(request, tuple(frames), Settings.of(asked, engine), context)
    return Survey(context.take_id, context.world.world_id, asked.shot, tuple(frames), stale)


def coverage(readout: ReadOut, tokens: Tokens, cells: Cells) -> NDArray[np.uint8]:
    """[N] SEEN, PARTLY or NEVER, of each cell.

    Partly: what covers the cell is coarser by more than COARSER levels, was seen at a grazing angle (and more so than
    the camera sees it), or lies on a copy of the object.
    """
    state = np.full(len(readout.covered), NEVER, np.uint8)
    covered = readout.covered.cpu().numpy()
    if not covered.any():
        return state
    known = tokens.select(readout.token.clamp_min(0).flatten())
    facing = (from_octahedral(known.view) * from_octahedral(known.normal)).sum(-1).view(readout.token.shape)
    right, down, coarser = readout.geometry[..., 0], readout.geometry[..., 1], readout.geometry[..., 2]
    near = (right**2 + down**2).sqrt() <= COVERED_DISTANCE * coarser.exp2().clamp_min(1)
    own = (cells.view * cells.normal).sum(-1, keepdim=True)
    square = facing >= (ALIKE * own).clamp_max(GRAZING)
    good = (readout.token >= 0) & near & (coarser <= COARSER) & square
    state[covered] = PARTLY
    state[(readout.covered & ~readout.shared & good.any(-1)).cpu().numpy()] = SEEN
    return state


def _stale(
    request: SurveyRequest, frames: tuple[FrameSurvey, ...], settings: Settings, context: SurveyContext
) -> tuple[Staleness, ...]:
    found = []
    for take_id in request.compare or _newest(context, request.take.shot):
        shot = context.takes.info(take_id).shot
        made = TakeFingerprints.read(context.takes.file(take_id, FINGERPRINTS))
        found.append(staleness(take_id, shot, made, settings, frames))
    return tuple(found)


def _newest(context: SurveyContext, shot: str) -> tuple[str, ...]:
    """The last take of the shot that is part of the world, if there is one."""
    commits = [commit for commit in context.world.history().commits if (commit.kind, commit.shot) == ("take", shot)]
    # A fork remembers takes whose frames went with the world that they were made in.
    there = [c.take_id for c in commits if c.state == "live" and context.takes.exists(c.take_id)]
    return tuple(there[-1:])
