"""Where the backend is and how it is started: of the user, not of a .blend."""

import os
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from .core.address import is_loopback, normalise_address
from .core.backend_process import BackendSettings, default_data_dir
from .core.errors import SceneNotReady


class MiragePreferences(bpy.types.AddonPreferences):
    bl_idname = __package__

    address: StringProperty(
        name="Address", description="Of a backend on another machine, as host:port. Empty: the one on this machine"
    )
    token: StringProperty(
        name="Token",
        subtype="PASSWORD",
        description="From the file `token` in the backend's data folder. Empty: read it there, on this machine",
    )
    data_dir: StringProperty(
        name="Data Folder", subtype="DIR_PATH", description="Of the backend on this machine. Empty: the usual one"
    )
    python: StringProperty(
        name="Python", subtype="FILE_PATH", description="That the backend is installed in. Empty: Blender's own"
    )
    start_backend: BoolProperty(
        name="Start the Backend for Me", default=True, description="When a take is asked for and none runs"
    )
    release_for_renders: BoolProperty(
        name="Release GPU for Renders",
        default=True,
        description="Before Cycles renders on the GPU, ask an idle backend to give its GPU memory back",
    )
    stop_backend: BoolProperty(
        name="Stop It with Blender", description="Ends the backend that this Blender started; takes then wait"
    )

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "address")
        layout.prop(self, "token")
        layout.prop(self, "release_for_renders")
        local = layout.column()
        local.active = not self.address
        local.prop(self, "data_dir")
        local.prop(self, "python")
        local.prop(self, "start_backend")
        local.prop(self, "stop_backend")


CLASSES = (MiragePreferences,)


def current(context: bpy.types.Context) -> MiragePreferences:
    """The add-on's preferences. Raises SceneNotReady where the add-on is registered but not enabled."""
    addon = context.preferences.addons.get(__package__)
    if addon is None:
        raise SceneNotReady("Blender Mirage is not enabled.", "Enable it in Edit > Preferences > Add-ons.")
    return addon.preferences


def backend_settings(context: bpy.types.Context) -> BackendSettings:
    """How to reach the backend. Raises MirageError where the address is none, or Blender must stay offline."""
    chosen = current(context)
    address = normalise_address(chosen.address) if chosen.address.strip() else ""
    if address and not is_loopback(address) and not bpy.app.online_access:
        raise SceneNotReady(
            f"The backend {address} is on another machine, and Blender may not go online.",
            "Enable Allow Online Access in Preferences > System, or use a backend on this machine.",
        )
    data_dir = bpy.path.abspath(chosen.data_dir) if chosen.data_dir else ""
    return BackendSettings(
        data_dir=Path(data_dir).absolute() if data_dir else default_data_dir(os.environ),
        address=address,
        token=chosen.token,
        python=bpy.path.abspath(chosen.python) if chosen.python.startswith("//") else chosen.python,
        start=chosen.start_backend,
    )
