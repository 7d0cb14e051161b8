"""Messages about what a world remembers: its commits, what is to be forgotten, and how much it may hold."""

from __future__ import annotations

from dataclasses import dataclass

from .messages import Greybox

COMMIT_KINDS = ("take", "seed_view")
COMMIT_STATES = ("live", "reverted")
SKY, VOID = "sky", "void"
"""Names that stand for an anchor where there is no object: the sky, and points of a picture without geometry."""


@dataclass(frozen=True)
class Commit:
    """What one take or seed view wrote into a world."""

    take_id: str
    kind: str
    """One of COMMIT_KINDS."""
    state: str
    """One of COMMIT_STATES; a reverted commit is kept, out of the world's sight, until it is restored or forgotten."""
    order: int
    """Rises with every commit of the world."""
    created: str
    """ISO 8601, UTC."""
    author: str
    """Who asked for it; empty where the add-on did not say."""
    shot: str
    """The shot of a take, the name of a seed view."""
    engine: str
    weights: str
    seed: int
    """0 for a seed view, which needs none."""
    frames: int
    tokens: int
    bytes: int
    frame: int = -1
    """Blender's frame number that a seed view shows; -1 for a take."""
    camera: str = ""
    """The camera of a seed view, where the add-on said."""
    over_take: str = ""
    """The take that a paint-over was painted on; empty for every other seed view."""


@dataclass(frozen=True)
class History:
    """Every commit of a world, oldest first."""

    world_id: str
    commits: tuple[Commit, ...]


@dataclass(frozen=True)
class ForgetRequest:
    """What to delete for good: exactly one of the four. Arrays (for a box): the greybox tracks at one frame."""

    anchor: str = ""
    """An `Instance.anchor`, in every topology that it had; or SKY or VOID."""
    box: tuple[float, float, float, float, float, float] | None = None
    """Lowest x, y, z and highest x, y, z in Blender's world, metres: what lies inside where `greybox` stands now."""
    take_id: str = ""
    """A take or a seed view, with its frames or its picture."""
    everything: bool = False
    """Every commit with its frames and pictures; the world stays, empty."""
    greybox: Greybox | None = None


@dataclass(frozen=True)
class Forgotten:
    """What a ForgetRequest deleted."""

    commits: int
    """Commits of which nothing is left."""
    tokens: int
    bytes: int


@dataclass(frozen=True)
class Budget:
    """How much memory a world's tokens may take while a take is made. What exceeds it stays on the disk, unread."""

    mebibytes: int


@dataclass(frozen=True)
class AnchorInfo:
    """What a world remembers of one object."""

    anchor: str
    """`Instance.anchor`, or SKY or VOID."""
    name: str
    """For people; empty where it is not known."""
    tokens: int


@dataclass(frozen=True)
class AnchorList:
    world_id: str
    anchors: tuple[AnchorInfo, ...]
    """Those with most tokens first."""


@dataclass(frozen=True)
class WorldComparison:
    """Two worlds side by side: a fork and what it came from, as a rule. Live commits only."""

    first: str
    second: str
    shared: tuple[str, ...]
    """Ids of the takes and seed views that both remember, in the first one's order."""
    only_first: tuple[Commit, ...]
    only_second: tuple[Commit, ...]
    anchors: tuple[AnchorDifference, ...]
    """The objects of which they remember different amounts."""


@dataclass(frozen=True)
class AnchorDifference:
    anchor: str
    first_tokens: int
    second_tokens: int
