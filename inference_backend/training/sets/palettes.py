"""Colours with taste: families per material in OKLab, nudged by one palette a set so that its parts belong together."""

from dataclasses import dataclass

import numpy as np

# lightness range, chroma range and hue ranges (degrees) in OKLCh of each family.
_FAMILIES: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[tuple[float, float], ...]]] = {
    "brick": ((0.38, 0.68), (0.03, 0.11), ((30, 60), (35, 50), (50, 90))),
    "wood": ((0.33, 0.72), (0.04, 0.10), ((50, 80), (60, 75))),
    "plaster": ((0.55, 0.88), (0.01, 0.07), ((0, 360), (60, 110), (190, 260))),
    "concrete": ((0.45, 0.75), (0.0, 0.02), ((60, 110), (220, 260))),
    "tiles": ((0.30, 0.88), (0.01, 0.09), ((0, 360), (150, 260), (40, 100))),
    "metal": ((0.30, 0.68), (0.005, 0.09), ((200, 270), (130, 180), (30, 90))),
    "fabric": ((0.30, 0.75), (0.03, 0.13), ((0, 360), (10, 60), (230, 300))),
    "leaves": ((0.45, 0.66), (0.05, 0.11), ((115, 150), (100, 125))),
    "paint": ((0.32, 0.82), (0.04, 0.15), ((0, 360), (20, 100), (170, 270))),
    "stone": ((0.40, 0.70), (0.005, 0.035), ((50, 110), (230, 270))),
    "asphalt": ((0.25, 0.42), (0.0, 0.012), ((60, 110), (220, 260))),
    "marking": ((0.80, 0.92), (0.0, 0.06), ((80, 100), (85, 95))),
    "roof": ((0.33, 0.55), (0.02, 0.10), ((30, 50), (35, 45), (240, 270))),
    "marble": ((0.30, 0.92), (0.002, 0.03), ((60, 110), (140, 200))),
    "pane": ((0.35, 0.60), (0.01, 0.04), ((200, 250), (170, 210))),
    "grass": ((0.46, 0.64), (0.05, 0.10), ((110, 135), (120, 140))),
    "straw": ((0.55, 0.72), (0.04, 0.08), ((85, 105), (90, 110))),
    "earth": ((0.33, 0.72), (0.02, 0.06), ((55, 85), (65, 90))),
    "bark": ((0.30, 0.55), (0.01, 0.04), ((50, 80), (60, 90))),
    "skin": ((0.40, 0.80), (0.04, 0.08), ((45, 65), (50, 60))),
    "hair": ((0.25, 0.60), (0.01, 0.05), ((45, 80), (60, 80))),
    "cloth": ((0.25, 0.85), (0.01, 0.13), ((0, 360), (230, 280), (20, 60))),
    "car": ((0.25, 0.88), (0.0, 0.14), ((0, 360), (20, 40), (230, 270))),
    "rubber": ((0.25, 0.30), (0.0, 0.008), ((60, 110), (220, 260))),
    "chrome": ((0.55, 0.78), (0.0, 0.01), ((60, 110), (220, 260))),
    "light": ((0.88, 0.97), (0.01, 0.06), ((70, 95), (60, 90), (230, 260))),
}


@dataclass(frozen=True)
class SetPalette:
    """The two hues (degrees) that a set leans to and its saturation, 0 = monochrome, 1 = as the family says."""

    hues: tuple[float, float]
    saturation: float
    lightness_shift: float

    @staticmethod
    def draw(rng: np.random.Generator) -> "SetPalette":
        """A complementary, analogous or free pair of hues."""
        first = float(rng.uniform(0, 360))
        gap = float(rng.choice([180.0, 35.0, 120.0]) + rng.uniform(-20, 20))
        return SetPalette((first, first + gap), float(rng.uniform(0.55, 1.35)), float(rng.uniform(-0.05, 0.06)))

    def color(self, family: str, rng: np.random.Generator) -> np.ndarray:
        """One linear colour [3] of `family`."""
        lightness, chroma, hues = _FAMILIES[family]
        span = hues[int(rng.integers(len(hues)))]
        hue = float(rng.uniform(*span))
        if span == (0, 360):
            hue = float(rng.choice(self.hues) + rng.normal(0, 15))
        light = float(np.clip(rng.uniform(*lightness) + self.lightness_shift, 0.25, 0.92))
        return from_oklch(light, float(rng.uniform(*chroma)) * self.saturation, hue)


def from_oklch(lightness: float, chroma: float, hue_degrees: float) -> np.ndarray:
    """Linear sRGB [3] in 0.01..0.9 of an OKLCh colour."""
    a, b = chroma * np.cos(np.radians(hue_degrees)), chroma * np.sin(np.radians(hue_degrees))
    lms = np.array(
        [
            lightness + 0.3963377774 * a + 0.2158037573 * b,
            lightness - 0.1055613458 * a - 0.0638541728 * b,
            lightness - 0.0894841775 * a - 1.2914855480 * b,
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    return np.clip(to_rgb @ lms**3, 0.01, 0.9).astype(np.float32)
