"""Surfaces that the look shows, and surfaces that it does not, from other cameras: against the true render."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...editorial.greybox_picture import shade_greybox
from ...greybox.gbuffer import GBuffer
from ...greybox.geometry import SKY
from ...models.protocol import Engine
from .references import HOLE, Shown, carried, latent_cloud, pixel_cloud, shown
from .stage import Stage
from .studio import Camera, Studio
from .tally import BLURS, Mask, Picture, Tally, add_blurred
from .visible import eroded, visible_from

BASELINES = {
    "latent cloud": (latent_cloud, 0),
    "latent cloud, holes filled": (latent_cloud, HOLE),
    "pixel cloud": (pixel_cloud, 0),
    "pixel cloud, holes filled": (pixel_cloud, HOLE),
}
"""As the memory benchmark has them, and with the holes filled that a splat leaves where the camera comes nearer."""
_OBJECT_PIXELS = 100
"""Fewer of an object are not worth a mean colour."""


@dataclass
class Colors:
    """Mean colours of the never-seen parts of objects."""

    ours: list[float] = field(default_factory=list)
    """Distance from the truth's, levels of 255, one an object and picture."""
    fill: list[float] = field(default_factory=list)
    """The same where all is filled with the look's mean colour."""

    def add(self, made: Picture, truth: Picture, fill: NDArray[np.float64], anchor: NDArray[np.int32]) -> None:
        """anchor: [H,W], SKY where nothing counts."""
        for number in np.unique(anchor[anchor != SKY]):
            rows = anchor == number
            if rows.sum() < _OBJECT_PIXELS:
                continue
            true = truth[rows].mean(0)
            self.ours.append(float(np.linalg.norm(made[rows].mean(0) - true)))
            self.fill.append(float(np.linalg.norm(fill - true)))

    @property
    def ratio(self) -> float | None:
        """Ours against the fill's; None where no object was new."""
        return sum(self.ours) / sum(self.fill) if self.fill and sum(self.fill) > 0 else None


@dataclass
class Found:
    """One set's figures."""

    name: str
    seen: Tally = field(default_factory=Tally)
    carried: Tally = field(default_factory=Tally)
    """The look's own pixels, moved by exact geometry."""
    at_blur: dict[str, tuple[Tally, ...]] = field(
        default_factory=lambda: {name: tuple(Tally() for _ in BLURS) for name in ("ours", *BASELINES)}
    )
    """Of the first camera alone, by blur: ours and BASELINES, to be compared at equal sharpness."""
    unseen: Tally = field(default_factory=Tally)
    colors: Colors = field(default_factory=Colors)
    autoencoder: Tally = field(default_factory=Tally)
    """The seen surfaces of the true picture, encoded and decoded: what the latents can hold."""
    pictures: tuple[Picture, ...] = ()
    """Of the first camera: look, greybox, ours, truth."""


def measure(stage: Stage, engine: Engine, cameras: list[Camera]) -> Found:
    """Each of `cameras` as a take of its own, in a world that holds nothing but the look."""
    found = Found(stage.name)
    picture = stage.truth(stage.camera)
    look = shown(picture, stage.camera, stage.caster, engine)
    with Studio(engine) as studio:
        studio.look(stage.name, stage.pset.frame_set, stage.camera, picture)
        for camera in cameras:
            take = studio.take(stage.name, [stage.pset.frame_set], [camera], stage.size)
            add(found, take.image(0), stage, camera, look, engine)
            studio.forget(take)
    return found


def add(found: Found, made: Picture, stage: Stage, camera: Camera, look: Shown, engine: Engine) -> None:
    """One picture to a set's figures."""
    truth = stage.truth(camera)
    here = shown(truth, camera, stage.caster, engine)
    pixels = here.pixels
    visibility = visible_from(pixels, stage.caster, stage.camera, stage.size)
    seen, unseen = visibility.seen, never_seen(pixels, visibility.seen)
    found.seen.add(made, truth, seen)
    found.carried.add(carried(look, visibility), truth, seen)
    if not found.pictures:
        found.pictures = (look.picture, shade_greybox(stage.caster, *camera, *stage.size), made, truth)
        add_blurred(found.at_blur["ours"], made, truth, seen)
        for name, (baseline, hole) in BASELINES.items():
            add_blurred(found.at_blur[name], baseline([look], engine, camera, here.view, hole), truth, seen)
    found.autoencoder.add(engine.decode(engine.encode(truth), here.view), truth, seen)
    found.unseen.add(made, truth, unseen)
    fill = look.picture.reshape(-1, 3).mean(0)
    found.colors.add(made, truth, fill, np.where(unseen, pixels.anchor, SKY))


def never_seen(pixels: GBuffer, seen: Mask) -> Mask:
    """[H,W] surfaces that the look does not show, two pixels and more from those that it does and from the sky."""
    return eroded(~seen & (pixels.anchor != SKY), 2)
