"""One verb a file. Operators read the scene, ask the pump, and report; they compute nothing themselves."""

from .build_demo_set import MIRAGE_OT_build_demo_set
from .cancel_job import MIRAGE_OT_cancel_job
from .create_world import MIRAGE_OT_create_world
from .generate_take import MIRAGE_OT_generate_take
from .pick_world import MIRAGE_OT_pick_world
from .release_gpu import MIRAGE_OT_release_gpu
from .render_look import MIRAGE_OT_render_look
from .start_backend import MIRAGE_OT_start_backend

CLASSES = (
    MIRAGE_OT_start_backend,
    MIRAGE_OT_create_world,
    MIRAGE_OT_pick_world,
    MIRAGE_OT_render_look,
    MIRAGE_OT_generate_take,
    MIRAGE_OT_cancel_job,
    MIRAGE_OT_release_gpu,
    MIRAGE_OT_build_demo_set,
)
