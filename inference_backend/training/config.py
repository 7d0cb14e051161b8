"""What a training run is; everything that changes its outcome is a field."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..errors import InvalidRequest


@dataclass(frozen=True)
class RunConfig:
    """What every run has, whatever it trains."""

    sets: str
    """Folder of cached sets (`mirage train sets`)."""
    run: str
    """Folder of the run: checkpoints, log, sample sheets."""
    init: str = ""
    """Weights to start from; empty: from nothing."""
    pictures: str = ""
    """Folder of `pictures-*.safetensors`, which the autoencoder learns from as well; empty: there are none."""
    picture_share: float = 0.5
    """Share of the autoencoder's samples that are pictures and not views of sets."""
    picture_size: int = 96
    """Pixels: side of the square that is cut from a picture."""
    steps: int = 10000
    """Steps of the whole run; the learning rate falls to zero at its end, however often it was stopped on the way."""
    minutes: float = 0.0
    """Stop after so much wall time, to be continued by the same command; 0: not before the run is done."""
    batch: int = 4
    learning_rate: float = 6e-4
    warm_up: int = 200
    """Steps."""
    ema: float = 0.999
    latent_noise: float = 0.05
    """Deviation of the noise on latents, so that decoder and denoiser live with what is not exact."""
    guide_drop: float = 0.15
    """Share of pictures that are decoded without the G-buffer."""
    texture: float = 0.0
    """Weight of the loss on local contrast, which blur loses and a misplaced pattern does not."""
    equivariance: float = 0.0
    """Weight of the loss on what resampled latents decode to."""
    seed: int = 1
    evaluate_steps: int = 1000
    """Steps between two evaluations on held-out sets, each with a sample sheet; one comes at every end in any case."""
    evaluate_sets: int = 12
    """The most held-out sets, and pictures, that an evaluation takes."""
    threads: int = 1
    device: str = "cpu"
    workers: int = 1
    """Threads that read batches ahead of the step."""
    compile: int = 0
    """1: torch.compile, which pays on a GPU."""
    checkpoint_minutes: float = 5.0

    def outcome(self) -> dict[str, str | int | float]:
        """The fields that decide what the run becomes: a checkpoint is continued under the same ones only."""
        return {name: value for name, value in asdict(self).items() if name not in _CONVENIENCE}


@dataclass(frozen=True)
class AutoencoderConfig(RunConfig):
    """A run of the autoencoder alone (`mirage train autoencoder`)."""

    learning_rate: float = 1e-3
    texture: float = 0.1
    equivariance: float = 0.25
    recolour: float = 0.3
    """Share of squares whose red, green and blue are scaled, each by 0.7 to 1.3: looks have colours that no set has."""
    frozen: str = "nothing"
    """`encoder`: latents keep the meaning that they have in `init`."""

    def __post_init__(self) -> None:
        _one_of("frozen", self.frozen, "nothing", "encoder")


@dataclass(frozen=True)
class TrainingConfig(RunConfig):
    """A run of the whole engine, end to end (`mirage train denoiser`)."""

    picture_share: float = 0.0
    memory_drop: float = 0.2
    """Share of samples whose memory is empty."""
    patch_drop: float = 0.4
    """Share of samples whose memory has a rectangle cut out."""
    crop: float = 1.0
    """Share of a target's width and height that a sample shows; its sources stay whole."""
    flow_every: int = 1
    """Steps between two that also learn to sample what nobody has seen."""
    frozen: str = "nothing"
    """`encoder`: latents keep the meaning that they have in `init`. `autoencoder`: the decoder stays too, and a step
    costs half."""
    candidates: str = "all"
    """What the denoiser gets of memory, for ablation: `all` candidates of a cell, the `nearest` alone, their `mean`
    without how they lie, or `none`."""
    palette: int = 1
    """0: the mean latents of a cell's material are withheld, for ablation."""
    shading: int = 1
    """0: light and occlusion are withheld from the guide, for ablation."""
    render_sets: int = 0
    """Sets to render into `sets` while the run goes on, which draws from what is there: the seeds from 100 on, after
    the held-out ones. Such a run learns more, but is not repeatable to the bit."""
    render_processes: int = 1
    render_views: int = 4
    render_height: int = 144
    render_width: int = 256
    adversarial: float = 0.0
    """Weight of the discriminator's opinion; 0: there is none."""
    adversarial_from: int = 0
    """Step at which the discriminator begins to learn."""
    adversarial_ramp: int = 500
    """Steps over which its weight rises from nothing."""

    def __post_init__(self) -> None:
        _one_of("frozen", self.frozen, "nothing", "encoder", "autoencoder")
        _one_of("candidates", self.candidates, "all", "nearest", "mean", "none")


def _one_of(name: str, value: str, *allowed: str) -> None:
    if value not in allowed:
        raise InvalidRequest(f"`{name}` is {value!r}.", f"It may be {', '.join(allowed[:-1])} or {allowed[-1]}.")


_CONVENIENCE = {
    *("sets", "run", "pictures", "minutes", "threads", "device", "workers", "compile"),
    *("evaluate_steps", "evaluate_sets", "checkpoint_minutes"),
    *("render_sets", "render_processes", "render_views", "render_height", "render_width"),
}
