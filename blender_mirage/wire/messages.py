"""Every message of the contract. Units: metres, radians, seconds, linear Rec.709 for colours unless said otherwise.

Arrays that belong to a message travel beside it in a bundle; the docstring names them with shape and dtype.
"""

from __future__ import annotations

from dataclasses import dataclass

from .prompt import Vocabulary

Color = tuple[float, float, float]

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")
FINAL_STATES = frozenset({"done", "failed", "cancelled"})
LAMP_KINDS = ("SUN", "POINT", "SPOT", "AREA")
ANCHORED_BY = ("shape", "place")
EVENT_KINDS = ("state", "phase", "progress", "frame", "note")


@dataclass(frozen=True)
class Material:
    name: str
    """Empty where the surface has none: it is then of its object's own."""
    base_color: Color
    """Viewport display or Principled base colour, linear, 0..1."""


@dataclass(frozen=True)
class Instance:
    """One placed mesh of the greybox."""

    anchor: str
    """Stable id of the object (and instance path); tokens of the memory hang on it."""
    name: str
    mesh: str
    """Content hash of the mesh: arrays `vertices` [V,3] float32 object-local, `triangles` [F,3] int32,
    `face_material` [F] int32 (index into `materials`)."""
    materials: tuple[Material, ...]
    vertex_track: str = ""
    """Content hash of `vertices` [T,V,3] float32 for a mesh that deforms (same topology); empty when rigid."""
    anchored_by: str = "shape"
    """One of ANCHORED_BY. `shape`: tokens lie on the mesh as it was first seen, and follow it as it bends. `place`:
    they lie where the surface is in the object's own space, for what changes its topology; it then has an instance for
    each, with one anchor, of which at most one is visible in a frame."""


@dataclass(frozen=True)
class Lamp:
    kind: str
    """One of LAMP_KINDS. Shines along its local -Z, as Blender's."""
    color: Color
    energy: float
    """Watts (POINT, SPOT, AREA) or W/m2 (SUN), as Blender's."""
    size: float = 0.0
    """Radius in metres (POINT, SPOT), side (AREA) or angular diameter in radians (SUN)."""
    spot_angle: float = 0.0
    """Full cone angle, radians."""
    spot_blend: float = 0.0


@dataclass(frozen=True)
class Greybox:
    """The set over T frames. Arrays: see `greybox.GreyboxTracks`."""

    instances: tuple[Instance, ...]
    lamps: tuple[Lamp, ...] = ()
    ambient: Color = (0.05, 0.05, 0.05)
    """World background colour times strength."""


@dataclass(frozen=True)
class NewWorld:
    name: str


@dataclass(frozen=True)
class WorldInfo:
    world_id: str
    name: str
    created: str
    """ISO 8601, UTC."""
    takes: int = 0
    seed_views: int = 0
    tokens: int = 0


@dataclass(frozen=True)
class WorldList:
    worlds: tuple[WorldInfo, ...]


@dataclass(frozen=True)
class WorldStats:
    world_id: str
    tokens: int
    bytes: int
    anchors: int
    segments: int
    budget_bytes: int = 0
    """How much memory its tokens may take while a take is made; see `history.Budget`."""
    resident_tokens: int = 0
    """How many the last job had in memory."""
    resident_bytes: int = 0
    evicted_tokens: int = 0
    """How many the budget kept out."""


@dataclass(frozen=True)
class MeshHashes:
    hashes: tuple[str, ...]


@dataclass(frozen=True)
class SeedViewRequest:
    """A picture with its camera, written into a world's memory.

    Arrays: `image` [H,W,3] uint8 sRGB, `c2w` [1,4,4] float64, `K` [1,3,3] float64 in pixels of `image`, `clip` [1,2]
    float64 as in `TakeRequest`, and the greybox tracks at that frame (T = 1). Where there is no geometry: `depth` [H,W]
    float32, metres along the optical axis (0 = none), as a network or a scanner estimated it. Where the picture is cut
    out: `alpha` [H,W] uint8; what is less than half opaque is not written.

    A *paint-over* is a frame of a take that somebody painted on: it names the take in `over_take`, and `image`, of that
    frame's own size, is all that it brings. Camera and greybox are those of the frame, and what is sent of them is not
    read; `greybox` may be empty.
    """

    name: str
    engine: str
    greybox: Greybox
    frame: int
    """Blender's frame number; of a paint-over, the one of the take that was painted on."""
    author: str = ""
    """Who asks; for the world's history."""
    camera: str = ""
    """The camera's name; for the world's history."""
    over_take: str = ""
    """Makes it a paint-over: only what was painted is written, and it goes before everything older on those
    surfaces."""


@dataclass(frozen=True)
class TakeRequest:
    """Everything that affects the pixels of a take, so that it can be made again from its sidecar.

    Arrays: `c2w` [T,4,4] float64 (OpenCV axes, metres, Blender's world), `K` [T,3,3] float64 in pixels of
    (height, width), `clip` [T,2] float64 the depths in metres between which the camera sees (without it, all), and the
    greybox tracks over the same T frames.
    """

    shot: str
    engine: str
    height: int
    width: int
    frames: tuple[int, ...]
    """Blender's frame numbers, one an index."""
    fps: float
    seed: int
    greybox: Greybox
    prompt: str = ""
    steps: int = 4
    """Denoising steps of a key frame."""
    use_memory: bool = True
    """False generates every frame on its own: the baseline that the figures compare with."""
    weights: str = ""
    """Hash of the engine's weights that this take must be made with; empty accepts those installed."""
    base_take: str = ""
    """A take of the same world: frames whose camera, greybox and read-out are still what they were are taken over from
    it, and only the others are made."""
    author: str = ""
    """Who asks; for the world's history."""
    look_strength: float = 1.0
    """0..1: how far surfaces that nobody has seen follow the look of what memory holds. At 0 they are made from the
    prompt and the greybox (its colours, its light) alone: without the look as a whole, the palette of their material,
    and what their material looks like elsewhere. Between, the latents are a blend of both. What was seen stays as it
    was seen, whatever the strength."""
    scene_frames: tuple[float, ...] = ()
    """Where the engine has a rate of its own, which `fps` then is: Blender's frame of each index, with its fraction,
    and `frames` are numbers on the engine's timeline. Empty: they are Blender's."""
    scene_fps: float = 0.0
    """The scene's rate, in which `scene_frames` count; 0 where they are empty."""


@dataclass(frozen=True)
class TakeInfo:
    take_id: str
    world_id: str
    shot: str
    engine: str
    weights: str
    seed: int
    prompt: str
    height: int
    width: int
    frames: tuple[int, ...]
    fps: float
    frames_done: int
    state: str
    created: str
    key_frames: tuple[int, ...] = ()
    """Indices that were generated rather than read from memory."""
    coverage: float = 0.0
    """Share of the take's surface cells that the world had seen before the take."""
    seconds: dict[str, float] | None = None
    """Wall seconds by stage: raycast, read, denoise, decode, write, save; in a sidecar also transfer."""
    reused: tuple[int, ...] = ()
    """Indices of frames that were taken over from the base take."""
    base_take: str = ""
    author: str = ""
    look_strength: float = 1.0
    unknown_words: tuple[str, ...] = ()
    """What of the prompt the engine does not know, and so had no effect."""


@dataclass(frozen=True)
class JobStatus:
    job_id: str
    kind: str
    """`take`, `seed_view` or `survey`."""
    state: str
    world_id: str
    take_id: str = ""
    """Also the id of a seed view's segment, or of a survey."""
    phase: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    hint: str = ""
    created: str = ""


@dataclass(frozen=True)
class JobList:
    jobs: tuple[JobStatus, ...]


@dataclass(frozen=True)
class JobEvent:
    """One server-sent event. `number` rises by one within a job, so that a listener can resume after the last seen."""

    number: int
    kind: str
    state: str = ""
    phase: str = ""
    done: int = 0
    total: int = 0
    index: int = -1
    """Index of the frame that became ready (kind `frame`)."""
    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class EngineInfo:
    name: str
    ready: bool
    lacks: str = ""
    """What is missing, with the command that brings it; empty when ready."""
    weights: str = ""
    vocabulary: Vocabulary | None = None
    """The words that it understands, to be read by `prompt.read_prompt`; None where it reads prompts as they stand."""
    fps: float = 0.0
    """Frames a second that it makes and no others, so that a take's cameras are sampled at them; 0: what is asked."""


@dataclass(frozen=True)
class Health:
    version: str
    protocol: int
    device: str
    vram_held: int
    vram_free: int
    queue_length: int
    engines: tuple[EngineInfo, ...]
    data_dir: str = ""
    worker: str = "idle"
    """`idle`, `busy`, `starting` or `down`."""
