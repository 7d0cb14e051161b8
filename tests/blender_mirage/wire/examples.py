"""One example of every message of the contract, each field with a value that is not its default."""

from __future__ import annotations

from blender_mirage.wire import history, live, survey
from blender_mirage.wire import messages as wire
from blender_mirage.wire.problems import Problem
from blender_mirage.wire.prompt import Vocabulary

WORLD, TAKE, JOB = "a" * 32, "b" * 32, "c" * 32
GREYBOX = wire.Greybox(
    instances=(
        wire.Instance(
            anchor="crate-1",
            name="Crate",
            mesh="d" * 32,
            materials=(wire.Material("wood", (0.5, 0.25, 0.125)),),
            vertex_track="e" * 32,
            anchored_by="place",
        ),
    ),
    lamps=(wire.Lamp("SPOT", (1.0, 0.5, 0.25), 100.0, size=0.5, spot_angle=1.25, spot_blend=0.75),),
    ambient=(0.125, 0.25, 0.5),
)
STATUS = wire.JobStatus(
    JOB,
    "take",
    "failed",
    WORLD,
    TAKE,
    "decode",
    3,
    8,
    "There was no room to write a frame.",
    "Free space.",
    "2026-01-01",
)
WORLD_INFO = wire.WorldInfo(WORLD, "Ørsted's corridor", "2026-01-01T00:00:00+00:00", takes=2, seed_views=1, tokens=9)

VOCABULARY = Vocabulary(("wood", "fog"), {"film noir": ("wood", "fog")}, ("the",), ("no",))
COMMIT = history.Commit(
    TAKE,
    "take",
    "live",
    3,
    "2026-01-01T00:00:00+00:00",
    "ada",
    "shot 1",
    "previz",
    "0123456789abcdef",
    7,
    2,
    9,
    144,
    frame=12,
    camera="Camera",
    over_take="f" * 32,
)
TAKE_REQUEST = wire.TakeRequest(
    shot="shot 1",
    engine="previz",
    height=288,
    width=512,
    frames=(101, 102),
    fps=24.0,
    seed=7,
    greybox=GREYBOX,
    prompt="night, neon",
    steps=3,
    use_memory=False,
    weights="0123456789abcdef",
    base_take=TAKE,
    author="ada",
    look_strength=0.5,
    scene_frames=(101.0, 102.5),
    scene_fps=25.0,
)

EXAMPLES = (
    GREYBOX,
    wire.NewWorld("Ørsted's corridor"),
    WORLD_INFO,
    wire.WorldList((WORLD_INFO,)),
    wire.WorldStats(
        WORLD,
        tokens=9,
        bytes=144,
        anchors=3,
        segments=2,
        budget_bytes=1024,
        resident_tokens=8,
        resident_bytes=128,
        evicted_tokens=1,
    ),
    wire.MeshHashes(("d" * 32, "e" * 32)),
    wire.SeedViewRequest("look", "previz", GREYBOX, 12, "ada", "Camera", TAKE),
    TAKE_REQUEST,
    wire.TakeInfo(
        take_id=TAKE,
        world_id=WORLD,
        shot="shot 1",
        engine="previz",
        weights="0123456789abcdef",
        seed=7,
        prompt="night, neon",
        height=288,
        width=512,
        frames=(101, 102),
        fps=24.0,
        frames_done=2,
        state="done",
        created="2026-01-01T00:00:00+00:00",
        key_frames=(0,),
        coverage=0.5,
        seconds={"read": 0.25, "decode": 1.5},
        reused=(1,),
        base_take=TAKE,
        author="ada",
        look_strength=0.5,
        unknown_words=("neon",),
    ),
    STATUS,
    wire.JobList((STATUS,)),
    wire.JobEvent(4, "frame", "running", "decode", 3, 8, index=2, message="A frame.", hint="Look at it."),
    wire.Health(
        version="0.1.0",
        protocol=1,
        device="cpu",
        vram_held=1,
        vram_free=2,
        queue_length=3,
        engines=(wire.EngineInfo("previz", False, "Its weights.", "0123456789abcdef", VOCABULARY, 16.0),),
        data_dir="data",
        worker="busy",
    ),
    history.History(WORLD, (COMMIT,)),
    history.ForgetRequest("crate-1", (0.0, 0.0, 0.0, 1.0, 2.0, 3.0), TAKE, True, GREYBOX),
    history.Forgotten(commits=1, tokens=9, bytes=144),
    history.Budget(512),
    history.AnchorList(WORLD, (history.AnchorInfo("crate-1", "Crate", 9),)),
    history.WorldComparison(
        WORLD, "f" * 32, (TAKE,), (COMMIT,), (COMMIT,), (history.AnchorDifference("crate-1", 9, 8),)
    ),
    survey.SurveyRequest(TAKE_REQUEST, (TAKE,), False),
    survey.Survey(
        TAKE,
        WORLD,
        "shot 1",
        (survey.FrameSurvey(101, 0.5, 0.25, 0.25, "1" * 16, "2" * 16, "3" * 16),),
        (survey.Staleness(TAKE, "shot 1", (101,), ("camera",)),),
    ),
    live.ViewRequest("previz", 144, 256, 12, "4" * 32, GREYBOX, "night, neon", 7, 0.5, 4),
    live.ViewInfo(12, 0.5, 0.25, 0.25, {"raycast": 0.25}),
    live.SurfaceRequest("previz", 144, 256, "4" * 32, GREYBOX, 1000),
    live.SurfaceInfo(0.5, 0.25, 0.25, 0.125, (51200.0, 0.0, -1024.0)),
    Problem("disk_full", "There was no room to write a frame.", "Free space."),
)
