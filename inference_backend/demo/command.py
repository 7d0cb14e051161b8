"""`mirage demo`, step by step."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.messages import TakeRequest

from ..config import load_config
from ..errors import BackendError, InvalidRequest
from ..evaluation.consistency import StoredTake
from ..storage.atomic import write_atomic
from ..worlds.take_files import TakeFiles
from .backend import DemoBackend
from .baseline import ends_without_memory
from .figures import DemoFigures, measure, to_json, to_table
from .folder import claim_folder
from .pages import write_demo_animatic, write_demo_sheet
from .steps import addon

SHOTS = ("corner_walk", "reverse")
"""The demo set's shots; the first closes its loop."""
STEPS = 5
WIDTHS = (128, 2048)
LOOK_WIDTH = 1024
LOOK_SAMPLES = 16
"""Of Cycles, denoised: about half a minute on two cores."""


def run_demo(out: Path, width: int = 512, data_dir: Path | None = None) -> DemoFigures:
    """Builds the demo set, generates its shots, measures them, and prints a summary. Returns the figures.

    `out` is never overwritten (see `folder`); `width` is that of the frames, 16:9. Raises BackendError.
    """
    if width % 8 or not WIDTHS[0] <= width <= WIDTHS[1]:
        raise InvalidRequest(
            f"The width {width} is no multiple of 8 from {WIDTHS[0]} to {WIDTHS[1]}.", "Try --width 512."
        )
    data_dir = load_config({"data_dir": data_dir}).data_dir
    folder = claim_folder(out.absolute())
    print(f"The demo goes to {folder}")
    clock = _Clock()
    blend, look = folder / "demo.blend", folder / "look.png"
    with clock.step("set", "Building the set with bpy"):
        addon(["demo-set", str(blend)], data_dir, show=False)
    with clock.step("look", "Rendering one frame with Cycles: the look"):
        # Finer than the frames: what stands far away in the look is near in a later shot.
        size = ["--width", str(max(width, LOOK_WIDTH)), "--samples", str(LOOK_SAMPLES)]
        addon(["look", str(blend), str(look), *size], data_dir, show=False)
    with DemoBackend(data_dir, folder / "backend.log") as backend:
        with clock.step("generate", "Generating both shots, as the panel's button does"):
            frames = folder / "mirage"
            choice = ["--shots", "all", "--look", str(look), "--width", str(width)]
            addon(["generate", str(blend), *choice, "--out", str(frames), "--save"], data_dir, show=True)
            sidecars = [_sidecar(frames, shot) for shot in SHOTS]
            walk, reverse = (StoredTake(data_dir, str(sidecar["take_id"])) for sidecar in sidecars)
        picture = _look_at_size(look, walk)
        with clock.step("baseline", "Generating the loop's two ends again, with memory off"):
            fork = backend.fork_world(walk.info.world_id, "Demo, memory off")
            request, arrays = from_bundle(TakeRequest, TakeFiles(data_dir).request(walk.info.take_id))
            baseline_id = backend.make_take(fork.world_id, *ends_without_memory(request, arrays), _show_progress)
        with clock.step("measure", "Measuring, cutting the animatic, printing the contact sheet"):
            baseline = StoredTake(data_dir, baseline_id)
            write_demo_animatic(folder / "animatic.mp4", [walk, reverse], data_dir)
            write_demo_sheet(folder / "contact_sheet.png", picture, [walk, reverse])
            figures = measure(walk, reverse, baseline, picture, clock.seconds, _transfers(sidecars))
        backend.delete_world(fork.world_id)
    clock.finish()
    write_atomic(folder / "report.json", to_json(figures).encode())
    print(f"\n{to_table(figures)}\n\nOpen {blend} in Blender, or look at {folder / 'contact_sheet.png'}")
    return figures


class _Clock:
    """Announces the steps and keeps their wall seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = time.monotonic()

    @contextmanager
    def step(self, name: str, text: str) -> Iterator[None]:
        print(f"[{len(self.seconds) + 1}/{STEPS}] {text}", flush=True)
        start = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - start

    def finish(self) -> None:
        self.seconds["total"] = time.monotonic() - self._start


def _sidecar(frames: Path, shot: str) -> dict[str, Any]:
    """The facts beside the shot's newest take. Raises BackendError where `generate` left none."""
    sidecars = sorted(frames.glob(f"{shot}/v*/take.json"))
    if not sidecars:
        raise BackendError(f"No take of the shot {shot!r} lies in {frames}.", "Look at the words of `generate` above.")
    facts: dict[str, Any] = json.loads(sidecars[-1].read_text(encoding="utf-8"))
    return facts


def _transfers(sidecars: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds by shot that the add-on took to fetch and write the frames."""
    return {str(facts["shot"]): float(facts["seconds"]["transfer"]) for facts in sidecars}


def _look_at_size(path: Path, take: StoredTake) -> np.ndarray:
    """[H,W,3] uint8: the look at the size of the take's frames."""
    with Image.open(path) as picture:
        size = (take.info.width, take.info.height)
        return np.array(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS))


def _show_progress(done: int, total: int) -> None:
    if total and sys.stdout.isatty():
        print(f"\r  {done}/{total}", end="\n" if done == total else "", flush=True)
