"""Image sequences behind (or over) a camera's view: of the take, and of what the world has seen of the shot.

Each shot has an entry of its own in its camera's data, which shows over the shot's frames and nowhere else: Blender
draws none outside its range. Cameras may share their data, and shots of several scenes one camera; which entries show
then is settled by what is looked at (`settle_backgrounds`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..core.errors import SceneNotReady
from ..core.held_frames import HELD, as_sequence
from ..core.png_size import png_size
from ..core.shots import Shot
from ..core.take_files import safe_name
from .find import find_camera
from .ids import object_id
from .read_camera import GRID
from .take_strips import MARK_SCENE, MARK_SHOT, scene_mark

Entry = bpy.types.CameraBackgroundImage

_OBJECT, _SHOT_IN, _ASIDE = "mirage_object", "mirage_shot_in", "mirage_aside"
"""Custom properties of the image: the camera's id; name of the scene that it is shot in; whether we hide it."""
_SIZE, _METHOD = "mirage_size", "mirage_method"
"""The pictures' columns and rows; how we let them lie in the frame."""


@dataclass(frozen=True)
class Layer:
    """A shot has one image of each layer: a newer one replaces what it shows, so that whatever uses it follows."""

    mark: str
    """Custom property of the image that names its camera."""
    title: str
    """Of the image, before the camera's name."""
    opacity: float


TAKE = Layer("mirage_camera", "Mirage", 0.8)
COVERAGE = Layer("mirage_coverage", "Mirage Coverage", 0.5)


def set_background(scene: bpy.types.Scene, shot: Shot, pictures: Mapping[int, Path], layer: Layer) -> str:
    """Shows the pictures (by frame of the scene that it is shot in) over the view of the shot's camera, between its
    cuts, and returns the image's name. `scene`: whose timeline has the shot.

    Empty where the camera's data is linked and cannot be written. Raises SceneNotReady where there is no such camera.
    """
    thing = find_camera(shot.camera, shot.camera_id, shot.camera_uid)
    if thing is None:
        raise SceneNotReady(f"There is no camera {shot.camera!r}.", "It was removed. Select the shot again.")
    camera = thing.data
    if camera.library is not None:
        return ""
    within = {frame: path for frame, path in pictures.items() if shot.start <= frame <= shot.end}
    sequence = as_sequence(within or pictures)
    entry = _of_shot(scene, shot, camera, layer) or _new_entry(
        camera, layer, thing.name, shot.name, sequence.first_file
    )
    image, user = entry.image, entry.image_user
    image[layer.mark], image[_OBJECT] = thing.name, object_id(thing)
    image[MARK_SHOT], image[MARK_SCENE], image[_SHOT_IN] = shot.name, scene_mark(scene), shot.scene
    image.source, image.filepath = "SEQUENCE", blend_path(sequence.first_file)
    user.frame_start, user.frame_duration, user.frame_offset = sequence.start, sequence.duration, sequence.offset
    user.use_auto_refresh, user.use_cyclic = True, False
    image.use_view_as_render = False  # so Blender shows the file's own greys, whatever the scene's view is
    image[_SIZE] = png_size(sequence.first_file) or ()
    _shape(entry, scene)
    entry.show_background_image = True
    image[_ASIDE] = False
    camera.show_background_images = True
    return str(image.name)


def settle_backgrounds(scene: bpy.types.Scene, shots: Collection[str]) -> None:
    """Of entries that would lie over each other, shows those of the scene that is looked at and of its active camera;
    those of shots that are not any more show nothing. What the user hid stays hidden. `shots`: the names of the
    scene's."""
    for camera in bpy.data.cameras:
        if camera.library is not None:
            continue
        for layer in (TAKE, COVERAGE):
            entries = list(_entries(camera, layer))
            here = [entry for entry in entries if _is_of(entry, scene)]
            there = [entry for entry in here if not _is_gone(entry, scene, shots)]
            active = [entry for entry in there if scene.camera and entry.image.get(_OBJECT) == object_id(scene.camera)]
            for entry in here:
                _shape(entry, scene)
            for entry in entries:
                covered = any(_overlap(entry, other) for other in active)
                shown = (entry in there and (entry in active or not covered)) or (entry not in here and not there)
                _show(entry, shown)


def rename_backgrounds(scene: bpy.types.Scene, old: str, new: str) -> None:
    """A shot of the scene was renamed: its pictures are marked with the new name."""
    for image in bpy.data.images:
        if (image.get(MARK_SHOT), image.get(MARK_SCENE)) == (old, scene_mark(scene)) and image.library is None:
            image[MARK_SHOT] = new


def remove_backgrounds(layer: Layer) -> int:
    """Takes a layer's images off all cameras and out of the .blend, never a file; returns how many there were."""
    removed = 0
    for camera in bpy.data.cameras:
        if camera.library is None:
            for entry in list(_entries(camera, layer)):
                camera.background_images.remove(entry)
    for image in list(bpy.data.images):
        if layer.mark in image and image.library is None:
            bpy.data.images.remove(image)
            removed += 1
    return removed


def blend_path(path: Path) -> str:
    """The path as it is stored in the .blend: relative to it where that can be."""
    if not bpy.data.filepath:
        return str(path)
    try:
        return str(bpy.path.relpath(str(path)))
    except ValueError:  # another drive than the .blend's, on Windows
        return str(path)


def _of_shot(scene: bpy.types.Scene, shot: Shot, camera: bpy.types.Camera, layer: Layer) -> Entry | None:
    """The shot's entry. Those that it has behind other cameras, which it was shot through before, go."""
    found = None
    for other in bpy.data.cameras:
        for entry in list(_entries(other, layer)) if other.library is None else ():
            if not _is_named(entry, shot.name) or entry.image.get(MARK_SCENE, "") not in ("", scene_mark(scene)):
                continue
            if other == camera and found is None:
                found = entry
            elif MARK_SHOT in entry.image:
                other.background_images.remove(entry)
    return found


def _new_entry(camera: bpy.types.Camera, layer: Layer, thing: str, shot: str, file: Path) -> Entry:
    """As the user set the camera's others."""
    before = list(_entries(camera, layer))
    entry = camera.background_images.new()
    entry.alpha, entry.display_depth, entry.frame_method = layer.opacity, "FRONT", "STRETCH"
    if before:
        entry.alpha, entry.display_depth = before[-1].alpha, before[-1].display_depth
    entry.image = bpy.data.images.load(str(file), check_existing=False)
    entry.image.name = " ".join((layer.title, thing, *([shot] if before else ())))
    entry.image[layer.mark] = thing
    return entry


def _entries(camera: bpy.types.Camera, layer: Layer) -> Iterator[Entry]:
    return (entry for entry in camera.background_images if entry.image is not None and layer.mark in entry.image)


def _is_named(entry: Entry, shot: str) -> bool:
    """Also one of a file that was made before entries said whose they are: there its folder does."""
    if MARK_SHOT in entry.image:
        return bool(entry.image[MARK_SHOT] == shot)
    folder = Path(bpy.path.abspath(entry.image.filepath)).parent
    return (folder.parent if folder.name == HELD else folder).parent.name == safe_name(shot)


def _is_of(entry: Entry, scene: bpy.types.Scene) -> bool:
    """Whether it is of a shot on the scene's timeline, or of one that is shot in the scene."""
    owner = entry.image.get(MARK_SCENE, "")
    return owner in ("", scene_mark(scene)) or entry.image.get(_SHOT_IN) == scene.name


def _is_gone(entry: Entry, scene: bpy.types.Scene, shots: Collection[str]) -> bool:
    shot = entry.image.get(MARK_SHOT)
    return shot is not None and entry.image.get(MARK_SCENE) == scene_mark(scene) and shot not in shots


def _shape(entry: Entry, scene: bpy.types.Scene) -> None:
    """A picture of the frame's shape fills it to the edge. One of another (the render has another ratio since) is not
    stretched: as wide as the frame, it lies where it was seen. What the user chose stays."""
    image, size = entry.image, entry.image.get(_SIZE, ())
    if len(size) != 2 or entry.frame_method != image.get(_METHOD, "STRETCH"):
        return
    render = (bpy.data.scenes.get(image.get(_SHOT_IN, "")) or scene).render
    rows = size[0] * render.resolution_y / render.resolution_x
    method = "STRETCH" if abs(rows - size[1]) <= GRID else "FIT"
    if method != entry.frame_method:
        image.display_aspect = render.pixel_aspect_x, render.pixel_aspect_y
        entry.frame_method = image[_METHOD] = method


def _overlap(one: Entry, other: Entry) -> bool:
    spans = [(user.frame_start, user.frame_start + user.frame_duration) for user in (one.image_user, other.image_user)]
    return one != other and spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]


def _show(entry: Entry, shown: bool) -> None:
    """Hides it, or takes that back; nothing else that was hidden is shown."""
    aside = bool(entry.image.get(_ASIDE))
    if shown and aside:
        entry.show_background_image, entry.image[_ASIDE] = True, False
    elif not shown and not aside and entry.show_background_image:
        entry.show_background_image, entry.image[_ASIDE] = False, True
