"""The previz engine behind the Engine protocol."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...diffusion.flow import mix, pinned, sample_euler, schedule
from ...errors import EngineUnavailable
from ..protocol import FrameView, Knowledge
from ..registry import weights_hash
from ..specs import PREVIZ
from .autoencoder import CHANNELS, STRIDE
from .denoiser import START_SIGMA, Condition, told
from .guide import cell_guide
from .model import PrevizModel
from .planes import pixel_planes
from .tiling import Tile, Tiler, margin_of
from .vocabulary import prompt_words

PROMPT_GUIDANCE = 2.5
"""How much farther the prompt's words lead than the network takes them, where nothing was seen (classifier-free
guidance; Ho and Salimans, 2022)."""


class PrevizEngine:
    """See `models.protocol.Engine`."""

    spec = PREVIZ

    def __init__(self, model: PrevizModel, weights: str, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self.weights_hash = weights
        self.latent_space = model.latent_space()
        self._half = self.device.type != "cpu" or _cpu_has_bf16()
        """Whether networks run in bfloat16: where the processor does not multiply it natively it is slower."""
        self._model = model.to(self.device, memory_format=torch.channels_last).eval()
        self._networks = _rounded(self._model) if self._half else self._model
        self._tiler = Tiler(self.device)
        self.notes = self._tiler.notes

    @classmethod
    def load(cls, path: Path, device: str = "cpu") -> PrevizEngine:
        """Raises EngineUnavailable where the weights are of another version."""
        try:
            return cls(PrevizModel.load(path), weights_hash(path), device)
        except RuntimeError as error:
            raise EngineUnavailable(
                f"The weights {path.name} are of another version of previz: {str(error).splitlines()[0]}",
                "Reinstall the backend, or train them again with `mirage train`.",
            ) from error

    @torch.inference_mode()
    def encode(self, rgb: NDArray[np.uint8]) -> Tensor:
        """[H,W,3] uint8 -> [C,H/4,W/4]."""
        picture = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None]
        network = self._networks.encoder

        def work(tile: Tile) -> Tensor:
            part = tile.of(picture, STRIDE).to(self.device).float() / 255
            with self._precision():
                return network(part.contiguous(memory_format=torch.channels_last)).float()

        size = (rgb.shape[0] // STRIDE, rgb.shape[1] // STRIDE)
        return self._tiler.run(size, margin_of(network), work)[0]

    @torch.inference_mode()
    def refine(self, view: FrameView, knowledge: Knowledge) -> Tensor:
        return self._refine(self._condition(view, knowledge))[0]

    @torch.inference_mode()
    def generate(self, view: FrameView, knowledge: Knowledge, steps: int, seed: int) -> Tensor:
        condition = self._condition(view, knowledge)
        unsaid = replace(condition, words=torch.zeros_like(condition.words))
        weight = PROMPT_GUIDANCE if bool(condition.words.any()) else 1.0
        # Drawn on the CPU, so that a seed means the same on every device.
        size = (1, CHANNELS, *view.cells.shape)
        noise = torch.randn(size, generator=torch.Generator().manual_seed(seed)).to(self.device)
        readout = knowledge.readout
        held = (readout.covered | readout.borrowed).view(1, 1, *size[2:]).float()
        flowing = torch.zeros(1, device=self.device)

        warped = self._resample(condition)

        def guided(made: Tensor, make: Callable[[Condition], Tensor]) -> Tensor:
            return made if weight == 1 else torch.lerp(make(unsaid), made, weight)

        def predict(noisy: Tensor, sigma: float) -> Tensor:
            level = torch.full((1,), sigma, device=self.device)

            def make(told: Condition) -> Tensor:
                return self._denoise(noisy, level, flowing, told, warped)

            return guided(make(condition), make)

        known = self._refine(condition, warped)
        guess = torch.where(held > 0.5, known, guided(known, lambda told: self._refine(told, warped)))
        start = mix(guess, noise, torch.tensor(START_SIGMA, device=self.device))
        return sample_euler(predict, start, schedule(steps, START_SIGMA), pinned(known, held, noise))[0]

    @torch.inference_mode()
    def decode(self, latents: Tensor, view: FrameView) -> NDArray[np.uint8]:
        planes, latents = pixel_planes(view), latents[None]
        network = self._networks.decoder

        def work(tile: Tile) -> Tensor:
            guide = tile.of(planes, STRIDE).to(self.device).contiguous(memory_format=torch.channels_last)
            part = tile.of(latents).contiguous(memory_format=torch.channels_last)
            with self._precision():
                rgb = network(part, guide)
            return (rgb.float().clamp(0, 1) * 255).round().to(torch.uint8)

        picture = self._tiler.run(view.cells.shape, margin_of(network), work, STRIDE)
        return picture[0].permute(1, 2, 0).contiguous().cpu().numpy()

    def _refine(self, condition: Condition, warped: Tensor | None = None) -> Tensor:
        one = torch.ones(1, device=self.device)
        nothing = torch.zeros(1, CHANNELS, *condition.guide.shape[-2:], device=self.device)
        return self._denoise(nothing, one, one, condition, warped)

    def _resample(self, condition: Condition) -> Tensor:
        """The part of a key frame's work that all of its steps share."""
        network = self._networks.denoiser

        def work(tile: Tile) -> Tensor:
            with self._precision():
                return network.resample(_part(condition, tile))

        return self._tiler.run((condition.guide.shape[-2], condition.guide.shape[-1]), 0, work)

    def _denoise(
        self, noisy: Tensor, sigma: Tensor, refine: Tensor, condition: Condition, warped: Tensor | None
    ) -> Tensor:
        """warped: of `_resample`, where it is used more than once."""
        network = self._networks.denoiser

        def work(tile: Tile) -> Tensor:
            shared = None if warped is None else tile.of(warped)
            with self._precision():
                return network(tile.of(noisy), sigma, refine, _part(condition, tile), shared).float()

        return self._tiler.run((noisy.shape[-2], noisy.shape[-1]), margin_of(network), work)

    def _condition(self, view: FrameView, knowledge: Knowledge) -> Condition:
        h, w = view.cells.shape
        tokens, readout = knowledge.tokens, knowledge.readout
        features, lies = readout.features(tokens), told(readout.geometry, readout.borrowed[:, None].float(), 2)
        material = torch.from_numpy(view.cells.material.reshape(-1).astype(np.int64)).to(self.device)
        palette = knowledge.moments.palette(material)
        words = torch.from_numpy(prompt_words(knowledge.prompt))
        return Condition(
            features=features.permute(1, 2, 0).reshape(1, -1, CHANNELS, h, w),
            geometry=lies.clamp(-8, 8).permute(1, 2, 0).reshape(1, *lies.shape[1:], h, w),
            guide=cell_guide(view)[None].to(self.device),
            palette=palette.T.reshape(1, -1, h, w),
            look=knowledge.moments.look()[None],
            words=words[None].to(self.device),
        )

    def _precision(self) -> AbstractContextManager[object]:
        return torch.autocast(self.device.type, torch.bfloat16) if self._half else nullcontext()


def _part(condition: Condition, tile: Tile) -> Condition:
    fields = {name: getattr(condition, name) for name in ("features", "geometry", "guide", "palette")}
    return replace(condition, **{name: tile.of(field).contiguous() for name, field in fields.items()})


def _rounded(model: PrevizModel) -> PrevizModel:
    """A copy whose convolutions are in bfloat16 already; else every call would round them, to the same numbers."""
    rounded = copy.deepcopy(model)
    for module in rounded.modules():
        if isinstance(module, nn.Conv2d):
            module.to(torch.bfloat16)
    return rounded


def _cpu_has_bf16() -> bool:
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
