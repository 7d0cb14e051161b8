"""A film as a take, with memory and without: closed loop, geo-reprojection, flow, and the truth of some frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from ...greybox.gbuffer import pixel_gbuffer
from ...greybox.raycast import Raycaster
from ...models.protocol import Engine
from ..consistency import ShotsScore, StoredTake, closed_loop, spread, within
from ..reprojection import View, map_surfaces
from .film import Film, film_of
from .flow import EndPoints, end_point_errors
from .seen import Colors, never_seen
from .stage import Stage
from .studio import Studio
from .tally import Tally
from .visible import visible_from

PAIRS = 2
"""Pairs of neighbouring frames whose flow is measured, of the take and of the truth."""


@dataclass
class Filmed:
    """One set's figures."""

    name: str
    loop: float = 0.0
    """PSNR of the last frame against the first, decibels."""
    loop_without: float = 0.0
    within: ShotsScore | None = None
    within_without: ShotsScore | None = None
    seen: Tally = field(default_factory=Tally)
    unseen: Tally = field(default_factory=Tally)
    colors: Colors = field(default_factory=Colors)
    flow: EndPoints = field(default_factory=EndPoints)
    flow_truth: EndPoints = field(default_factory=EndPoints)
    """Of the true pictures: what the measurement itself gets wrong."""
    key_frames: int = 0
    frames: int = 0

    @property
    def moving(self) -> float | None:
        """The least of the moving objects, decibels."""
        return min(self.within.moving_psnr.values(), default=None) if self.within else None


def measure(stage: Stage, engine: Engine, frames: int, judged: int) -> Filmed:
    """`judged`: how many frames are compared with each other and with the truth; without memory only these are made."""
    film = film_of(stage, frames)
    found = Filmed(stage.name, frames=frames)
    picture = film.stage.truth(stage.camera)
    chosen = spread(frames, judged)
    with Studio(engine) as studio:
        studio.look(stage.name, film.frame_sets[0], stage.camera, picture)
        take = studio.take(stage.name, film.frame_sets, film.cameras, stage.size)
        some = [film.frame_sets[i] for i in chosen], [film.cameras[i] for i in chosen]
        without = studio.take(stage.name, *some, stage.size, use_memory=False)
        found.key_frames = len(take.info.key_frames)
        found.loop, found.loop_without = (closed_loop(one, picture).psnr for one in (take, without))
        found.within, found.within_without = within(take, judged), within(without, judged)
        truths = {i: film.stage.truth(film.cameras[i], film.frame_sets[i]) for i in _wanted(chosen, frames)}
        _flow(found, film, take, truths)
        _against_truth(found, film, take, truths, chosen[1:-1], picture)
    return found


def _wanted(chosen: list[int], frames: int) -> list[int]:
    pairs = _pairs(frames)
    return sorted({*chosen[1:-1], *pairs, *(i + 1 for i in pairs)})


def _pairs(frames: int) -> list[int]:
    """First frames of the pairs."""
    return spread(frames - 1, PAIRS + 2)[1:-1]


def _flow(found: Filmed, film: Film, take: StoredTake, truths: dict[int, NDArray[np.uint8]]) -> None:
    for i in _pairs(len(film)):
        found.flow.add(end_point_errors(take.surfaces(i), take.surfaces(i + 1)))
        maps = [map_surfaces(View(truths[j], *film.cameras[j], Raycaster(film.frame_sets[j]))) for j in (i, i + 1)]
        found.flow_truth.add(end_point_errors(*maps))


def _against_truth(
    found: Filmed,
    film: Film,
    take: StoredTake,
    truths: dict[int, NDArray[np.uint8]],
    chosen: list[int],
    picture: NDArray[np.uint8],
) -> None:
    """Of what stands still: movers hide other things in the look than they do now."""
    stage, fill = film.stage, picture.reshape(-1, 3).mean(0)
    first = Raycaster(film.frame_sets[0])
    for i in chosen:
        pixels = pixel_gbuffer(Raycaster(film.frame_sets[i]), *film.cameras[i], *stage.size)
        still = film.still(pixels.anchor)
        seen = visible_from(pixels, first, stage.camera, stage.size, still).seen
        made, unseen = take.image(i), never_seen(pixels, seen | ~still)
        found.seen.add(made, truths[i], seen)
        found.unseen.add(made, truths[i], unseen)
        found.colors.add(made, truths[i], fill, np.where(unseen, pixels.anchor, 0))


def gain(found: Filmed) -> float:
    """Decibels that memory brings: the least of loop, static and moving."""
    gains = [found.loop - found.loop_without]
    with_, without = found.within, found.within_without
    if with_ and without and with_.static_psnr is not None and without.static_psnr is not None:
        gains.append(with_.static_psnr - without.static_psnr)
        shared = with_.moving_psnr.keys() & without.moving_psnr.keys()
        gains += [mean(with_.moving_psnr[name] - without.moving_psnr[name] for name in shared)] if shared else []
    return min(gains)
