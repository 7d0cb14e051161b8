"""Findings of the pre-flight check, as the panel draws them."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..core.preflight import Finding


def show_findings(state: bpy.types.PropertyGroup, findings: Sequence[Finding], over: bool = True) -> None:
    """In place of those before; what stops a take comes first. `over`: all is checked, so that there being none says
    something."""
    state.findings.clear()
    for finding in sorted(findings, key=lambda finding: not finding.stops):
        item = state.findings.add()
        item.name, item.kind, item.stops = finding.text, finding.kind, finding.stops
        item.has_frame, item.frame, item.value = finding.frame is not None, finding.frame or 0, finding.value
        item.scene = finding.scene
    state.was_checked = over


def drop_findings(state: bpy.types.PropertyGroup, kind: str, scene: str = "") -> None:
    """What was mended is not shown any more, and the others stay as they are. `scene`: as in `Finding`."""
    for index in reversed(range(len(state.findings))):
        if (state.findings[index].kind, state.findings[index].scene) == (kind, scene):
            state.findings.remove(index)
