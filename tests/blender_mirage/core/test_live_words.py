"""What the panel says of a live look, in full sentences."""

from __future__ import annotations

import pytest

from blender_mirage.core.live_link import LiveState
from blender_mirage.core.live_pace import FrameSize
from blender_mirage.core.live_words import describe_frame, describe_link, describe_seen
from blender_mirage.wire.live import ViewInfo


def test_frames() -> None:
    size = FrameSize(144, 256)
    assert describe_frame(size, 7.4, moving=True) == "Live at 7 frames/s, 256 x 144"
    assert describe_frame(size, 0.44, moving=True) == "Live at 0.4 frames/s, 256 x 144"
    assert describe_frame(size, 7.4, moving=False) == "Live, 256 x 144"
    assert describe_seen(ViewInfo(1, 0.5, 0.25, 0.25)) == "Known 50 %, partly 25 %, unknown 25 %"


@pytest.mark.parametrize("name", ["connecting", "preparing", "ready", "busy"])
def test_every_state_has_its_words(name: str) -> None:
    assert describe_link(LiveState(name, "message", "hint")) != "message hint"


def test_what_failed_is_said_with_the_next_step() -> None:
    assert describe_link(LiveState("failed", "It broke.", "Mend it.")) == "It broke. Mend it."
