"""Where the backend is and how it is started: of the user, not of a .blend."""

import os
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from .compat import callbacks
from .core.addon_version import BACKEND_FOLDER
from .core.address import is_loopback, normalise_address
from .core.backend_process import (
    INSTALL_HINT,
    BackendSettings,
    default_data_dir,
    running_url,
    this_python_has_a_backend,
)
from .core.errors import NoBackend, SceneNotReady
from .core.setup.environment import set_up_environment


def _place_changed(preferences, context):
    """What is known is of the backend that was asked before."""
    state = context.window_manager.mirage
    state.backend_state, state.backend_text, state.backend_version_text = "UNKNOWN", "Not connected yet", ""


def _environment_changed(preferences, context):
    note_environment(context)


class MiragePreferences(bpy.types.AddonPreferences):
    bl_idname = __package__

    place: EnumProperty(
        name="Backend",
        items=(
            ("HERE", "This Machine", "The backend runs beside Blender, which sets it up and starts it"),
            ("THERE", "Another Machine", "The backend runs on a machine with a GPU in this network"),
        ),
        **callbacks(update=_place_changed),
    )
    address: StringProperty(
        name="Address",
        description="Of the other machine, in any form: 192.168.1.20:8765, http://gpu.local:8765, https://gpu.example.org",
        **callbacks(update=_place_changed),
    )
    token: StringProperty(
        name="Token",
        subtype="PASSWORD",
        description="The text of the file `token` in the data folder of the backend on the other machine",
    )
    torch_build: EnumProperty(
        name="Compute On",
        items=(
            ("AUTO", "Automatic", "An NVIDIA GPU where its driver answers, Apple's on a Mac, else the CPU"),
            ("NVIDIA", "NVIDIA GPU", "Set the backend up with PyTorch for CUDA, a download of 2.9 GB"),
            ("CPU", "CPU", "Set the backend up with the small PyTorch that uses no GPU"),
        ),
    )
    data_dir: StringProperty(
        name="Data Folder",
        subtype="DIR_PATH",
        description="Holds the backend's environment, worlds and takes. Empty: the usual one of this system",
        **callbacks(update=_environment_changed),
    )
    python: StringProperty(
        name="Python",
        subtype="FILE_PATH",
        description=(
            "To set the backend up with (3.11 to 3.14), or one that has the backend already. Empty: one is found, and "
            "the environment that was set up is used"
        ),
        **callbacks(update=_environment_changed),
    )
    start_backend: BoolProperty(
        name="Start the Backend for Me", default=True, description="Start the backend by itself when a take needs it"
    )
    release_for_renders: BoolProperty(
        name="Release GPU for Renders",
        default=True,
        description="Free the idle backend's GPU memory before Cycles renders on the GPU",
    )
    stop_backend: BoolProperty(
        name="Stop the Backend with Blender",
        description=(
            "Stop the backend that this Blender started when Blender quits. Its unfinished takes go on at the "
            "next start"
        ),
    )

    def draw(self, context):
        from .ui.preferences_page import (
            draw_preferences,
        )  # panels read the preferences: at the top it would be a circle

        draw_preferences(self.layout, context, self)


CLASSES = (MiragePreferences,)


def current(context: bpy.types.Context) -> MiragePreferences:
    """The add-on's preferences. Raises SceneNotReady where the add-on is registered but not enabled."""
    addon = context.preferences.addons.get(__package__)
    if addon is None:
        raise SceneNotReady("Blender Mirage is not enabled.", "Enable it in Edit > Preferences > Add-ons.")
    return addon.preferences


def is_here(preferences: MiragePreferences) -> bool:
    """Whether the backend is this machine's. Before anybody chose, an address that was given says that it is not."""
    if not preferences.is_property_set("place") and preferences.address.strip():
        return False
    return preferences.place == "HERE"


def backend_is_here(context: bpy.types.Context) -> bool:
    """The same of the preferences in force; also true where the add-on is not enabled."""
    addon = context.preferences.addons.get(__package__)
    return addon is None or is_here(addon.preferences)


def backend_settings(context: bpy.types.Context) -> BackendSettings:
    """How to reach the backend. Raises MirageError where the address is none, or Blender must stay offline."""
    chosen = current(context)
    if is_here(chosen):
        return settings_here(context)
    if not chosen.address.strip():
        raise SceneNotReady(
            "The preferences say that the backend is on another machine, and not on which.",
            "Write its address there, or choose This Machine.",
        )
    address = normalise_address(chosen.address)
    if not is_loopback(address) and not bpy.app.online_access:
        raise SceneNotReady(
            f"The backend {address} is on another machine, and Blender may not go online.",
            "Enable Allow Online Access in Preferences > System, or use a backend on this machine.",
        )
    return BackendSettings(data_dir=_data_dir(chosen), address=address, token=chosen.token)


def settings_here(context: bpy.types.Context) -> BackendSettings:
    """How to reach or start this machine's backend, whatever else the preferences name."""
    chosen = current(context)
    return BackendSettings(
        data_dir=_data_dir(chosen),
        python=bpy.path.abspath(chosen.python) if chosen.python.startswith("//") else chosen.python,
        start=chosen.start_backend,
    )


def note_environment(context: bpy.types.Context) -> None:
    """Sees whether this machine has a backend to start, or one that runs, so that panels, which read no files, can
    tell."""
    addon = context.preferences.addons.get(__package__)
    if addon is not None:
        chosen = addon.preferences
        data_dir = _data_dir(chosen)
        there = bool(chosen.python.strip()) or set_up_environment(data_dir) is not None
        there = there or running_url(data_dir) is not None
        context.window_manager.mirage.backend_installed = there


def has_backend(context: bpy.types.Context) -> bool:
    """Whether there is one to ask, as far as is known without asking: it answered, this machine has one, or it is on
    another."""
    state = context.window_manager.mirage
    return state.backend_state == "READY" or state.backend_installed or not backend_is_here(context)


def require_backend(context: bpy.types.Context) -> None:
    """Raises NoBackend where it is known without asking that there is none."""
    if not has_backend(context) and not this_python_has_a_backend():
        raise NoBackend("The backend is not set up on this machine yet.", INSTALL_HINT)


def use_set_up_backend(context: bpy.types.Context) -> None:
    """From now on the environment that was set up is the one that is started: an empty field means that one, also when
    the next one takes its place, or another Blender shares the data folder."""
    current(context).python = ""


def wheel_folder() -> Path:
    """Where the add-on carries the backend's wheel."""
    return BACKEND_FOLDER


def _data_dir(chosen: MiragePreferences) -> Path:
    data_dir = bpy.path.abspath(chosen.data_dir) if chosen.data_dir else ""
    return Path(data_dir).absolute() if data_dir else default_data_dir(os.environ)
