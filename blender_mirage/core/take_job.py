"""What one press of Generate asks for, and what comes back of it: values only, resolved by names and ids.

An `Order` is read from the scene on the main thread and worked off by a `JobWatcher` on its own. Between the two may
lie undo, renames and a file load, so nothing here points into Blender.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..wire.arrays import Arrays
from ..wire.codec import to_plain
from ..wire.messages import Health, SeedViewRequest, TakeInfo, TakeRequest, WorldInfo
from .backend_process import BackendSettings
from .camera_path import CameraPath
from .greybox_read import GreyboxRead
from .pending_takes import PendingFile, PendingTake
from .scene_key import SceneKey
from .shots import Shot
from .world_report import CoverageSeen, WorldSeen


@dataclass(frozen=True, eq=False)
class SeedView:
    """The look with the camera that saw it."""

    name: str
    image: NDArray[np.uint8]
    """[H,W,3] sRGB."""
    camera: CameraPath
    """One frame, K in pixels of `image`."""
    greybox: Callable[[], GreyboxRead]
    """Packs the set at that frame; costly, so it is called on the watcher's thread."""
    author: str = ""
    alpha: NDArray[np.uint8] | None = None
    """[H,W] where the picture is transparent, nothing of it is written; None: it is opaque."""
    camera_name: str = ""

    def key(self, world_id: str) -> str:
        """Equal for the same look seen from the same place in the same world, so that it is written once."""
        digest = hashlib.blake2b(digest_size=16)
        for part in (self.image, *self.camera.arrays().values(), *([] if self.alpha is None else [self.alpha])):
            digest.update(np.ascontiguousarray(part).tobytes())
        return f"{world_id}:{digest.hexdigest()}"

    def request(self, engine: str, read: GreyboxRead) -> tuple[SeedViewRequest, Arrays]:
        arrays: Arrays = {"image": self.image, **self.camera.arrays()}
        if self.alpha is not None:
            arrays["alpha"] = self.alpha
        frame = self.camera.frames[0]
        request = SeedViewRequest(self.name, engine, read.greybox, frame, self.author, self.camera_name)
        return request, arrays | read.tracks.to_arrays()


@dataclass(frozen=True, eq=False)
class TakeJob:
    """One shot to be made into one take."""

    shot: Shot
    camera: CameraPath
    greybox: Callable[[], GreyboxRead]
    """As in `SeedView`, over the camera's frames."""
    engine: str
    seed: int
    prompt: str = ""
    steps: int = 4
    use_memory: bool = True
    look_strength: float = 1.0
    author: str = ""
    base_take: str = ""
    """Frames that are still right are taken over from it."""
    look: SeedView | None = None
    """Of this shot alone: written into the world right before the take is made."""
    seeded: str = ""
    """Key of the look of this shot that the world holds already."""
    shows: tuple[tuple[int, ...], ...] = ()
    """Where the engine has a rate of its own: Blender's frames that show each of the camera's; see `engine_time`."""
    scene_fps: float = 0.0
    """The scene's own rate, where the camera has the engine's."""

    def request(self, read: GreyboxRead) -> tuple[TakeRequest, Arrays]:
        request = TakeRequest(
            shot=self.shot.name,
            engine=self.engine,
            height=self.camera.height,
            width=self.camera.width,
            frames=self.camera.frames,
            fps=self.camera.fps,
            seed=self.seed,
            greybox=read.greybox,
            prompt=self.prompt,
            steps=self.steps,
            use_memory=self.use_memory,
            base_take=self.base_take,
            author=self.author,
            look_strength=self.look_strength,
            scene_frames=self.camera.places,
            scene_fps=self.scene_fps,
        )
        return request, self.camera.arrays() | read.tracks.to_arrays()


@dataclass(frozen=True)
class ShotIdentity:
    """What tells a shot's takes from others'; see `shot_identity`."""

    shot_id: str
    names: tuple[str, ...] = ()
    """That it had, and has."""
    print: str = ""
    """Of what it is made with; see `scene.shot_prints`."""
    read: str = ""
    """When that was."""


@dataclass(frozen=True, eq=False)
class Order:
    """The takes of one press of Generate, in the order in which they are made."""

    order_id: str
    scene: SceneKey
    settings: BackendSettings
    base: Path
    """Folder that holds a folder a shot."""
    takes: tuple[TakeJob, ...]
    world_id: str = ""
    """Empty: the world called `world_name`, made where there is none; both empty: a new one called `new_world_name`."""
    world_name: str = ""
    new_world_name: str = "World"
    seed_view: SeedView | None = None
    seeded: str = ""
    """Key of the seed view that the world holds already."""
    stale_only: bool = False
    """Shots whose last take is up to date are left out; of the others, frames that are still right are taken over."""
    identities: dict[str, ShotIdentity] = field(default_factory=dict)
    """By the shots' names."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else goes into the sidecar of every take: versions, the name of the .blend."""
    release: Callable[[], None] | None = None
    """Called when the order is over, however it ended: what its greyboxes are loaded from may go."""


def sidecar_facts(order: Order, job: TakeJob, request: TakeRequest) -> dict[str, Any]:
    """What made the take, beside what the backend says of it. The set itself stays there, under the take's id."""
    asked = to_plain(request)
    del asked["greybox"]
    camera = {
        "name": job.shot.camera,
        "id": job.shot.camera_id,
        "poses_c2w": job.camera.c2w.tolist(),
        "intrinsics": job.camera.K.tolist(),
        "clip": job.camera.clip.tolist(),
    }
    shows = {"shows": job.shows} if job.shows else {}
    name = job.shot.name
    identity = order.identities.get(name, ShotIdentity(name))
    whose = {"scene": order.scene.scene_id, "scene_name": order.scene.name}
    which = {"shot_id": identity.shot_id, "shot_names": identity.names}
    if identity.print:
        which |= {"print": identity.print, "read": identity.read}
    return {**order.facts, **whose, **which, "request": asked, "camera": camera, **shows}


@dataclass(frozen=True)
class BackendReady:
    """A backend answered."""

    url: str
    health: Health
    worlds: tuple[WorldInfo, ...] | None
    """None: not asked again."""
    started_here: bool
    """This add-on started it just now."""


@dataclass(frozen=True)
class WorldChosen:
    world: WorldInfo


@dataclass(frozen=True)
class WorldDeleted:
    world_id: str


@dataclass(frozen=True)
class LookWritten:
    """The seed view is in the world's memory."""

    key: str
    shot: str = ""
    """The shot whose own look it is; empty for the scene's."""


@dataclass(frozen=True)
class LookRendered:
    """A look lies on disk."""

    path: Path
    frame: int
    """Blender's frame number."""
    camera: str
    camera_id: str


@dataclass(frozen=True)
class Progress:
    """What goes on now. `total` is 0 where no end is known."""

    title: str
    """The shot, or what is done before any."""
    phase: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class FrameSaved:
    shot: str
    frame: int
    path: Path
    take: PendingTake


@dataclass(frozen=True)
class Note:
    """A warning that does not stop the work."""

    text: str


@dataclass(frozen=True)
class Trouble:
    """The backend does not answer; what happened and the next step. Both empty: it does again."""

    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class TakeSaved:
    """The frames of a take lie on disk: all of them, or those finished before it was cancelled or failed."""

    pending: PendingFile
    """Whoever shows the take closes it."""
    folder: Path
    frames: tuple[int, ...]
    info: TakeInfo

    @property
    def shot(self) -> Shot:
        return self.pending.take.shot


@dataclass(frozen=True)
class Ended:
    """The last word on an order (or on a connection): `state` is one of done, failed, cancelled, or idle where there
    was nothing to do."""

    state: str
    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class SetUpProgress:
    """What setting the backend up does now. `total` is 0 where no end is known."""

    text: str
    done: int = 0
    total: int = 0
    notes: tuple[str, ...] = ()
    """What was decided, for the user to read."""


@dataclass(frozen=True)
class SetUpEnded:
    """The last word of a set-up: `state` is one of done, failed, cancelled."""

    state: str
    message: str
    hint: str = ""
    log: str = ""
    """Path of what pip said; empty where it never ran."""
    version: str = ""
    """Of the backend that was to be set up."""


Happening = (
    BackendReady
    | WorldChosen
    | WorldDeleted
    | LookWritten
    | LookRendered
    | Progress
    | FrameSaved
    | Note
    | Trouble
    | TakeSaved
    | WorldSeen
    | CoverageSeen
    | SetUpProgress
    | SetUpEnded
    | Ended
)


@dataclass(frozen=True)
class Update:
    """One happening of one order, as it travels from a watcher's thread to the pump."""

    order_id: str
    what: Happening
