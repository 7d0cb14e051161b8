"""Animatics: the frames of shots, one after the other, as one video file with a small burn-in (PyAV)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.codec.codec import UnknownCodecError
from PIL import Image

from ..errors import InvalidRequest
from ..storage.atomic import write_atomic
from .labels import burn_in

CODECS = (("libx264", {"crf": "18", "preset": "medium"}), ("mpeg4", {"qscale": "3"}))
"""Encoders in the order of preference: builds of FFmpeg without GPL parts lack the first."""


@dataclass(frozen=True)
class Clip:
    """One shot of the animatic."""

    shot: str
    frames: Sequence[Path]
    """Pictures of one size, in order."""
    numbers: Sequence[int]
    """Blender's frame number of each."""
    lenses: Sequence[float]
    """Millimetres on a 36 mm wide sensor, of each."""


def write_animatic(path: Path, clips: Sequence[Clip], fps: float) -> None:
    """Writes `clips` as an .mp4 at `fps`, whole or not at all; replaces a file of that name.

    Odd picture sizes lose their last row or column, as 4:2:0 video needs even ones. Raises InvalidRequest when there
    is no frame, a frame is missing or sizes differ, and DiskFull.
    """
    paths = [frame for clip in clips for frame in clip.frames]
    if not paths:
        raise InvalidRequest("The animatic has no frame.", "Generate at least one shot first.")
    size = _common_size(paths)
    video = _encode(clips, fps, size)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, video)


def _encode(clips: Sequence[Clip], fps: float, size: tuple[int, int]) -> bytes:
    codec, options = _codec()
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        container.metadata["comment"] = "Generated pictures, made with Blender Mirage"
        stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options=dict(options))
        stream.width, stream.height = (extent // 2 * 2 for extent in size)
        stream.pix_fmt = "yuv420p"
        for picture in _pictures(clips):
            cropped = picture.crop((0, 0, stream.width, stream.height))
            container.mux(stream.encode(av.VideoFrame.from_image(cropped)))
        container.mux(stream.encode())
    return file.getvalue()


def _pictures(clips: Sequence[Clip]) -> Iterator[Image.Image]:
    for clip in clips:
        for frame, number, lens in zip(clip.frames, clip.numbers, clip.lenses, strict=True):
            with Image.open(frame) as picture:
                yield burn_in(picture, clip.shot, f"{number:04d}   {lens:.0f} mm")


def _codec() -> tuple[str, dict[str, str]]:
    for name, options in CODECS:
        try:
            av.codec.Codec(name, "w")
        except UnknownCodecError:
            continue
        return name, options
    raise InvalidRequest(
        f"PyAV has none of the encoders {', '.join(name for name, _ in CODECS)}.", "Install it again: pip install av."
    )


def _common_size(paths: Sequence[Path]) -> tuple[int, int]:
    size: tuple[int, int] | None = None
    for path in paths:
        if not path.is_file():
            raise InvalidRequest(f"The frame {path} is missing.", "Generate the shot again.")
        with Image.open(path) as picture:
            if size is not None and picture.size != size:
                raise InvalidRequest(
                    f"The frame {path.name} is {picture.size[0]}x{picture.size[1]} where the others are "
                    f"{size[0]}x{size[1]}.",
                    "Put only takes of one resolution into an animatic.",
                )
            size = picture.size
    assert size is not None
    return size
