"""A real engine worker with the tiniest engine: it paints frames of one colour and remembers one token a frame.

Run as a program it takes the worker's own flags. The take's prompt says how it behaves, so that a test can meet every
way in which a job ends: `slow` (polls for a cancel between steps), `stuck` (one endless step), `memory`, `bug`, `disk`.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import from_bundle, to_bundle
from blender_mirage.wire.live import SurfaceInfo, SurfaceRequest, ViewInfo, ViewRequest
from blender_mirage.wire.messages import SeedViewRequest, TakeInfo, TakeRequest
from blender_mirage.wire.survey import FrameSurvey, Staleness, Survey, SurveyRequest
from inference_backend.errors import Cancelled, DiskFull
from inference_backend.generation.context import JobContext, SurveyContext
from inference_backend.generation.events import Event
from inference_backend.jobs.questions import Question
from inference_backend.jobs.queue import DeviceReport
from inference_backend.jobs.worker import main
from inference_backend.storage.images import encode_png
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.world_files import AnchorRecord, WorldFiles


class TinyRunner:
    """Every method of `jobs.runner.Runner`, without a network."""

    def make_take(self, request: TakeRequest, arrays: Arrays, context: JobContext) -> TakeInfo:
        world, takes, take_id = context.world, context.takes, context.take_id
        records = [AnchorRecord(i.anchor, i.mesh, (1.0, 1.0, 1.0)) for i in request.greybox.instances]
        anchors = world.register_anchors(records)
        assert all(context.meshes.get(anchor.rest_mesh) for anchor in anchors)
        _misbehave(request.prompt)
        total = len(request.frames)
        for index in range(total):
            if context.is_cancelled():
                raise Cancelled()
            rgb = np.full((request.height, request.width, 3), (request.seed + index) % 256, np.uint8)
            takes.write_frame(take_id, index, encode_png(rgb))
            context.report(Event("frame", phase="frames", done=index + 1, total=total, index=index))
            if request.prompt == "slow":
                time.sleep(0.05)
        features = arrays["c2w"][:, :3, 3].astype(np.float16)
        world.commit_segment(take_id, "take", {"feature": features}, {"engine": request.engine})
        return replace(takes.info(take_id), frames_done=total, key_frames=(0,))

    def write_seed_view(self, request: SeedViewRequest, arrays: Arrays, context: JobContext) -> None:
        context.report(Event("phase", phase="encode"))
        mean = arrays["image"].mean((0, 1)).astype(np.float16)[None]
        context.world.commit_segment(context.take_id, "seed_view", {"feature": mean}, {"engine": request.engine})

    def make_survey(self, request: SurveyRequest, arrays: Arrays, context: SurveyContext) -> Survey:
        _misbehave(request.take.prompt)
        frames = []
        for index, frame in enumerate(request.take.frames):
            context.step("survey", index, len(request.take.frames))
            known = float(bool(context.world.committed_segments()))
            frames.append(FrameSurvey(frame, known, 0.0, 1 - known, f"{frame:016x}", "0" * 16, "0" * 16))
            if request.pictures:
                context.surveys.write_picture(context.take_id, index, encode_png(np.full((8, 8, 3), index, np.uint8)))
        stale = tuple(Staleness(take_id, request.take.shot, (), ()) for take_id in request.compare)
        return Survey(context.take_id, context.world.world_id, request.take.shot, tuple(frames), stale)

    def answer(self, question: Question, world: WorldFiles, meshes: MeshStore) -> bytes:
        if question.kind == "surface":
            asked, _ = from_bundle(SurfaceRequest, question.bundle)
            known = float(bool(world.committed_segments()))
            info = SurfaceInfo(known, 0.0, 1 - known, 1 - known)
            return to_bundle(info, {"state": np.full(asked.points, 2 * known, np.uint8)})
        request, _ = from_bundle(ViewRequest, question.bundle)
        print("a library may print what it likes")
        _misbehave(request.prompt)
        if request.prompt == "die":
            os._exit(3)
        image = np.full((request.height, request.width, 3), request.seed % 256, np.uint8)
        return to_bundle(ViewInfo(request.frame, 1.0, 0.0, 0.0), {"image": image})

    def device(self) -> DeviceReport:
        return DeviceReport("cpu", vram_held=0, vram_free=0)


def _misbehave(prompt: str) -> None:
    if prompt == "stuck":
        time.sleep(600)
    if prompt == "memory":
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 byte too many")
    if prompt == "bug":
        raise ZeroDivisionError("division by zero")
    if prompt == "disk":
        raise DiskFull("There was no room to write a frame.", "Free space.")


if __name__ == "__main__":
    main(runner=TinyRunner())
