"""Surface patterns: albedo as a function of a plane coordinate in metres, filtered to the size of a pixel.

Each pattern takes a `Patch` and a `Style` and returns (albedo [N,3] linear, gloss [N] 0..1).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inference_backend.training.sets.noise import cell_random, noise_tile

Float = np.ndarray
Look = tuple[Float, Float]


@dataclass(frozen=True)
class Patch:
    """N surface points: plane coordinates and height above the object's own floor in metres, pixel size in metres."""

    u: Float
    v: Float
    height: Float
    footprint: Float


@dataclass(frozen=True)
class Style:
    """The numbers of one material. `colors` [4,3] linear: main, second, joint, accent; `scale` metres of a feature."""

    colors: Float
    scale: float
    seed: int
    wear: float
    gloss: float
    variant: float


def noise_of(name: str, patch: Patch, style: Style, period: float, stretch: float = 1.0) -> Float:
    """Noise [N] that repeats after `period` metres, drawn out `stretch` times along u."""
    shift = (style.seed % 997) / 997.0
    return noise_tile(name).sample(
        patch.u / (period * stretch) + shift, patch.v / period + 7.3 * shift, patch.footprint / period
    )


def line(distance: Float, half_width: float | Float, footprint: Float) -> Float:
    """Share [N] of a pixel, `footprint` wide, that a line covers whose centre is `distance` away."""
    reach = np.maximum(footprint, 1e-4)
    high = np.minimum(distance + reach / 2, half_width)
    low = np.maximum(distance - reach / 2, -half_width)
    return np.clip((high - low) / reach, 0.0, 1.0)


def joint(coordinate: Float, period: float, half_width: float, footprint: Float) -> Float:
    """Coverage [N] of joints that lie at the multiples of `period`."""
    return line((coordinate + period / 2) % period - period / 2, half_width, footprint)


def fade(period: float, footprint: Float) -> Float:
    """1 where a cell of `period` metres is resolved, 0 where a pixel holds many."""
    return np.clip(1.6 - 1.6 * footprint / period, 0.0, 1.0)


def mix(a: Float, b: Float, share: Float) -> Float:
    return a + (b - a) * share[:, None]


def worn(albedo: Float, patch: Patch, style: Style, amount: float) -> Float:
    """Darkens and lightens with weathering of two sizes."""
    coarse = noise_of("blotch", patch, style, 5.0)
    fine = noise_of("rough", patch, style, 1.7)
    return albedo * np.clip(1 + amount * (0.6 * coarse + 0.5 * fine), 0.35, 1.6)[:, None]


def gloss_of(patch: Patch, style: Style, factor: Float | float = 1.0) -> Float:
    return np.broadcast_to(np.float32(style.gloss) * factor, patch.u.shape).astype(np.float32)


def brick(patch: Patch, style: Style) -> Look:
    """Running bond with toned bricks and mortar."""
    high, wide = style.scale * 0.36, style.scale
    row = np.floor(patch.v / high)
    along = patch.u + wide * 0.5 * (row % 2)
    tone = cell_random(np.floor(along / wide), row, style.seed)
    seen = fade(high, patch.footprint)
    shade = 1 + (tone - 0.5) * (0.35 + 0.4 * style.wear) * seen
    odd = ((tone * 7.13) % 1 > 0.72).astype(np.float32) * seen
    stone = mix(style.colors[0][None], style.colors[1][None], odd) * shade[:, None]
    stone = stone * (1 + 0.10 * noise_of("grain", patch, style, 0.9))[:, None]
    half = style.scale * 0.026
    mortar = np.maximum(joint(patch.v, high, half, patch.footprint), joint(along, wide, half, patch.footprint))
    return worn(mix(stone, style.colors[2][None], mortar), patch, style, 0.08 + 0.12 * style.wear), gloss_of(
        patch, style, 1 - mortar
    )


def planks(patch: Patch, style: Style) -> Look:
    """Boards along u (or v) with grain, end joints and gaps."""
    u, v = (patch.u, patch.v) if style.variant < 0.5 else (patch.v, patch.u)
    wide, long = style.scale, style.scale * 9
    row = np.floor(v / wide)
    along = u + long * cell_random(row, row * 0, style.seed)
    tone = cell_random(row, np.floor(along / long), style.seed + 1)
    seen = fade(wide, patch.footprint)
    board = Patch(along + 3.1 * tone * seen, v + 1.7 * tone * seen, patch.height, patch.footprint)
    grain = noise_of("rough", board, style, 0.45, 9.0) + 0.5 * noise_of("grain", board, style, 0.25, 14.0)
    rings = np.sin(2 * np.pi * (v / wide * 2.2 + 0.9 * noise_of("blotch", board, style, 1.2, 5.0) + 5 * tone * seen))
    albedo = mix(style.colors[0][None], style.colors[1][None], np.clip((tone - 0.35) * seen + 0.3, 0, 1))
    albedo = albedo * np.clip(1 + (tone - 0.5) * 0.45 * seen + 0.13 * grain + 0.10 * rings * seen, 0.3, 1.7)[:, None]
    gap = np.maximum(
        joint(v, wide, style.scale * 0.02, patch.footprint), joint(along, long, style.scale * 0.02, patch.footprint)
    )
    return worn(albedo * (1 - 0.75 * gap)[:, None], patch, style, 0.10 * style.wear), gloss_of(patch, style, 1 - gap)


def plaster(patch: Patch, style: Style) -> Look:
    """Rough paint with blotches and, in worn variants, patches where the ground shows."""
    relief = noise_of("grain", patch, style, 1.3)
    albedo = np.broadcast_to(style.colors[0], (len(patch.u), 3)) * (1 + 0.05 * relief)[:, None]
    bare = np.clip((noise_of("rough", patch, style, 3.7) - 2.7 + 1.5 * style.wear) * 5, 0, 1)
    rim = np.clip(bare * (1 - bare) * 4, 0, 1)
    albedo = mix(albedo, style.colors[2][None] * 0.8, bare) * (1 - 0.25 * rim)[:, None]
    return worn(albedo, patch, style, 0.06 + 0.10 * style.wear), gloss_of(patch, style, 0.3)


def dado(patch: Patch, style: Style) -> Look:
    """Wall in two colours with a stripe between them, as in schools and stairwells."""
    albedo, gloss = plaster(patch, style)
    level = 1.0 + 0.4 * style.variant
    below = np.clip((level - patch.height) / np.maximum(patch.footprint, 1e-4) + 0.5, 0, 1)
    lower = style.colors[1][None] * (1 + 0.05 * noise_of("rough", patch, style, 1.1))[:, None]
    albedo = mix(albedo, lower, below)
    stripe = line(patch.height - level, 0.035, patch.footprint)
    return mix(albedo, style.colors[3][None], stripe), np.maximum(gloss, style.gloss * below)


def concrete(patch: Patch, style: Style) -> Look:
    """Cast panels with seams, tie holes and runs of dirt."""
    period = style.scale * 6
    albedo = (
        style.colors[0][None]
        * (1 + 0.10 * noise_of("rough", patch, style, 2.3) + 0.06 * noise_of("grain", patch, style, 1.1))[:, None]
    )
    panel = cell_random(np.floor(patch.u / period), np.floor(patch.v / period), style.seed)
    albedo = albedo * (1 + 0.16 * (panel - 0.5))[:, None]
    seam = np.maximum(joint(patch.u, period, 0.008, patch.footprint), joint(patch.v, period, 0.008, patch.footprint))
    hole_u = (patch.u + period / 4) % (period / 2) - period / 4
    hole_v = (patch.v + period / 4) % (period / 2) - period / 4
    hole = line(np.hypot(hole_u, hole_v), 0.022, patch.footprint)
    runs = np.clip(noise_tile("rough").sample(patch.u / 1.9, patch.v / 14.0, patch.footprint / 1.9) - 0.4, 0, 2)
    dark = (1 - 0.55 * np.maximum(seam, hole)) * (1 - 0.22 * style.wear * runs)
    return worn(albedo * dark[:, None], patch, style, 0.08 + 0.08 * style.wear), gloss_of(patch, style, 0.5)


def tiles(patch: Patch, style: Style) -> Look:
    """Square tiles with grout: checkered, plain or with an accent here and there."""
    size = style.scale
    column, row = np.floor(patch.u / size), np.floor(patch.v / size)
    tone = cell_random(column, row, style.seed)
    seen = fade(size, patch.footprint)
    if style.variant < 0.5:
        pick = 0.5 + ((column + row) % 2 - 0.5) * seen
    else:
        pick = (tone > 0.86).astype(np.float32) * seen
    albedo = mix(style.colors[0][None], style.colors[1][None], pick)
    vein = noise_of("rough", patch, style, 0.8)
    albedo = albedo * (1 + 0.14 * (tone - 0.5) * seen + 0.05 * vein)[:, None]
    half = max(size * 0.014, 0.003)
    grout = np.maximum(joint(patch.u, size, half, patch.footprint), joint(patch.v, size, half, patch.footprint))
    return worn(mix(albedo, style.colors[2][None], grout), patch, style, 0.06 * style.wear), gloss_of(
        patch, style, 1 - grout
    )


def metal(patch: Patch, style: Style) -> Look:
    """Painted sheets with seams and rivets, rust where it is worn."""
    wide, high = style.scale * 2.5, style.scale * 4
    panel = cell_random(np.floor(patch.u / wide), np.floor(patch.v / high), style.seed)
    brushed = noise_of("grain", patch, style, 0.6, 0.08)
    albedo = style.colors[0][None] * (1 + 0.12 * (panel - 0.5) + 0.05 * brushed)[:, None]
    seam = np.maximum(joint(patch.u, wide, 0.006, patch.footprint), joint(patch.v, high, 0.006, patch.footprint))
    near = np.abs((patch.u + wide / 2) % wide - wide / 2)
    step = style.scale * 0.5
    rivet = line(np.hypot(near - 0.04, (patch.v + step / 2) % step - step / 2), 0.011, patch.footprint)
    rust = np.clip((noise_of("rough", patch, style, 1.4) - 2.4 + 1.7 * style.wear) * 3, 0, 1)
    rusty = np.array([0.20, 0.075, 0.03], np.float32) * (1 + 0.3 * noise_of("grain", patch, style, 0.7))[:, None]
    albedo = mix(albedo, rusty, rust) * (1 - 0.6 * seam)[:, None]
    albedo = mix(albedo, albedo * 1.6 + 0.03, rivet)
    return worn(albedo, patch, style, 0.08), gloss_of(patch, style, (1 - rust) * (1 - seam))


def fabric(patch: Patch, style: Style) -> Look:
    """Stripes or plaid over a weave."""
    period = style.scale
    seen = fade(period, patch.footprint)
    across = joint(patch.u, period, period * 0.22, patch.footprint)
    thin = joint(patch.u + period * 0.5, period, period * 0.05, patch.footprint)
    albedo = mix(np.broadcast_to(style.colors[0], (len(patch.u), 3)), style.colors[1][None], across)
    albedo = mix(albedo, style.colors[3][None], thin)
    if style.variant > 0.5:
        down = joint(patch.v, period, period * 0.22, patch.footprint)
        albedo = mix(albedo, style.colors[1][None], 0.55 * down)
    thread = np.sin(patch.u * 500) * np.sin(patch.v * 500) * fade(0.02, patch.footprint)
    soft = noise_of("rough", patch, style, 0.9)
    return albedo * (1 + 0.12 * thread + 0.09 * soft * seen)[:, None], gloss_of(patch, style, 0.1)


def leaves(patch: Patch, style: Style) -> Look:
    """Overlapping leaves: nearest of jittered cell centres, in two greens."""
    best, tone = nearest_cell(patch, style.scale * 0.35, style.seed)
    edge = np.clip(1 - best / (style.scale * 0.30), 0, 1)
    albedo = mix(style.colors[0][None], style.colors[1][None], tone)
    clump = noise_of("rough", patch, style, style.scale * 9)
    shade = (0.45 + 0.8 * edge) * np.clip(1 + 0.3 * clump, 0.3, 1.8)
    return albedo * shade[:, None], gloss_of(patch, style, 0.3)


def cobbles(patch: Patch, style: Style) -> Look:
    """Rounded stones in dark joints."""
    best, tone = nearest_cell(patch, style.scale * 0.7, style.seed)
    seen = fade(style.scale * 0.7, patch.footprint)
    crown = np.clip(1 - (best / (style.scale * 0.46)) ** 3, 0, 1)
    crown = 0.6 + (crown - 0.6) * seen
    albedo = mix(style.colors[0][None], style.colors[1][None], 0.5 + (tone - 0.5) * seen)
    albedo = albedo * (1 + 0.12 * noise_of("grain", patch, style, 0.7))[:, None]
    return worn(mix(style.colors[2][None] * 0.45, albedo, crown), patch, style, 0.10), gloss_of(patch, style, crown)


def nearest_cell(patch: Patch, size: float, seed: int) -> tuple[Float, Float]:
    """Distance [N] in metres to the nearest jittered cell centre, and that cell's random number [N]."""
    column, row = np.floor(patch.u / size), np.floor(patch.v / size)
    best, tone = np.full(len(patch.u), np.inf, np.float32), np.zeros(len(patch.u), np.float32)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            c, r = column + dx, row + dy
            first, second = cell_random(c, r, seed), cell_random(c, r, seed + 1)
            away = np.hypot(patch.u - (c + 0.2 + 0.6 * first) * size, patch.v - (r + 0.2 + 0.6 * second) * size)
            nearer = away < best
            best, tone = np.where(nearer, away, best), np.where(nearer, (first * 5.7) % 1, tone)
    return best.astype(np.float32), tone.astype(np.float32)


def sign(patch: Patch, style: Style) -> Look:
    """Painted board: a border and rows of block glyphs."""
    albedo = np.broadcast_to(style.colors[0], (len(patch.u), 3))
    size = style.scale * 0.22
    column, row = np.floor(patch.u / size), np.floor(patch.v / size)
    letter, text = np.floor(column / 4), np.floor(row / 7)
    ink = cell_random(column + 31 * letter, row + 17 * text, style.seed) > 0.42
    space = (column % 4 == 3) | (row % 7 >= 5) | (cell_random(letter, text, style.seed + 2) < 0.15)
    inked = (ink & ~space).astype(np.float32) * fade(size, patch.footprint)
    albedo = mix(albedo, style.colors[1][None], inked)
    band = joint(patch.v + size, size * 21, size * 0.8, patch.footprint)
    return worn(mix(albedo, style.colors[3][None], band), patch, style, 0.10 * style.wear), gloss_of(patch, style)


def hazard(patch: Patch, style: Style) -> Look:
    """Diagonal stripes in two colours, chipped."""
    stripe = joint(patch.u + patch.v, style.scale * 1.4, style.scale * 0.35, patch.footprint)
    albedo = mix(np.broadcast_to(style.colors[0], (len(patch.u), 3)), style.colors[1][None], stripe)
    chip = np.clip((noise_of("rough", patch, style, 1.3) - 2.4 + 1.2 * style.wear) * 6, 0, 1)
    return worn(mix(albedo, style.colors[2][None], chip), patch, style, 0.08), gloss_of(patch, style, 1 - chip)


def wallpaper(patch: Patch, style: Style) -> Look:
    """A repeated motif of diamonds and dots on a striped ground."""
    period = style.scale
    x = (patch.u % period) / period - 0.5
    y = (patch.v % (period * 1.4)) / (period * 1.4) - 0.5
    pixel = patch.footprint / period
    diamond = line(np.abs(x) + np.abs(y) - 0.36, 0.05, pixel)
    dot = line(np.hypot(x, y * 1.4), 0.12, pixel)
    band = joint(patch.u, period * 2, period * 0.5, patch.footprint)
    albedo = mix(style.colors[0][None] * (1 - 0.12 * band)[:, None], style.colors[1][None], diamond)
    return worn(mix(albedo, style.colors[3][None], dot), patch, style, 0.04 + 0.1 * style.wear), gloss_of(
        patch, style, 0.3
    )


def paint(patch: Patch, style: Style) -> Look:
    """Plain paint with a little unevenness, a second tone lower down and scuffs."""
    tone = 0.05 * noise_of("blotch", patch, style, 2.9) + 0.03 * noise_of("grain", patch, style, 0.8)
    scuff = np.clip((noise_of("rough", patch, style, 1.5, 2.5) - 2.5 + 1.4 * style.wear) * 4, 0, 1)
    albedo = style.colors[0][None] * (1 + tone)[:, None]
    return mix(albedo, style.colors[2][None], 0.7 * scuff), gloss_of(patch, style, 1 - scuff)


PATTERNS: dict[str, Callable[[Patch, Style], Look]] = {
    f.__name__: f
    for f in (brick, planks, plaster, dado, concrete, tiles, metal, fabric, leaves, cobbles, sign, hazard, wallpaper)
    + (paint,)
}
