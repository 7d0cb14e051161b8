"""One camera, one frame, now: what a take would show there, without a plan and without learning anything.

Where memory knows the surfaces the frame is read and refined, as a take's frames are. Where it does not, it is the
refiner's guess, or generated in a few steps from a seed; either way a camera that stands still shows one and the same
picture.
"""

from __future__ import annotations

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.live import ViewInfo, ViewRequest

from ..greybox.clip import clips_of
from ..memory.cells import Cells
from .coverage_picture import NEVER, PARTLY, SEEN
from .live_sets import LiveContext
from .look_strength import following
from .observe import observe
from .plan import WORTH_GENERATING
from .stopwatch import Stopwatch
from .survey import coverage
from .void import read_void


def make_view(request: ViewRequest, arrays: Arrays, context: LiveContext) -> bytes:
    """The bundle of a ViewInfo with its image. Raises UnknownSet, NotFound (a mesh that was never sent)."""
    watch = Stopwatch()
    engine = following(context.engine, request.look_strength)
    c2w, K, clip = arrays["c2w"][0], arrays["K"][0], clips_of(arrays, 1)[0]
    size = (request.height, request.width)
    with watch.stage("set"):
        place, memory = context.at(request.set_key, request.greybox, arrays)
    with watch.stage("raycast"):
        view = observe(place.caster.clipped(clip), c2w, K, *size, engine.spec.stride, place.lightmap)
    with watch.stage("read"):
        K_latent = K.copy()
        K_latent[:2] /= engine.spec.stride
        cells = Cells.from_gbuffer(view.cells, engine.device)
        view, cells, readout = read_void(view, cells, memory, c2w, K_latent, clip)
        state = coverage(readout, memory.tokens, cells)
        knowledge = memory.knowledge(readout, request.prompt)
    with watch.stage("denoise"):
        if request.steps and float((~readout.covered).float().mean()) > WORTH_GENERATING:
            latents = engine.generate(view, knowledge, request.steps, request.seed)
        else:
            latents = engine.refine(view, knowledge)
    with watch.stage("decode"):
        image = engine.decode(latents, view)
    shares = [float((state == kind).mean()) for kind in (SEEN, PARTLY, NEVER)]
    return to_bundle(ViewInfo(request.frame, *shares, watch.rounded()), {"image": image}, compress=False)
