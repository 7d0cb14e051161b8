"""The autoencoder alone, without any guide, on photographs that it never saw: those in scikit-image's wheel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ...errors import BackendError
from ...models.previz.autoencoder import STRIDE
from ...models.previz.guide import PIXEL_CHANNELS
from ...models.previz.model import PrevizModel
from .tally import Tally

EVERYDAY = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")
SCIENTIFIC = ("hubble_deep_field.jpg", "ihc.png", "retina.jpg")
LONGEST = 512
"""Pixels that the longer side is reduced to where it is more."""


@dataclass(frozen=True)
class Photograph:
    name: str
    psnr: float
    sharpness: float


@torch.inference_mode()
def measure(name: str, model: PrevizModel) -> Photograph:
    """One of EVERYDAY or SCIENTIFIC, there and back through the encoder and the decoder with a guide of zeros, which is
    no guide. Raises BackendError where scikit-image is not installed."""
    picture = load(name)
    rgb = torch.tensor(picture).permute(2, 0, 1)[None].float() / 255
    none = torch.zeros(1, PIXEL_CHANNELS, *picture.shape[:2])
    made = model.decoder(model.encoder(rgb), none)[0].clamp(0, 1) * 255
    tally = Tally()
    tally.add(made.permute(1, 2, 0).round().numpy(), picture, np.ones(picture.shape[:2], bool))
    return Photograph(Path(name).stem, tally.psnr, tally.sharpness)


def load(name: str) -> NDArray[np.uint8]:
    """[H,W,3], in whole cells."""
    try:
        import skimage.data
    except ImportError as error:
        raise BackendError(
            "The photographs come with scikit-image, which is not installed.",
            "Install it with `pip install blender-mirage[bench]`, or leave this part out.",
        ) from error
    with Image.open(Path(skimage.data.__file__).parent / name) as file:
        picture = file.convert("RGB")
    if max(picture.size) > LONGEST:
        factor = LONGEST / max(picture.size)
        size = (round(picture.width * factor), round(picture.height * factor))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(picture)
    return np.ascontiguousarray(pixels[: pixels.shape[0] // STRIDE * STRIDE, : pixels.shape[1] // STRIDE * STRIDE])
