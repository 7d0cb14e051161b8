"""Where the panels are: the Mirage tab of the 3D View's sidebar (`sequencer` makes their twins)."""


class Sidebar:
    """A panel of the tab."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mirage"


class SidebarPart(Sidebar):
    """A part of it that can be folded."""

    bl_parent_id = "MIRAGE_PT_main"
