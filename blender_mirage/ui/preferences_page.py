"""The add-on's page in the preferences: which machine the backend is on, and what that one needs."""

from ..preferences import wheel_folder
from ..translations import said
from .sentences import draw_sentence
from .setup_panel import draw_setup

_ON_THE_OTHER = (
    "On the other machine: install the wheel that lies in this add-on's folder with pip in a virtual environment, run "
    "`mirage serve --host 0.0.0.0`, and copy the text of the file `token` in its data folder to here."
)
_MARGINS = 4.0  # widget units: the page's frame and the box's
_BACKEND_ICONS = {"UNKNOWN": "UNLINKED", "CONNECTING": "TIME", "READY": "LINKED", "PROBLEM": "ERROR"}


def draw_preferences(layout, context, preferences):
    layout.row().prop(preferences, "place", expand=True)
    if preferences.place == "HERE":
        _draw_here(layout.box().column(), context, preferences)
    else:
        _draw_there(layout.box().column(), context, preferences)
    renders = layout.column()
    renders.prop(preferences, "release_for_renders")


def _draw_here(layout, context, preferences):
    _draw_state(layout, context)
    draw_setup(layout.column(), context, True, _MARGINS)
    layout.separator()
    fields = layout.column()
    fields.use_property_split = True
    fields.prop(preferences, "torch_build")
    fields.prop(preferences, "python")
    fields.prop(preferences, "data_dir")
    fields.prop(preferences, "start_backend")
    fields.prop(preferences, "stop_backend")


def _draw_there(layout, context, preferences):
    fields = layout.column()
    fields.use_property_split = True
    fields.prop(preferences, "address")
    fields.prop(preferences, "token")
    _draw_state(layout, context)
    button = layout.row()
    button.scale_y = 1.4
    button.operator("mirage.start_backend", text=said("Test Connection"), icon="LINKED", translate=False)
    if context.window_manager.mirage.backend_state != "READY":
        draw_sentence(layout, context, _ON_THE_OTHER, "INFO", _MARGINS)
        folder = layout.operator("wm.path_open", text=said("Open Wheel Folder"), icon="FILE_FOLDER", translate=False)
        folder.filepath = str(wheel_folder())


def _draw_state(layout, context):
    state = context.window_manager.mirage
    draw_sentence(layout, context, state.backend_text, _BACKEND_ICONS[state.backend_state], _MARGINS)
    draw_sentence(layout, context, state.backend_version_text, "INFO", _MARGINS)
