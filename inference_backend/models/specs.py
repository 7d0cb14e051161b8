"""The engine table: every engine there is, explicitly."""

from __future__ import annotations

from .protocol import EngineSpec

PREVIZ = EngineSpec(name="previz", channels=12, stride=4, frames_per_latent=1, steps=4)
