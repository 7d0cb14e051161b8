"""The engine table: every engine there is, explicitly. Loads no torch: the server reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineSpec:
    """One row of the engine table."""

    name: str
    channels: int
    """C, latent channels."""
    stride: int
    """Pixels a latent cell, each way."""
    frames_per_latent: int
    """1: every latent frame is one frame."""
    steps: int
    """Denoising steps of a key frame unless the take says otherwise."""
    fps: float = 0.0
    """Frames a second that it was trained at, and makes no others than; 0: it makes each frame on its own."""


PREVIZ = EngineSpec(name="previz", channels=12, stride=4, frames_per_latent=1, steps=4)
SPECS = {spec.name: spec for spec in (PREVIZ,)}
