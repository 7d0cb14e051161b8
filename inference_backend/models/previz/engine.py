"""The previz engine behind the Engine protocol."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...diffusion.flow import mix, pinned, sample_euler, schedule
from ..protocol import FrameView, Knowledge
from ..registry import weights_hash
from ..specs import PREVIZ
from .autoencoder import CHANNELS
from .denoiser import START_SIGMA, Condition
from .guide import cell_guide, pixel_guide
from .model import PrevizModel
from .vocabulary import prompt_words


class PrevizEngine:
    """See `models.protocol.Engine`."""

    spec = PREVIZ

    def __init__(self, model: PrevizModel, weights: str, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self.weights_hash = weights
        self.latent_space = model.latent_space()
        self._model = model.to(self.device, memory_format=torch.channels_last).eval()

    @classmethod
    def load(cls, path: Path, device: str = "cpu") -> PrevizEngine:
        return cls(PrevizModel.load(path), weights_hash(path), device)

    @torch.inference_mode()
    def encode(self, rgb: NDArray[np.uint8]) -> Tensor:
        """[H,W,3] uint8 -> [8,H/4,W/4]."""
        picture = torch.from_numpy(np.ascontiguousarray(rgb)).to(self.device).permute(2, 0, 1)[None].float() / 255
        with self._precision():
            return self._model.encoder(picture.contiguous(memory_format=torch.channels_last))[0].float()

    @torch.inference_mode()
    def refine(self, view: FrameView, knowledge: Knowledge) -> Tensor:
        return self._refine(self._condition(view, knowledge))[0]

    @torch.inference_mode()
    def generate(self, view: FrameView, knowledge: Knowledge, steps: int, seed: int) -> Tensor:
        condition = self._condition(view, knowledge)
        known = self._refine(condition)
        # Drawn on the CPU, so that a seed means the same on every device.
        noise = torch.randn(known.shape, generator=torch.Generator().manual_seed(seed)).to(self.device)
        readout = knowledge.readout
        held = (readout.covered | readout.borrowed).view(1, 1, *known.shape[-2:]).float()
        flowing = torch.zeros(1, device=self.device)

        def predict(noisy: Tensor, sigma: float) -> Tensor:
            with self._precision():
                level = torch.full((1,), sigma, device=self.device)
                return self._model.denoiser(noisy, level, flowing, condition).float()

        start = mix(known, noise, torch.tensor(START_SIGMA, device=self.device))
        return sample_euler(predict, start, schedule(steps, START_SIGMA), pinned(known, held, noise))[0]

    @torch.inference_mode()
    def decode(self, latents: Tensor, view: FrameView) -> NDArray[np.uint8]:
        guide = pixel_guide(view)[None].to(self.device).contiguous(memory_format=torch.channels_last)
        with self._precision():
            rgb = self._model.decoder(latents[None].contiguous(memory_format=torch.channels_last), guide)
        picture = (rgb[0].float().clamp(0, 1) * 255).round().to(torch.uint8)
        return picture.permute(1, 2, 0).cpu().numpy()

    def _refine(self, condition: Condition) -> Tensor:
        one = torch.ones(1, device=self.device)
        nothing = torch.zeros(1, CHANNELS, *condition.guide.shape[-2:], device=self.device)
        with self._precision():
            return self._model.denoiser(nothing, one, one, condition).float()

    def _condition(self, view: FrameView, knowledge: Knowledge) -> Condition:
        h, w = view.cells.shape
        tokens, readout = knowledge.tokens, knowledge.readout
        features = readout.features(tokens)
        material = torch.from_numpy(view.cells.material.reshape(-1).astype(np.int64)).to(self.device)
        palette = knowledge.moments.palette(material)
        words = torch.from_numpy(prompt_words(knowledge.prompt))
        return Condition(
            features=features.permute(1, 2, 0).reshape(1, -1, CHANNELS, h, w),
            geometry=readout.geometry.clamp(-8, 8).permute(1, 2, 0).reshape(1, *readout.geometry.shape[1:], h, w),
            guide=cell_guide(view)[None].to(self.device),
            palette=palette.T.reshape(1, -1, h, w),
            look=knowledge.moments.look()[None],
            words=words[None].to(self.device),
        )

    def _precision(self) -> AbstractContextManager[object]:
        """bfloat16 where the processor multiplies it natively; elsewhere it is slower than float32."""
        if self.device.type == "cpu" and not _cpu_has_bf16():
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)


def _cpu_has_bf16() -> bool:
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
