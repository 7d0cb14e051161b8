"""Text for burn-ins and captions, in Pillow's own scalable font so that no system font is asked for."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

PAPER = (18, 20, 22)
INK = (225, 222, 214)


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font at `size` pixels."""
    return ImageFont.load_default(size)


def fitting(text: str, size: int, width: float) -> str:
    """`text`, cut short with an ellipsis where it would be wider than `width` pixels."""
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def burn_in(picture: Image.Image, left: str, right: str) -> Image.Image:
    """A copy with one line over a dark band along the bottom edge: `left` and `right` aligned."""
    size = max(9, round(picture.height / 24))
    band = round(size * 1.5)
    shaded = picture.convert("RGB")
    strip = shaded.crop((0, shaded.height - band, shaded.width, shaded.height))
    shaded.paste(Image.blend(strip, Image.new("RGB", strip.size, PAPER), 0.6), (0, shaded.height - band))
    draw = ImageDraw.Draw(shaded)
    margin, middle = size // 2, shaded.height - band / 2
    of_right = font(size).getlength(right)
    draw.text((shaded.width - margin, middle), right, INK, font(size), anchor="rm")
    room = shaded.width - of_right - 3 * margin
    draw.text((margin, middle), fitting(left, size, room), INK, font(size), anchor="lm")
    return shaded
