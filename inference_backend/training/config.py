"""What a training run is; everything that changes its outcome is a field."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingConfig:
    sets: str
    """Folder of cached sets (`mirage train sets`)."""
    run: str
    """Folder of the run: checkpoints, log, sample sheets."""
    minutes: float = 60.0
    """Wall time; the learning rate falls to zero at its end."""
    batch: int = 4
    learning_rate: float = 6e-4
    warm_up: int = 200
    """Steps."""
    ema: float = 0.999
    latent_noise: float = 0.05
    """Deviation of the noise on latents, so that decoder and denoiser live with what is not exact."""
    guide_drop: float = 0.15
    """Share of pictures that are decoded without the G-buffer."""
    memory_drop: float = 0.2
    """Share of samples whose memory is empty."""
    patch_drop: float = 0.4
    """Share of samples whose memory has a rectangle cut out."""
    seed: int = 1
    threads: int = 1
    device: str = "cpu"
    checkpoint_minutes: float = 5.0
