"""What the panel shows and edits: `Scene.mirage` travels with the .blend, `WindowManager.mirage` lasts a session.

The state of the backend and of a running order is kept off the scene, so that undo and saving leave it alone.
"""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from .compat import blend_relative, callbacks
from .core.errors import MirageError
from .core.presets import preset_of
from .scene.compare_takes import set_split
from .scene.go_to_shot import go_to_shot
from .scene.look_thumbnail import look_thumbnail
from .scene.prompt_words import prompt_remark, words_of
from .scene.read_shots import read_shots
from .scene.redraws import redraw_views

BUSY_STATES = frozenset({"READING", "RUNNING"})


def _shot_names(settings, context, text):
    """Suggestions for the shot's name. The scene may have no camera yet; then there is nothing to suggest."""
    try:
        return [shot.name for shot in read_shots(settings.id_data) if text.lower() in shot.name.lower()]
    except MirageError:
        return []


def _move_wipe(state, context):
    set_split(context.scene, state.compare_split)


def _redraw_overlay(state, context):
    redraw_views()


def _shot_chosen(state, context):
    """By a press on the list: nothing else writes it."""
    if 0 <= state.shot_index < len(state.shots):
        go_to_shot(context, state.shots[state.shot_index].name)


def _is_camera(settings, thing):
    return thing.type == "CAMERA"


class MirageShotOverride(bpy.types.PropertyGroup):
    """What one shot is made with instead of the scene's settings; its `name` is the shot's."""

    use_prompt: BoolProperty(name="Use Own Prompt", default=True, description="Use these words for this shot")
    prompt: StringProperty(name="Prompt", description="The look of this shot in words")
    use_look: BoolProperty(
        name="Use Own Look", description="Add this picture to the world just before this shot is made"
    )
    look_path: StringProperty(
        name="Look Image",
        subtype="FILE_PATH",
        options=blend_relative(),
        description="Picture of the look, seen through the shot's camera at its first frame",
    )
    seed_key: StringProperty(options={"HIDDEN"}, description="The look that the world holds already")
    use_seed: BoolProperty(name="Use Own Seed", description="Use this seed for this shot")
    seed: IntProperty(name="Seed", min=0, description="Another seed gives another take")


class MirageKnownShot(bpy.types.PropertyGroup):
    """As `core.shot_identity.KnownShot`; its `name` is the shot's."""

    shot_id: StringProperty()
    former: StringProperty(description="The names that it had, a line each")
    camera: StringProperty()
    at: IntProperty()


class MirageSceneSettings(bpy.types.PropertyGroup):
    """What a take of this scene is made with."""

    scene_id: StringProperty(options={"HIDDEN"})
    world_id: StringProperty(options={"HIDDEN"})
    world_name: StringProperty(name="World", description="The world that remembers this set")
    seed_key: StringProperty(options={"HIDDEN"}, description="The look that the world holds already")
    scene_ids_before: StringProperty(
        options={"HIDDEN"}, description="Ids of the scenes that it was duplicated from, each with @ and when"
    )
    known_shots: CollectionProperty(type=MirageKnownShot)
    edited: StringProperty(options={"HIDDEN"}, description="When Blender last told of an edit of what is seen")
    renders_were_kept: BoolProperty(
        options={"HIDDEN"}, description="It was seen to that the first take does not get into the user's own renders"
    )
    renders_note: BoolProperty(options={"HIDDEN"}, description="That this was done is still to be told")

    look_source: EnumProperty(
        name="Look",
        items=(
            ("IMAGE", "Image", "A render, concept frame, photo or paint-over of the set, seen through the camera"),
            ("PROMPT", "Prompt Only", "No picture, words only"),
        ),
    )
    look_path: StringProperty(
        name="Look Image",
        subtype="FILE_PATH",
        options=blend_relative(),
        description="Picture that shows how the set should look",
    )
    look_frame: IntProperty(
        name="Look Frame",
        default=-1,
        description="Frame that the look image shows (-1: the first frame of the first shot)",
    )
    look_at_minus_one: BoolProperty(
        options={"HIDDEN"}, description="Whether a Look Frame of -1 is that frame: the look was rendered there"
    )
    look_camera: PointerProperty(
        name="Look Camera",
        type=bpy.types.Object,
        description="Camera that the look image was seen through (empty: the shot's camera)",
        **callbacks(poll=_is_camera),
    )
    look_engine: EnumProperty(
        name="Render With",
        items=(
            ("CYCLES", "Cycles", "Path-traced; needs no GPU"),
            ("EEVEE", "EEVEE", "Fast; needs a GPU"),
            ("VIEWPORT", "Viewport", "The 3D View's own shading"),
        ),
    )
    look_samples: IntProperty(
        name="Look Samples",
        default=16,
        min=1,
        max=4096,
        description="Render samples of Render Look in Cycles and EEVEE",
    )

    look_strength: FloatProperty(
        name="Look Strength",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        description=(
            "How closely surfaces that no look shows follow it. At 0 the prompt and the colors of the set decide"
        ),
    )
    paint_path: StringProperty(
        name="Paint-over",
        subtype="FILE_PATH",
        options=blend_relative(),
        description="Copy of a take's frame to paint on",
    )

    prompt: StringProperty(name="Prompt", description="The look in words", options={"TEXTEDIT_UPDATE"})
    engine: EnumProperty(name="Engine", items=(("previz", "Previz", "Comes with the backend and runs on any machine"),))
    shot_source: EnumProperty(
        name="Shots From",
        items=(
            ("MARKERS", "Markers", "Cameras bound to timeline markers. Without any, the scene's camera"),
            ("STRIPS", "Scene Strips", "Scene strips in the Sequencer, each through its own camera"),
            (
                "CAMERA",
                "Active Camera",
                "The scene's camera over the frame range, or over the preview range if it is on",
            ),
        ),
    )
    handles: IntProperty(
        name="Handles",
        min=0,
        max=1000,
        description="Extra frames before and after each cut, for editing",
    )
    frame_step: IntProperty(
        name="Frame Step",
        default=1,
        min=1,
        max=100,
        description="Make every n-th frame only; each is held until the next",
    )
    use_settings: EnumProperty(
        name="Use Settings For",
        items=(
            (
                "RENDER",
                "Render",
                "Visibility, modifiers, subdivision and view layers as in a render",
            ),
            (
                "VIEWPORT",
                "Viewport",
                "Visibility, modifiers and subdivision as in the viewport",
            ),
        ),
        description="Which of an object's settings the set and the cameras are read with",
    )
    overrides: CollectionProperty(type=MirageShotOverride)
    shot_choice: EnumProperty(
        name="Shots",
        items=(
            ("CURRENT", "At the Playhead", "The shot under the playhead"),
            ("ALL", "All", "Every shot on the timeline"),
            ("NAMED", "By Name", "One or more shots, by name"),
        ),
    )
    shot_names: StringProperty(
        name="Name",
        description="Name of a shot, or several: a, b",
        **callbacks(search=_shot_names, search_options={"SUGGESTION"}),
    )
    width: IntProperty(
        name="Width", default=512, min=64, max=4096, step=8, description="Width of the frames in pixels, in steps of 8"
    )
    seed: IntProperty(name="Seed", min=0, description="Another seed gives another take")
    steps: IntProperty(
        name="Steps",
        default=4,
        min=1,
        max=64,
        description="Denoising steps of each newly generated frame. More are slower",
    )
    use_memory: BoolProperty(
        name="Keep Consistent",
        default=True,
        description=(
            "Make a place look the same in every frame and shot. Off: every frame is made on its own, for comparison"
        ),
    )
    keep_glass: BoolProperty(
        name="Keep Glass",
        description="Keep glass and water as surfaces. Off: the camera sees through them, as in a render",
    )
    output_folder: StringProperty(
        name="Output",
        default="//mirage",
        subtype="DIR_PATH",
        options=blend_relative(),
        description="Folder for the takes, with one folder for each shot",
    )


class MirageWorldItem(bpy.types.PropertyGroup):
    """A world on the backend; its `name` is the world's."""

    world_id: StringProperty()
    takes: IntProperty()


class MirageWarning(bpy.types.PropertyGroup):
    """A line that the user should see; its `name` is the text."""


class MirageCommitItem(bpy.types.PropertyGroup):
    """What one take or seed view wrote into the world; its `name` is the shot's."""

    take_id: StringProperty()
    kind: StringProperty()
    state: StringProperty()
    when: StringProperty()
    author: StringProperty()
    seed: StringProperty(description="As text: it may be larger than Blender's own numbers")
    text: StringProperty()
    frame: IntProperty(default=-1, description="That a look shows; -1 for a take")
    camera: StringProperty()
    over_take: StringProperty(description="The take that a paint-over was painted on")


class MirageCoverageItem(bpy.types.PropertyGroup):
    """What the world has seen of one shot; its `name` is the shot's."""

    text: StringProperty()
    stale: StringProperty()
    unseen: BoolProperty()


class MirageShotItem(bpy.types.PropertyGroup):
    """A shot of the scene; its `name` is the shot's."""

    camera: StringProperty()
    camera_uid: IntProperty(description="As `core.shots.Shot.camera_uid`")
    frame_start: IntProperty()
    frame_end: IntProperty()
    kind: StringProperty(description="As `core.shot_list.ShotStatus.kind`")
    text: StringProperty()


class MirageTakeItem(bpy.types.PropertyGroup):
    """A take of the chosen shot; its `name` is the version."""

    folder: StringProperty()
    text: StringProperty()
    star: BoolProperty()
    note: StringProperty()
    shown: BoolProperty()


class MirageFindingItem(bpy.types.PropertyGroup):
    """What the check before a take found; its `name` is the text."""

    kind: StringProperty(description="One of `core.preflight.KINDS`")
    stops: BoolProperty()
    has_frame: BoolProperty()
    frame: IntProperty()
    value: FloatProperty()
    scene: StringProperty(description="That it is about; empty for the one of the timeline")


class MirageState(bpy.types.PropertyGroup):
    """What goes on now, written by the event pump only."""

    backend_state: EnumProperty(
        items=(
            ("UNKNOWN", "Not asked yet", ""),
            ("CONNECTING", "Connecting", ""),
            ("READY", "Ready", ""),
            ("PROBLEM", "Problem", ""),
        )
    )
    backend_text: StringProperty(default="Not connected yet")
    worlds: CollectionProperty(type=MirageWorldItem)
    backend_installed: BoolProperty(description="Whether this machine has one to start, as far as its files tell")
    backend_version_text: StringProperty(description="Where its version is not the add-on's")
    setup_state: EnumProperty(
        items=(
            ("IDLE", "Idle", ""),
            ("RUNNING", "Running", ""),
            ("DONE", "Done", ""),
            ("FAILED", "Failed", ""),
            ("CANCELLED", "Cancelled", ""),
        )
    )
    setup_cancelling: BoolProperty(description="Cancel was pressed; what was half made is removed")
    setup_text: StringProperty()
    setup_progress: FloatProperty(min=0.0, max=1.0)
    setup_notes: CollectionProperty(type=MirageWarning)
    setup_message: StringProperty()
    setup_hint: StringProperty()
    setup_log: StringProperty(description="Path of what pip said")
    job_state: EnumProperty(
        items=(
            ("IDLE", "Idle", ""),
            ("READING", "Reading the set", ""),
            ("RUNNING", "Running", ""),
            ("DONE", "Done", ""),
            ("FAILED", "Failed", ""),
            ("CANCELLED", "Cancelled", ""),
        )
    )
    job_kind: StringProperty(default="TAKE", description="TAKE, SURVEY, LOOK, PICTURE or CHECK")
    cancelling: BoolProperty(description="Cancel was pressed; what is finished still comes home")
    title: StringProperty()
    phase: StringProperty()
    progress: FloatProperty(min=0.0, max=1.0)
    done: IntProperty()
    total: IntProperty(description="0 where no end is known")
    frames_saved: IntProperty()
    message: StringProperty()
    hint: StringProperty()
    result: StringProperty(description="Folder of the last take")
    warnings: CollectionProperty(type=MirageWarning)
    waiting: CollectionProperty(type=MirageWarning, description="What was asked for meanwhile, in words")
    memory_world: StringProperty(description="Id of the world that the next properties are about")
    memory_text: StringProperty()
    memory_held: StringProperty()
    memory_budget: IntProperty(description="MiB")
    commits: CollectionProperty(type=MirageCommitItem)
    commit_index: IntProperty(name="History Entry", description="What a take or a look added to the world")
    coverage: CollectionProperty(type=MirageCoverageItem)
    overlay_on: BoolProperty(description="Whether the set is coated with what its world knows of it")
    overlay_text: StringProperty(description="Why the coating is not that of what there is to see")
    overlay_seen: StringProperty(description="Share of the surfaces, in words")
    overlay_partly: StringProperty()
    overlay_never: StringProperty()
    overlay_opacity: FloatProperty(
        name="Overlay Opacity",
        subtype="FACTOR",
        default=0.75,
        min=0.1,
        max=1.0,
        description="How strongly the surfaces are tinted",
        **callbacks(update=_redraw_overlay),
    )
    overlay_only_unseen: BoolProperty(
        name="Unseen Only",
        description="Tint only the surfaces that the world has not seen",
        **callbacks(update=_redraw_overlay),
    )
    findings: CollectionProperty(type=MirageFindingItem)
    was_checked: BoolProperty(description="Whether the findings are those of this session")
    shots: CollectionProperty(type=MirageShotItem)
    shot_index: IntProperty(
        name="Shot",
        description="A camera over a range of frames. Choosing it goes to its first frame and looks through its camera",
        **callbacks(update=_shot_chosen),
    )
    shot_estimate: StringProperty(description="How long the chosen shot may take")
    all_estimate: StringProperty(description="How long all shots may take")
    shots_problem: StringProperty(description="Why there is no shot")
    takes: CollectionProperty(type=MirageTakeItem)
    take_index: IntProperty(name="Take", description="One version of the selected shot")
    live_on: BoolProperty(description="Whether the live look is on")
    live_text: StringProperty(description="What the live look does")
    live_seen: StringProperty(description="How much of its frame the world knows")
    live_opacity: FloatProperty(
        name="Opacity",
        subtype="FACTOR",
        default=1.0,
        min=0.0,
        max=1.0,
        description="Opacity of the live look over the set",
    )
    live_size: EnumProperty(
        name="Size",
        items=(
            ("AUTO", "Auto", "Small while something moves, full size when nothing does"),
            ("SMALL", "Small", "Always small, for speed"),
            ("FULL", "Full", "Always the full size of a take"),
        ),
    )
    compare_split: FloatProperty(
        name="Wipe",
        subtype="FACTOR",
        default=0.5,
        min=0.0,
        max=1.0,
        description="Position of the line between the visible take (left) and the selected one (right)",
        **callbacks(update=_move_wipe),
    )


CLASSES = (
    MirageShotOverride,
    MirageKnownShot,
    MirageSceneSettings,
    MirageWorldItem,
    MirageWarning,
    MirageCommitItem,
    MirageCoverageItem,
    MirageShotItem,
    MirageTakeItem,
    MirageFindingItem,
    MirageState,
)


def preset_in_use(settings: MirageSceneSettings) -> str:
    """Which preset has the settings' size and steps; empty where none has."""
    return preset_of(settings.width, settings.steps)


def look_icon() -> int:
    """Blender's number of the look's small picture; 0 where there is none."""
    return look_thumbnail.icon


def known_words(settings: MirageSceneSettings) -> tuple[str, ...]:
    """The words that the chosen engine understands, as far as a backend has told."""
    return words_of(settings.engine)


def unknown_words(settings: MirageSceneSettings) -> str:
    """A sentence that names the words of the prompt which have no effect; empty where all have."""
    return prompt_remark(settings.prompt, settings.engine)


def add_pointers() -> None:
    bpy.types.Scene.mirage = PointerProperty(type=MirageSceneSettings)
    bpy.types.WindowManager.mirage = PointerProperty(type=MirageState)


def remove_pointers() -> None:
    del bpy.types.WindowManager.mirage
    del bpy.types.Scene.mirage
