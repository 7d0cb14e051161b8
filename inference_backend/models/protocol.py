"""What generation asks of an engine. Generation is written once, over this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..greybox.gbuffer import GBuffer, Pixels
from ..memory.moments import Moments
from ..memory.read import ReadOut
from ..memory.tokens import Tokens
from .specs import EngineSpec


@dataclass(frozen=True)
class FrameView:
    """What one frame sees of the greybox."""

    pixels: Pixels
    """[H,W]."""
    cells: GBuffer
    """[h,w]."""
    light: NDArray[np.float32]
    """[h,w,3] guide: direct light on a white matte surface."""
    occlusion: NDArray[np.float32]
    """[h,w] guide: 1 open, 0 closed in."""
    c2w: NDArray[np.float64]
    """[4,4]."""


@dataclass(frozen=True)
class Knowledge:
    """What the world's memory says to one frame."""

    tokens: Tokens
    moments: Moments
    """Of these tokens."""
    readout: ReadOut
    prompt: str


class Engine(Protocol):
    """Latents are [C,h,w] float32, normalised; frames [H,W,3] uint8 sRGB."""

    spec: EngineSpec
    weights_hash: str
    latent_space: str
    """Names what latents mean: tokens of another one are noise to this engine."""
    device: torch.device
    notes: list[tuple[str, str]]
    """(message, hint) of what users should know of its work, oldest first; whoever tells it takes it out."""

    def encode(self, rgb: NDArray[np.uint8]) -> Tensor:
        """A picture as latents. H and W are multiples of the stride."""
        ...

    def refine(self, view: FrameView, knowledge: Knowledge) -> Tensor:
        """Latents of a frame whose surfaces memory knows: one deterministic step."""
        ...

    def generate(self, view: FrameView, knowledge: Knowledge, steps: int, seed: int) -> Tensor:
        """Latents of a frame with surfaces that nobody has seen, sampled with `seed`; what is known stays."""
        ...

    def decode(self, latents: Tensor, view: FrameView) -> NDArray[np.uint8]:
        """Latents as a picture, with the silhouettes of the greybox."""
        ...
