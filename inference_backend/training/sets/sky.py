"""Skies: a gradient with the sun's glow and soft clouds, and the sun that belongs to it."""

from dataclasses import dataclass

import numpy as np

from inference_backend.training.sets.noise import noise_tile


@dataclass(frozen=True)
class Sky:
    """Colours are linear radiance; `sun` is the unit direction to the sun (or moon)."""

    sun: np.ndarray
    sun_color: np.ndarray
    sun_energy: float
    zenith: np.ndarray
    horizon: np.ndarray
    cloud: np.ndarray
    cover: float
    seed: int
    hour: str
    weather: str

    def radiance(self, directions: np.ndarray, footprint: float) -> np.ndarray:
        """[N,3] linear for unit directions [N,3]; `footprint` is the size of a pixel in radians."""
        up = directions[:, 2].astype(np.float32)
        height = np.clip(up, 0, 1) ** 0.55
        color = self.horizon + (self.zenith - self.horizon) * height[:, None]
        toward = np.clip(directions @ self.sun.astype(np.float32), 0, 1)
        glow = 0.35 * toward**6 + 0.9 * toward**60 + 6.0 * np.clip((toward - 0.9995) * 4000, 0, 1)
        color = color + self.sun_color * (glow * (1 - 0.8 * self.cover) * min(self.sun_energy, 3) / 3)[:, None]
        lift = 1.0 / (np.clip(up, 0, None) + 0.22)
        shift = (self.seed % 61) / 61
        u, v = directions[:, 0] * lift * 0.16 + shift, directions[:, 1] * lift * 0.16 - shift
        puff = noise_tile("blotch").sample(u, v, footprint * 0.3) + 0.35 * noise_tile("rough").sample(
            u * 2.3, v * 2.3, footprint
        )
        share = np.clip((puff + 2.6 * self.cover - 1.6) * 0.9, 0, 1) * np.clip(up * 6, 0, 1)
        bright = self.cloud * (0.8 + 0.5 * toward[:, None] ** 4) * (1 - 0.25 * share[:, None])
        return (color + (bright - color) * (0.9 * share)[:, None]).astype(np.float32)

    def ambient(self) -> np.ndarray:
        """[3] mean radiance of the dome and the ground's bounce."""
        clear = 0.45 * self.zenith + 0.55 * self.horizon
        return (0.8 * (clear + (self.cloud - clear) * 0.7 * self.cover)).astype(np.float32)


@dataclass(frozen=True)
class _Hour:
    """An hour under a clear sky: colours linear, `elevation` degrees, `level` the mean brightness of its pictures."""

    share: float
    elevation: tuple[float, float]
    sun: tuple[float, float, float]
    energy: float
    zenith: tuple[float, float, float]
    horizon: tuple[float, float, float]
    cloud: tuple[float, float, float]
    level: tuple[float, float]


HOURS = {
    "dawn": _Hour(0.12, (3, 14), (1.0, 0.74, 0.56), 1.6, (0.16, 0.24, 0.46), (0.82, 0.62, 0.58), (0.86, 0.66, 0.66),
                  (0.30, 0.42)),
    "day": _Hour(0.42, (28, 72), (1.0, 0.94, 0.84), 3.4, (0.12, 0.27, 0.62), (0.55, 0.68, 0.85), (1.0, 1.0, 1.0),
                 (0.38, 0.50)),
    "golden": _Hour(0.20, (7, 22), (1.0, 0.62, 0.30), 3.0, (0.16, 0.25, 0.48), (0.95, 0.60, 0.36), (1.0, 0.72, 0.52),
                    (0.34, 0.46)),
    "dusk": _Hour(0.12, (8, 30), (0.55, 0.60, 1.0), 0.35, (0.04, 0.07, 0.22), (0.34, 0.22, 0.30), (0.16, 0.14, 0.26),
                  (0.24, 0.36)),
    "night": _Hour(0.14, (25, 60), (0.60, 0.72, 1.0), 0.09, (0.004, 0.008, 0.022), (0.018, 0.022, 0.040),
                   (0.014, 0.016, 0.026), (0.17, 0.29)),
}  # fmt: skip
DARK_HOURS = ("dusk", "night")
"""Hours at which lamps and windows are lit."""
WEATHER = ("clear", "overcast", "fog")
_WEATHER_SHARES = (0.66, 0.22, 0.12)


def draw_sky(rng: np.random.Generator) -> Sky:
    """A random hour and weather."""
    name = str(rng.choice(list(HOURS), p=[hour.share for hour in HOURS.values()]))
    weather = str(rng.choice(WEATHER, p=_WEATHER_SHARES))
    hour = HOURS[name]
    azimuth, elevation = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(*hour.elevation))
    sun = np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])
    # A closed cloud takes the sun away and greys the dome.
    closed = {"clear": 0.0, "overcast": 1.0, "fog": 0.85}[weather]

    def vary(value: tuple[float, float, float]) -> np.ndarray:
        return (np.asarray(value) * rng.uniform(0.85, 1.15, 3)).astype(np.float32)

    zenith, horizon, cloud = vary(hour.zenith), vary(hour.horizon), vary(hour.cloud)
    grey = 0.55 * cloud + 0.45 * float(horizon.mean())
    grey = grey * (0.75 if name == "day" else 0.9)
    return Sky(
        sun=sun,
        sun_color=vary(hour.sun),
        sun_energy=hour.energy * float(rng.uniform(0.8, 1.3)) * (1 - 0.88 * closed),
        zenith=(zenith + (0.85 * grey - zenith) * closed).astype(np.float32),
        horizon=(horizon + (grey - horizon) * 0.8 * closed).astype(np.float32),
        cloud=(cloud + (0.95 * grey - cloud) * closed).astype(np.float32),
        cover=float(rng.uniform(0.8, 1.0) if closed else rng.beta(1.4, 2.6)),
        seed=int(rng.integers(1 << 20)),
        hour=name,
        weather=weather,
    )
