"""Every difference between Blender 4.2 and 5.2 that this add-on meets, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy


def strips(editor: Any) -> Any:
    """The top-level strips of a sequence editor, or those in a meta strip. (4.4 renamed `sequences`; 5.0 removed the
    old name.)

    Chosen by attribute, never by truth: an empty collection is falsy.
    """
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def strip_span(strip: Any) -> tuple[int, int]:
    """First frame of a strip and the frame after its last. (5.1 renamed the handles; 6.0 removes the old names.)"""
    if hasattr(strip, "left_handle"):
        return int(strip.left_handle), int(strip.right_handle)
    return int(strip.frame_final_start), int(strip.frame_final_end)


def set_strip_span(strip: Any, first: int, after: int) -> None:
    """Trims a strip to [first, after); what it shows stays where it is."""
    names = (
        ("left_handle", "right_handle") if hasattr(strip, "left_handle") else ("frame_final_start", "frame_final_end")
    )
    for name, frame in zip(names, (first, after), strict=True):
        setattr(strip, name, frame)


def strip_content_start(strip: Any) -> int:
    """The frame of the timeline at which a strip's first picture lies, trimmed or not."""
    return int(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)


def set_strip_content_start(strip: Any, frame: int) -> None:
    """Moves a strip so that its first picture lies at `frame`; its handles, effects and animation go with it. Where
    another strip lies on its channel there, Blender puts it on another."""
    setattr(strip, "content_start" if hasattr(strip, "content_start") else "frame_start", frame)


def is_retimed(strip: Any) -> bool:
    """Whether parts of an image strip run slower or faster. (4.2 can do that too, but does not say so: there its length
    and what it shows tell it.)"""
    if hasattr(strip, "retiming_keys"):
        return len(strip.retiming_keys) > 0
    if strip.frame_start + strip.frame_duration - strip.frame_offset_end != strip.frame_final_end:
        return True
    elements, trims, start = list(strip.elements), strip_trims(strip), strip_content_start(strip)
    shown = elements[trims[0] : len(elements) - trims[1]]
    if strip.use_reverse_frames:
        shown.reverse()
    return any(
        strip.strip_elem_from_frame(frame) != shown[min(max(frame - start, 0), len(shown) - 1)]
        for frame in range(*strip_span(strip))
    )


def strip_trims(strip: Any) -> tuple[int, int]:
    """How many pictures at a strip's start and end are cut off for good (K with *Hold Offset*, *Hard Trim*)."""
    return tuple(int(getattr(strip, name)) for name in _trim_names(strip))  # type: ignore[return-value]


def set_strip_trims(strip: Any, start: int, end: int) -> None:
    for name, count in zip(_trim_names(strip), (start, end), strict=True):
        if getattr(strip, name) != count:  # setting it reads the files
            setattr(strip, name, count)


def _trim_names(strip: Any) -> tuple[str, str]:
    """(5.1 renamed them.)"""
    if hasattr(strip, "content_trim_start"):
        return "content_trim_start", "content_trim_end"
    return "animation_offset_start", "animation_offset_end"


def curves_of(owner: bpy.types.ID) -> list[Any]:
    """The animation curves of a data-block's own action. (4.4 brought layers and slots; 5.0 has only those.)"""
    data = owner.animation_data
    if data is None or data.action is None:
        return []
    if not hasattr(data, "action_slot"):
        return list(data.action.fcurves)
    if data.action_slot is None:
        return []
    parts = [strip for layer in data.action.layers for strip in layer.strips]
    bags = [part.channelbag(data.action_slot) for part in parts]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def content_length(strip: Any) -> int:
    """How many frames a strip holds, trimmed or not. (5.1 renamed it.)"""
    return int(strip.content_duration if hasattr(strip, "content_duration") else strip.frame_duration)


def channel_is_muted(owner: Any, strip: Any) -> bool:
    """Whether the channel that a strip lies on is muted; `owner`: the sequence editor or the meta strip around it."""
    return 0 <= strip.channel < len(owner.channels) and bool(owner.channels[strip.channel].mute)


def animates(scene: bpy.types.Scene, strip: Any) -> bool:
    """Whether a property of the strip is keyed or driven."""
    curves = [*curves_of(scene), *(scene.animation_data.drivers if scene.animation_data else ())]
    return any(f'["{bpy.utils.escape_identifier(strip.name)}"]' in curve.data_path for curve in curves)


def show_in_sequencers(scene: bpy.types.Scene) -> None:
    """Lets the sequencers of workspaces that show no scene yet show this one. (5.0: they are empty until one is chosen,
    so that a new strip would be nowhere to be seen; before, they show the window's scene.)"""
    for workspace in sequencers_without_scene():
        workspace.sequencer_scene = scene


def sequencers_without_scene() -> list[bpy.types.WorkSpace]:
    """The workspaces whose sequencers show nothing."""
    return [space for space in bpy.data.workspaces if getattr(space, "sequencer_scene", space) is None]


def workspaces_with_scene() -> list[bpy.types.WorkSpace]:
    """The workspaces whose sequencers show a scene of their own choice."""
    return [space for space in bpy.data.workspaces if getattr(space, "sequencer_scene", None) is not None]


def new_color_strip(container: Any, name: str, channel: int, first: int, after: int) -> Any:
    """A black strip over [first, after), among the strips of `container`. (5.0 asks for the length, not the end.)"""
    end = {"length": after - first} if bpy.app.version >= (5, 0, 0) else {"frame_end": after}
    strip = container.new_effect(name, "COLOR", channel, first, **end)
    strip.color = (0.0, 0.0, 0.0)
    return strip


def node_tree(owner: Any) -> Any | None:
    """The node tree that a material or world uses, else None. (5.0: always used; asking for `use_nodes` warns.)"""
    if bpy.app.version < (5, 0, 0) and not owner.use_nodes:
        return None
    return owner.node_tree


def eevee() -> str:
    """The engine identifier of EEVEE."""
    return "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"


def cycles_denoises() -> bool:
    """Whether Cycles can denoise: Linux distributions build Blender without, where asking for it fails the render."""
    import _cycles  # only there while Blender has Cycles

    return bool(_cycles.with_openimagedenoise)


def set_png(image_settings: Any) -> None:
    """Image settings to 8-bit RGB PNG. (5.0 wants the media type first.)"""
    if hasattr(image_settings, "media_type"):
        image_settings.media_type = "IMAGE"
    image_settings.file_format = "PNG"
    image_settings.color_mode = "RGB"
    image_settings.color_depth = "8"


def add_strip_modifier(strip: Any, name: str, kind: str, scene: bpy.types.Scene) -> Any:
    """A modifier behind those that a strip of the scene's timeline has."""
    with _of_the_timeline(scene):
        return strip.modifiers.new(name, kind)


def remove_strip_modifier(strip: Any, modifier: Any, scene: bpy.types.Scene) -> None:
    with _of_the_timeline(scene):
        strip.modifiers.remove(modifier)


def _of_the_timeline(scene: bpy.types.Scene) -> Any:
    """(5.0 crashes where a strip's modifiers are changed while the workspace shows no timeline, or there is none.)"""
    name = "sequencer_scene" if bpy.app.version >= (5, 0, 0) else "scene"
    return bpy.context.temp_override(**{name: scene})


def append_strip_pictures(strip: Any, names: Sequence[str], scene: bpy.types.Scene) -> None:
    """More pictures, of the folder and the size of the one that a new image strip has."""
    if names and (4, 3, 0) <= bpy.app.version < (5, 0, 0):
        first = strip_span(strip)[0]
        change_strip_pictures(strip, strip.directory, [strip.elements[0].filename, *names], scene)
        set_strip_span(strip, first, first + 1 + len(names))
        return
    for name in names:
        strip.elements.append(name)


def change_strip_pictures(strip: Any, directory: str, names: Sequence[str], scene: bpy.types.Scene) -> None:
    """Other pictures, of whatever number and size; the strip's handles stay, its trims go.

    Blender draws no strip that lies wholly behind another, and goes by the picture's size of before: of the first
    picture, and from 4.3 to 4.5 of each. What `elements.append` adds there has none (its memory is not cleared), and a
    strip that is wrongly taken for hidden never learns its size: black frames. This leaves the sizes open instead.
    """
    editor = scene.sequence_editor
    active = editor.active_strip
    editor.active_strip = strip
    with _of_the_timeline(scene):
        files = [{"name": name} for name in names]
        whole = bpy.path.abspath(directory)
        bpy.ops.sequencer.change_path(directory=whole, files=files, relative_path=False, use_placeholders=False)
    strip.directory = directory
    editor.active_strip = active


@contextmanager
def png_of_the_view(image_settings: Any) -> Iterator[None]:
    """Image settings that write a 16-bit PNG of what the scene's own view shows; as they were, afterwards."""
    names = ("media_type", "file_format", "color_mode", "color_depth", "color_management")
    before = {name: getattr(image_settings, name) for name in names if hasattr(image_settings, name)}
    set_png(image_settings)
    image_settings.color_depth, image_settings.color_management = "16", "FOLLOW_SCENE"
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(image_settings, name, value)


def uses_white_balance(view_settings: Any) -> bool:
    """Whether a view has a white balance. (4.3 brought it.)"""
    return bool(getattr(view_settings, "use_white_balance", False))


def lamp_power(light: bpy.types.Light) -> float:
    """Energy with the exposure that 4.5 added."""
    return float(light.energy) * 2.0 ** float(getattr(light, "exposure", 0.0))


def lamp_color(light: bpy.types.Light) -> tuple[float, float, float]:
    """Linear colour, times the colour temperature that 4.5 added."""
    tint = light.temperature_color if getattr(light, "use_temperature", False) else (1.0, 1.0, 1.0)
    red, green, blue = (float(color) * float(warmth) for color, warmth in zip(light.color, tint, strict=True))
    return red, green, blue


def linear_image_shader() -> Any:
    """The built-in shader that draws an image of linear pixels, times a colour, onto the display. (It was the plain one
    until that was made to take sRGB pixels.) For a window only."""
    import gpu

    try:
        return gpu.shader.from_builtin("IMAGE_COLOR_SCENE_LINEAR_TO_REC709_SRGB")
    except ValueError:
        return gpu.shader.from_builtin("IMAGE_COLOR")


def blend_relative() -> set[str]:
    """Options of a path property that may start with `//`. (4.5 wants it said; 4.2 does not know the word.)"""
    return {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()


def callbacks(**functions: Any) -> dict[str, Any]:
    """Python callbacks of a property. (As a module, 4.2 crashes at the interpreter's end where a property had one.)"""
    as_module = not bpy.app.binary_path
    return {} if as_module and bpy.app.version < (4, 5, 0) else functions


def tint_icon(number: int) -> str:
    """The icon of a square in a theme's colour: 2 is orange, 3 yellow, 4 green. (4.4 and later named it anew.)"""
    known = bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items
    name = f"STRIP_COLOR_{number:02d}"
    return name if name in known else f"SEQUENCE_COLOR_{number:02d}"
