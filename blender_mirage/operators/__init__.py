"""One verb a file. Operators read the scene, ask the pump, and report; they compute nothing themselves."""

from .add_look import MIRAGE_OT_add_look
from .add_prompt_word import MIRAGE_OT_add_prompt_word
from .bring_up_take import MIRAGE_OT_bring_up_take
from .build_demo_set import MIRAGE_OT_build_demo_set
from .cancel_job import MIRAGE_OT_cancel_job
from .check_shots import MIRAGE_OT_check_shots
from .choose_renders import MIRAGE_OT_choose_renders
from .compare_takes import MIRAGE_OT_compare_takes, MIRAGE_OT_stop_comparing
from .create_world import MIRAGE_OT_create_world
from .delete_world import MIRAGE_OT_delete_world
from .drop_waiting import MIRAGE_OT_drop_waiting
from .fix_finding import MIRAGE_OT_add_camera, MIRAGE_OT_fix_scale, MIRAGE_OT_go_to_frame
from .forget_commit import MIRAGE_OT_forget_commit
from .forget_everything import MIRAGE_OT_forget_everything
from .forget_object import MIRAGE_OT_forget_object
from .fork_world import MIRAGE_OT_fork_world
from .generate_take import MIRAGE_OT_generate_take
from .hide_coverage import MIRAGE_OT_hide_coverage
from .live_look import MIRAGE_OT_live_look
from .override_shot import MIRAGE_OT_override_shot, MIRAGE_OT_remove_override
from .paint_over_frame import MIRAGE_OT_paint_over_frame
from .pick_up_takes import MIRAGE_OT_pick_up_takes
from .pick_world import MIRAGE_OT_pick_world
from .refresh_world import MIRAGE_OT_refresh_world
from .regenerate_stale import MIRAGE_OT_regenerate_stale
from .release_gpu import MIRAGE_OT_release_gpu
from .render_look import MIRAGE_OT_render_look
from .restore_commit import MIRAGE_OT_restore_commit
from .restore_settings import MIRAGE_OT_restore_settings
from .revert_commit import MIRAGE_OT_revert_commit
from .review_take import MIRAGE_OT_review_take
from .set_budget import MIRAGE_OT_set_budget
from .set_up_backend import MIRAGE_OT_cancel_setup, MIRAGE_OT_set_up_backend
from .start_backend import MIRAGE_OT_start_backend
from .survey_coverage import MIRAGE_OT_survey_coverage
from .swap_take import MIRAGE_OT_swap_take
from .toggle_coverage import MIRAGE_OT_toggle_coverage
from .use_paint_over import MIRAGE_OT_use_paint_over
from .use_preset import MIRAGE_OT_use_preset

CLASSES = (
    MIRAGE_OT_add_camera,
    MIRAGE_OT_add_look,
    MIRAGE_OT_add_prompt_word,
    MIRAGE_OT_bring_up_take,
    MIRAGE_OT_build_demo_set,
    MIRAGE_OT_cancel_job,
    MIRAGE_OT_cancel_setup,
    MIRAGE_OT_check_shots,
    MIRAGE_OT_choose_renders,
    MIRAGE_OT_compare_takes,
    MIRAGE_OT_create_world,
    MIRAGE_OT_delete_world,
    MIRAGE_OT_drop_waiting,
    MIRAGE_OT_fix_scale,
    MIRAGE_OT_forget_commit,
    MIRAGE_OT_forget_everything,
    MIRAGE_OT_forget_object,
    MIRAGE_OT_fork_world,
    MIRAGE_OT_generate_take,
    MIRAGE_OT_go_to_frame,
    MIRAGE_OT_hide_coverage,
    MIRAGE_OT_live_look,
    MIRAGE_OT_override_shot,
    MIRAGE_OT_paint_over_frame,
    MIRAGE_OT_pick_up_takes,
    MIRAGE_OT_pick_world,
    MIRAGE_OT_refresh_world,
    MIRAGE_OT_regenerate_stale,
    MIRAGE_OT_release_gpu,
    MIRAGE_OT_remove_override,
    MIRAGE_OT_render_look,
    MIRAGE_OT_restore_commit,
    MIRAGE_OT_restore_settings,
    MIRAGE_OT_review_take,
    MIRAGE_OT_revert_commit,
    MIRAGE_OT_set_budget,
    MIRAGE_OT_set_up_backend,
    MIRAGE_OT_start_backend,
    MIRAGE_OT_stop_comparing,
    MIRAGE_OT_survey_coverage,
    MIRAGE_OT_swap_take,
    MIRAGE_OT_toggle_coverage,
    MIRAGE_OT_use_paint_over,
    MIRAGE_OT_use_preset,
)
