"""The checks of a take or seed view before it becomes a job. Each failure is one sentence and the next step."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.arrays import Array, Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.live import SurfaceRequest, ViewRequest
from blender_mirage.wire.messages import (
    ANCHORED_BY,
    LAMP_KINDS,
    EngineInfo,
    Greybox,
    SeedViewRequest,
    TakeInfo,
    TakeRequest,
)

from ..errors import Conflict, EngineUnavailable, InvalidRequest
from ..worlds.mesh_store import MeshStore

MIN_SIDE, MAX_SIDE, SIDE_STEP = 64, 4096, 4
MAX_FRAMES = 10_000
MAX_STEPS = 100
MAX_POINTS = 200_000
MAX_SEED = 2**63 - 1
_ROTATION_TOLERANCE = 1e-4
_RATE_TOLERANCE = 1e-6


def check_engine(engines: Sequence[EngineInfo], name: str, weights: str = "") -> EngineInfo:
    """The engine `name`, if it is ready and has the weights asked for (any, when empty).

    Raises InvalidRequest (unknown), EngineUnavailable (what it lacks), Conflict (other weights).
    """
    known = {engine.name: engine for engine in engines}
    if name not in known:
        raise InvalidRequest(f"There is no engine {name[:60]!r}.", f"Choose one of: {', '.join(known)}.")
    engine = known[name]
    if not engine.ready:
        raise EngineUnavailable(f"The engine {name} is not ready.", engine.lacks)
    if weights and weights != engine.weights:
        raise Conflict(
            f"The take asks for the weights {weights[:60]}; installed are {engine.weights}.",
            "Install those weights, or leave the weights open to make the take with the installed ones.",
        )
    return engine


def check_rate(engine: EngineInfo, request: TakeRequest) -> None:
    """Raises Conflict where the cameras were not sampled at the rate that the engine has of its own."""
    if engine.fps <= 0:
        return
    if not math.isclose(request.fps, engine.fps, rel_tol=_RATE_TOLERANCE):
        raise Conflict(
            f"The engine {engine.name} makes {engine.fps:.6g} frames a second, the take asks for {request.fps:.6g}.",
            "Generate again: the cameras are then read at the engine's frames.",
        )
    if any(after - before != 1 for before, after in zip(request.frames, request.frames[1:], strict=False)):
        raise Conflict(
            f"The engine {engine.name} makes frames that follow each other, and some are left out.", "Generate again."
        )


def check_take(request: TakeRequest, arrays: Arrays) -> None:
    """Raises InvalidRequest, or MalformedMessage for the greybox tracks."""
    _check_size(request.height, request.width)
    frames = len(request.frames)
    if not 1 <= frames <= MAX_FRAMES:
        raise InvalidRequest(
            f"A take has 1 to {MAX_FRAMES} frames, got {frames}.", "Change the frame range, or split the shot."
        )
    if len(set(request.frames)) != frames:
        raise InvalidRequest("A frame number appears twice in the take.", "Change the frame range of the shot.")
    if not 1 <= request.steps <= MAX_STEPS:
        raise InvalidRequest(f"Steps must be from 1 to {MAX_STEPS}, got {request.steps}.", "4 is a good number.")
    if request.fps <= 0:
        raise InvalidRequest(f"Frames per second must be positive, got {request.fps}.", "Set the scene's frame rate.")
    _check_seed_and_strength(request.seed, request.look_strength)
    _check_cameras(arrays, frames)
    _check_greybox(request.greybox, arrays, frames)


def check_view(request: ViewRequest, arrays: Arrays) -> None:
    """Raises InvalidRequest, or MalformedMessage for the greybox tracks."""
    _check_seed_and_strength(request.seed, request.look_strength)
    if not 0 <= request.steps <= MAX_STEPS:
        raise InvalidRequest(f"Steps must be from 0 to {MAX_STEPS}, got {request.steps}.", "4 is a good number.")
    _check_question(request, arrays)


def check_surface(request: SurfaceRequest, arrays: Arrays) -> None:
    """Raises InvalidRequest, or MalformedMessage for the greybox tracks."""
    if not 1 <= request.points <= MAX_POINTS:
        raise InvalidRequest(
            f"Surfaces are judged at 1 to {MAX_POINTS} points, got {request.points}.", "40000 is a good number."
        )
    _check_question(request, arrays)


def _check_question(request: ViewRequest | SurfaceRequest, arrays: Arrays) -> None:
    """The camera and the set of it."""
    _check_size(request.height, request.width)
    _check_cameras(arrays, frames=1)
    if request.greybox is not None:
        _check_greybox(request.greybox, arrays, frames=1)


def check_seed_view(request: SeedViewRequest, arrays: Arrays) -> None:
    """Raises InvalidRequest, or MalformedMessage for the greybox tracks."""
    image = _image(arrays)
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE or max(height, width) > MAX_SIDE:
        raise InvalidRequest(
            f"The look must have sides of {MIN_SIDE} to {MAX_SIDE} pixels, got {width} x {height}.",
            "Scale the picture.",
        )
    depth = arrays.get("depth")
    if depth is not None and (depth.shape != (height, width) or depth.dtype != np.float32):
        raise InvalidRequest(
            f"Expected 'depth' [{height},{width}] float32, got {list(depth.shape)} {depth.dtype}.",
            "Send one depth a pixel of the look, in metres; 0 where there is none.",
        )
    alpha = arrays.get("alpha")
    if alpha is not None and (alpha.shape != (height, width) or alpha.dtype != np.uint8):
        raise InvalidRequest(
            f"Expected 'alpha' [{height},{width}] uint8, got {list(alpha.shape)} {alpha.dtype}.",
            "Send the opacity of each pixel of the look, 255 where it is opaque.",
        )
    _check_cameras(arrays, frames=1)
    _check_greybox(request.greybox, arrays, frames=1)


def check_paint_over(request: SeedViewRequest, arrays: Arrays, take: TakeInfo) -> None:
    """Raises InvalidRequest. take: the one that was painted on."""
    image = _image(arrays)
    if request.frame not in take.frames:
        raise InvalidRequest(
            f"The take has the frames {min(take.frames)} to {max(take.frames)}, and no frame {request.frame}.",
            "Name the frame that was painted on.",
        )
    if image.shape[:2] != (take.height, take.width):
        raise InvalidRequest(
            f"The paint-over is {image.shape[1]} x {image.shape[0]} pixels, the frame under it {take.width} x "
            f"{take.height}.",
            "Paint on the frame as it is, without scaling or cropping it.",
        )


def check_meshes(meshes: MeshStore, greybox: Greybox) -> None:
    """Raises Conflict when a mesh or vertex track of the greybox has not been sent."""
    wanted = {instance.mesh for instance in greybox.instances}
    wanted |= {instance.vertex_track for instance in greybox.instances if instance.vertex_track}
    missing = meshes.missing(wanted)
    if missing:
        raise Conflict(
            f"{len(missing)} of the {len(wanted)} meshes of the set have not been sent.",
            "Ask for /missing-meshes, send those, then submit again.",
        )


def _check_size(height: int, width: int) -> None:
    for name, side in (("height", height), ("width", width)):
        if not MIN_SIDE <= side <= MAX_SIDE or side % SIDE_STEP:
            raise InvalidRequest(
                f"The {name} must be a multiple of {SIDE_STEP} from {MIN_SIDE} to {MAX_SIDE}, got {side}.",
                "Change the resolution of the shot.",
            )


def _check_seed_and_strength(seed: int, look_strength: float) -> None:
    if not 0 <= seed <= MAX_SEED:
        raise InvalidRequest(f"The seed must be from 0 to {MAX_SEED}, got {seed}.", "Choose another seed.")
    if not 0 <= look_strength <= 1:
        raise InvalidRequest(
            f"The strength of the look must be from 0 to 1, got {look_strength}.", "1 follows it in full."
        )


def _check_cameras(arrays: Arrays, frames: int) -> None:
    c2w, intrinsics = _finite(arrays, "c2w", (frames, 4, 4)), _finite(arrays, "K", (frames, 3, 3))
    rotation = c2w[:, :3, :3]
    straight = np.abs(rotation @ rotation.transpose(0, 2, 1) - np.eye(3)).max() <= _ROTATION_TOLERANCE
    if not straight or np.any(np.linalg.det(rotation) <= 0) or np.any(c2w[:, 3] != (0, 0, 0, 1)):
        raise InvalidRequest(
            "A camera matrix is not a rotation and a place.", "Look for a sheared or mirrored parent of the camera."
        )
    # A mirrored camera has a negative one across: its picture is mirrored, as Blender renders it.
    if np.any(intrinsics[:, 0, 0] == 0) or np.any(intrinsics[:, 1, 1] <= 0) or np.any(intrinsics[:, 2] != (0, 0, 1)):
        raise InvalidRequest(
            "A camera has no positive focal length.", "Use a perspective camera with a lens longer than 0."
        )
    _check_clip(arrays, frames)


def _check_clip(arrays: Arrays, frames: int) -> None:
    if "clip" not in arrays:
        return
    clip = _a_frame(arrays, "clip", (frames, 2))
    bad = np.flatnonzero(~((clip[:, 0] >= 0) & (clip[:, 1] > clip[:, 0])))
    if len(bad):
        near, far = clip[bad[0]]
        raise InvalidRequest(
            f"A camera sees nothing at frame index {bad[0]}: it is clipped before {near:g} m and beyond {far:g} m.",
            "Set the camera's Clip End to more than its Clip Start.",
        )


def _check_greybox(greybox: Greybox, arrays: Arrays, frames: int) -> None:
    GreyboxTracks.from_arrays(greybox, arrays, frames)
    _check_anchors(greybox, arrays)
    for lamp in greybox.lamps:
        if lamp.kind not in LAMP_KINDS:
            raise InvalidRequest(f"There is no lamp of the kind {lamp.kind[:20]!r}.", f"Use {', '.join(LAMP_KINDS)}.")


def _check_anchors(greybox: Greybox, arrays: Arrays) -> None:
    """An anchor is one instance's, or that of several which take turns."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, instance in enumerate(greybox.instances):
        if instance.anchored_by not in ANCHORED_BY:
            raise InvalidRequest(
                f"Nothing is anchored by {instance.anchored_by[:20]!r}.", f"Use {', '.join(ANCHORED_BY)}."
            )
        rows.setdefault((instance.anchor, instance.anchored_by), []).append(row)
    turns = [len(same) == 1 or how == "place" and _take_turns(arrays, same) for (_, how), same in rows.items()]
    if not all(turns) or len({anchor for anchor, _ in rows}) != len(rows) or any(not anchor for anchor, _ in rows):
        raise InvalidRequest("Two instances of the set have the same anchor, or one has none.", "Send the set again.")


def _take_turns(arrays: Arrays, rows: list[int]) -> bool:
    """Whether at most one of the instances is visible in a frame."""
    return bool(np.all((arrays["visible"][rows] > 0).sum(0) <= 1))


def _image(arrays: Arrays) -> Array:
    image = _array(arrays, "image")
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise InvalidRequest(
            f"Expected 'image' [H,W,3] uint8, got {list(image.shape)} {image.dtype}.", "Send it as sRGB pixels."
        )
    return image


def _array(arrays: Arrays, name: str) -> Array:
    if name not in arrays:
        raise InvalidRequest(f"The request lacks the array {name!r}.", "Update the add-on.")
    return arrays[name]


def _a_frame(arrays: Arrays, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = _array(arrays, name)
    if array.shape != shape or array.dtype != np.float64:
        raise InvalidRequest(
            f"Expected {name!r} with the shape {list(shape)} float64, got {list(array.shape)} {array.dtype}.",
            "There must be one camera a frame: update the add-on.",
        )
    return array


def _finite(arrays: Arrays, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = _a_frame(arrays, name, shape)
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        raise InvalidRequest(
            f"The array {name!r} is not finite at frame index {bad[0][0]} (value {array[tuple(bad[0])]}).",
            "Look for a driver or constraint of the camera that divides by zero there.",
        )
    return array
