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


def draw_sky(rng: np.random.Generator) -> Sky:
    """A random hour: day, golden hour, overcast or night."""
    mood = str(rng.choice(["day", "golden", "overcast", "dusk"], p=[0.42, 0.25, 0.2, 0.13]))
    azimuth = rng.uniform(0, 2 * np.pi)
    low, high = {"day": (28, 68), "golden": (7, 24), "overcast": (25, 60), "dusk": (12, 40)}[mood]
    elevation = np.radians(rng.uniform(low, high))
    sun = np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])
    looks = {
        "day": ((1.0, 0.94, 0.84), 3.4, (0.12, 0.27, 0.62), (0.55, 0.68, 0.85), (1.0, 1.0, 1.0)),
        "golden": ((1.0, 0.62, 0.30), 3.0, (0.16, 0.25, 0.48), (0.95, 0.60, 0.36), (1.0, 0.72, 0.52)),
        "overcast": ((1.0, 0.97, 0.93), 0.5, (0.55, 0.60, 0.66), (0.75, 0.77, 0.80), (0.72, 0.74, 0.77)),
        "dusk": ((0.55, 0.66, 1.0), 0.7, (0.03, 0.06, 0.20), (0.22, 0.18, 0.32), (0.14, 0.15, 0.28)),
    }
    color, energy, zenith, horizon, cloud = looks[mood]

    def vary(value: tuple[float, float, float]) -> np.ndarray:
        return (np.asarray(value) * rng.uniform(0.85, 1.15, 3)).astype(np.float32)

    return Sky(
        sun=sun,
        sun_color=vary(color),
        sun_energy=energy * float(rng.uniform(0.8, 1.3)),
        zenith=vary(zenith),
        horizon=vary(horizon),
        cloud=vary(cloud),
        cover=float(rng.uniform(0.75, 1.0) if mood == "overcast" else rng.beta(1.6, 2.2)),
        seed=int(rng.integers(1 << 20)),
    )
