"""More surface patterns, as `patterns`: road, stone, glass, roofs, marble, earth, grass, lettering, pictures, books."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inference_backend.training.sets.noise import NoiseTile, cell_random, mip_levels, noise_tile
from inference_backend.training.sets.patterns import (
    Float,
    Look,
    Patch,
    Style,
    fade,
    gloss_of,
    joint,
    line,
    mix,
    nearest_cell,
    noise_of,
    worn,
)

ORIGIN = 50.0
"""Metres that box mapping adds to a rest position: the middle of a road lies at u = ORIGIN."""
_WORDS = (
    "CAFE BAR HOTEL 24 OPEN TAXI BAKERY STATION EXIT No 7 MARKET CINEMA PARK BOOKS SALE GARAGE A1 DINER MUSEUM".split()
)


def _even(color: Float, patch: Patch) -> Float:
    return np.broadcast_to(color, (len(patch.u), 3))


def asphalt(patch: Patch, style: Style) -> Look:
    """Tarmac with patches and cracks."""
    grain = noise_of("grain", patch, style, 0.5)
    tone = noise_of("blotch", patch, style, 9.0)
    albedo = style.colors[0][None] * np.clip(1 + 0.16 * grain + 0.12 * tone, 0.4, 1.7)[:, None]
    crack = np.clip(1 - np.abs(noise_of("rough", patch, style, 6.0)) * 28, 0, 1) * (0.25 + 0.6 * style.wear)
    return albedo * (1 - 0.45 * crack)[:, None], gloss_of(patch, style, 0.6)


def road(patch: Patch, style: Style) -> Look:
    """Tarmac along v with a dashed line in the middle and one at each edge; `scale` is half its width."""
    albedo, gloss = asphalt(patch, style)
    across, half = patch.u - ORIGIN, style.scale
    dash = line((patch.v % 6.0) - 1.5, 1.5, patch.footprint)
    middle = line(across, 0.06, patch.footprint) * (dash if style.variant < 0.7 else 1.0)
    edges = line(np.abs(across) - (half - 0.3), 0.06, patch.footprint)
    chipped = np.clip((noise_of("rough", patch, style, 1.1) + 1.8 - 1.6 * style.wear) * 2, 0, 1)
    paint = np.maximum(middle, edges) * chipped
    tracks = line(np.abs(np.abs(across) - half * 0.45) - 0.6, 0.25, np.maximum(patch.footprint, 0.5))
    return mix(albedo * (1 - 0.15 * tracks)[:, None], style.colors[1][None], 0.85 * paint), gloss


def stone(patch: Patch, style: Style) -> Look:
    """Ashlar: courses of blocks of uneven length, each of its own tone, a little rounded at the joints."""
    high = style.scale
    row = np.floor(patch.v / high)
    wide = high * (1.6 + 0.8 * cell_random(row, row * 0, style.seed + 3))
    along = patch.u + wide * cell_random(row, row * 0, style.seed + 4)
    tone = cell_random(np.floor(along / wide), row, style.seed)
    seen = fade(high, patch.footprint)
    albedo = mix(style.colors[0][None], style.colors[1][None], 0.5 + (tone - 0.5) * seen)
    albedo = albedo * (1 + 0.3 * (tone - 0.5) * seen + 0.09 * noise_of("rough", patch, style, 1.4))[:, None]
    gap = np.maximum(joint(patch.v, high, 0.008, patch.footprint), joint(along, wide, 0.008, patch.footprint))
    rim = np.maximum(joint(patch.v, high, 0.03, patch.footprint), joint(along, wide, 0.03, patch.footprint))
    albedo = albedo * (1 - 0.18 * rim)[:, None]
    return worn(mix(albedo, style.colors[2][None] * 0.6, gap), patch, style, 0.08 + 0.1 * style.wear), gloss_of(
        patch, style
    )


def rock(patch: Patch, style: Style) -> Look:
    """Bare rock: strata and lichen."""
    strata = np.sin(2 * np.pi * (patch.v / style.scale + 0.7 * noise_of("blotch", patch, style, 3.0)))
    rough = noise_of("rough", patch, style, 1.5)
    albedo = (
        style.colors[0][None]
        * np.clip(1 + 0.15 * strata * fade(style.scale, patch.footprint) + 0.25 * rough, 0.3, 1.8)[:, None]
    )
    lichen = np.clip((noise_of("rough", patch, style, 0.8) - 1.6 + style.wear) * 3, 0, 1)
    return mix(albedo, style.colors[1][None], 0.6 * lichen), gloss_of(patch, style, 0.5)


def roof(patch: Patch, style: Style) -> Look:
    """Overlapping roof tiles or slates in staggered rows."""
    high, wide = style.scale, style.scale * 0.8
    row = np.floor(patch.v / high)
    along = patch.u + wide * 0.5 * (row % 2)
    tone = cell_random(np.floor(along / wide), row, style.seed)
    x, y = (along % wide) / wide - 0.5, (patch.v % high) / high
    seen = fade(high, patch.footprint)
    bow = (1 - np.clip(2 * x, -1, 1) ** 2) if style.variant < 0.5 else np.ones_like(x)
    shade = 1 + seen * (0.35 * (bow - 0.6) - 0.35 * np.clip(1 - y * 5, 0, 1) + 0.4 * (tone - 0.5))
    albedo = mix(style.colors[0][None], style.colors[1][None], tone * seen) * shade[:, None]
    moss = np.clip((noise_of("rough", patch, style, 2.5) - 2.2 + 1.3 * style.wear) * 2, 0, 1)
    return worn(mix(albedo, np.array([[0.09, 0.11, 0.04]], np.float32), 0.6 * moss), patch, style, 0.1), gloss_of(
        patch, style
    )


def marble(patch: Patch, style: Style) -> Look:
    """Polished slabs with veins."""
    # Sampled coarsely: the zero line of a rough field is dust, that of a smooth one a vein.
    soft = np.maximum(patch.footprint, 0.12) / 4.0
    vein = np.abs(noise_tile("blotch").sample(patch.u / 4.0 + style.variant, patch.v / 4.0, soft))
    thin = np.clip(1 - vein * 7, 0, 1) ** 1.5 * fade(0.8, patch.footprint)
    albedo = mix(_even(style.colors[0], patch), style.colors[1][None], 0.5 * thin)
    albedo = albedo * (1 + 0.06 * noise_of("blotch", patch, style, 0.9))[:, None]
    gap = np.maximum(
        joint(patch.u, style.scale * 3, 0.002, patch.footprint), joint(patch.v, style.scale * 3, 0.002, patch.footprint)
    )
    return albedo * (1 - 0.5 * gap)[:, None], gloss_of(patch, style)


def glass(patch: Patch, style: Style) -> Look:
    """A dark pane: little colour of its own, much sheen, blinds or curtains behind some."""
    pane = cell_random(np.floor(patch.u / 1.3), np.floor(patch.v / 2.8), style.seed)
    slats = joint(patch.v, 0.06, 0.02, patch.footprint) * (pane > 0.8)
    seen = fade(1.3, patch.footprint)
    behind = 0.15 + (np.clip((pane - 0.62) * 4, 0, 1) * (1 - 0.5 * slats) * 0.5 - 0.15) * seen
    albedo = mix(_even(style.colors[0] * 0.18, patch), style.colors[1][None], behind)
    return albedo * (1 + 0.1 * noise_of("blotch", patch, style, 3.0))[:, None], gloss_of(patch, style, 1 - 0.5 * behind)


def grass(patch: Patch, style: Style) -> Look:
    """Lawn or meadow: blades, clumps, dry and bare spots."""
    blades = noise_of("grain", patch, style, 0.35, 0.5)
    clump = noise_of("rough", patch, style, 2.2)
    dry = np.clip(0.35 + 0.35 * noise_of("blotch", patch, style, 11.0) + 0.12 * clump, 0, 1)
    albedo = mix(style.colors[0][None], style.colors[1][None], dry)
    albedo = albedo * np.clip(1 + 0.28 * blades + 0.2 * clump, 0.3, 1.9)[:, None]
    bare = np.clip((noise_of("rough", patch, style, 6.0) - 2.6 + 1.6 * style.wear) * 2, 0, 1)
    return mix(albedo, style.colors[3][None], 0.8 * bare), gloss_of(patch, style, 0.2)


def earth(patch: Patch, style: Style) -> Look:
    """Soil, sand or gravel with pebbles."""
    best, tone = nearest_cell(patch, style.scale, style.seed)
    seen = fade(style.scale, patch.footprint)
    pebble = np.clip(1.2 - best / (style.scale * 0.35), 0, 1) * (tone > 0.45 + 0.5 * style.variant) * seen
    ripple = noise_of("rough", patch, style, 1.6, 2.0)
    albedo = (
        style.colors[0][None]
        * np.clip(1 + 0.12 * ripple + 0.12 * noise_of("grain", patch, style, 0.8), 0.4, 1.7)[:, None]
    )
    return worn(mix(albedo, style.colors[1][None], 0.8 * pebble), patch, style, 0.12), gloss_of(patch, style, 0.3)


def bark(patch: Patch, style: Style) -> Look:
    """Furrows along v."""
    furrow = noise_tile("rough").sample(patch.u / 0.35, patch.v / 2.2, patch.footprint / 0.35)
    albedo = (
        style.colors[0][None]
        * np.clip(1 + 0.35 * furrow + 0.1 * noise_of("grain", patch, style, 0.4), 0.3, 1.8)[:, None]
    )
    return albedo, gloss_of(patch, style, 0.3)


def corrugated(patch: Patch, style: Style) -> Look:
    """Ribbed sheet, painted, with rust running down."""
    rib = np.sin(2 * np.pi * patch.u / style.scale) * fade(style.scale, patch.footprint)
    albedo = style.colors[0][None] * (1 + 0.28 * rib)[:, None]
    runs = noise_tile("rough").sample(patch.u / 1.3, patch.v / 9.0, patch.footprint / 1.3)
    rust = np.clip((runs - 2.0 + 1.6 * style.wear) * 2, 0, 1)
    return worn(mix(albedo, np.array([[0.17, 0.07, 0.035]], np.float32), 0.8 * rust), patch, style, 0.07), gloss_of(
        patch, style, 1 - rust
    )


def smooth_coat(patch: Patch, style: Style) -> Look:
    """Skin, lacquer, rubber, plain cloth: one colour with hardly a shade."""
    tone = 0.05 * noise_of("blotch", patch, style, 1.1) + 0.03 * noise_of("grain", patch, style, 0.5)
    return style.colors[0][None] * (1 + tone)[:, None], gloss_of(patch, style)


def books(patch: Patch, style: Style) -> Look:
    """Spines side by side, each of its own width, colour and title band."""
    wide = style.scale
    column = np.floor(patch.u / wide)
    tone, pick = cell_random(column, column * 0, style.seed), cell_random(column, column * 0 + 1, style.seed)
    seen = fade(wide, patch.footprint)
    spine = style.colors[(pick * 4).astype(np.int32) % 4]
    mean = style.colors.mean(0)[None]
    albedo = (mean + (spine - mean) * seen[:, None]) * (0.7 + 0.6 * tone * seen + 0.3 * (1 - seen))[:, None]
    band = line((patch.v + 0.05 * tone) % 0.33 - 0.2, 0.02, patch.footprint) * seen
    gap = joint(patch.u, wide, wide * 0.06, patch.footprint)
    return mix(albedo, style.colors[1][None] * 1.2, 0.6 * band) * (1 - 0.7 * gap)[:, None], gloss_of(patch, style)


@lru_cache(maxsize=1)
def _text_tile() -> NoiseTile:
    """Lines of words in several sizes: 1 where there is ink."""
    size = 512
    image = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(image)
    rng, y = np.random.default_rng(11), 6
    while y < size - 60:
        high = int(rng.choice([38, 56, 84]))
        text = " ".join(rng.choice(_WORDS, 12))
        pen.text((-int(rng.integers(0, 80)), y), text, fill=255, font=ImageFont.load_default(high))
        y += int(high * 1.2)
    return mip_levels(np.asarray(image, np.float32) / 255)


def lettering(patch: Patch, style: Style) -> Look:
    """A sign with words of a real typeface, a border band above and below."""
    period = style.scale * 6
    shift = (style.seed % 89) / 89
    ink = _text_tile().sample(patch.u / period + shift, -patch.v / period + shift, patch.footprint / period)
    lit = np.clip(noise_of("blotch", patch, style, 2.0) * 0.06 + 1, 0.5, 1.5)
    albedo = mix(_even(style.colors[0], patch) * lit[:, None], style.colors[1][None], np.clip(ink, 0, 1))
    return worn(albedo, patch, style, 0.1 * style.wear), gloss_of(patch, style)


def artwork(patch: Patch, style: Style) -> Look:
    """A painting, poster or screen: fields of four colours with soft and sharp borders."""
    first = noise_of("blotch", patch, style, style.scale * 4)
    second = noise_of("rough", patch, style, style.scale * 3)
    sharp = (1.2 + 8 * style.variant) * fade(style.scale * 3, patch.footprint)
    albedo = mix(_even(style.colors[0], patch), style.colors[1][None], np.clip(0.5 + sharp * first, 0, 1))
    albedo = mix(albedo, style.colors[3][None], np.clip(0.5 + sharp * (second - 0.7), 0, 1))
    return mix(albedo, style.colors[2][None], np.clip(0.5 + sharp * (first * second - 0.8), 0, 1)), gloss_of(
        patch, style
    )


def parquet(patch: Patch, style: Style) -> Look:
    """Herringbone-like blocks: squares of strips that lie crosswise in turn."""
    square = style.scale * 4
    column, row = np.floor(patch.u / square), np.floor(patch.v / square)
    turned = (column + row) % 2 > 0
    across, along = np.where(turned, patch.u, patch.v), np.where(turned, patch.v, patch.u)
    strip = np.floor(across / style.scale)
    tone = cell_random(strip + 57 * column, row, style.seed)
    seen = fade(style.scale, patch.footprint)
    grain = noise_tile("rough").sample(along / 3.0 + tone, across / 0.35, patch.footprint / 0.35)
    albedo = mix(style.colors[0][None], style.colors[1][None], np.clip(0.5 + (tone - 0.5) * seen, 0, 1))
    albedo = albedo * np.clip(1 + 0.35 * (tone - 0.5) * seen + 0.1 * grain, 0.4, 1.6)[:, None]
    gap = np.maximum(joint(across, style.scale, 0.002, patch.footprint), joint(along, square, 0.002, patch.footprint))
    return albedo * (1 - 0.6 * gap)[:, None], gloss_of(patch, style)


FINISHES: dict[str, Callable[[Patch, Style], Look]] = {
    f.__name__: f
    for f in (asphalt, road, stone, rock, roof, marble, glass, grass, earth, bark, corrugated, smooth_coat, books)
    + (lettering, artwork, parquet)
}
