"""The three networks together, and what joins them to memory: palette and look. Weights are one safetensors file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from ...storage.atomic import write_atomic
from .autoencoder import Decoder, Encoder
from .denoiser import Denoiser

_FORMAT = {"format": "previz 3"}
"""One entry, as more of them are written in an order that changes: equal weights are to be equal files."""


class PrevizModel(nn.Module):
    """Encoder, denoiser and decoder over the same latents."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.denoiser = Denoiser()
        self.decoder = Decoder()

    def save(self, path: Path) -> None:
        """float16 weights, written whole or not at all."""
        tensors = {name: tensor.half().contiguous() for name, tensor in self.state_dict().items()}
        write_atomic(path, save(tensors, _FORMAT))

    def latent_space(self) -> str:
        """16 hexadecimal digits of the encoder: networks that share it mean the same by a latent."""
        digest = hashlib.blake2b(digest_size=8)
        for name, tensor in sorted(self.encoder.state_dict().items()):
            digest.update(name.encode() + tensor.detach().cpu().half().contiguous().numpy().tobytes())
        return digest.hexdigest()

    @classmethod
    def load(cls, path: Path, device: torch.device | str = "cpu") -> PrevizModel:
        """Strictly: every tensor present with its shape, or a RuntimeError that names those that are not."""
        model = cls()
        model.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()}, strict=True)
        return model.to(device).eval()


def look_of(features: Tensor, weight: Tensor) -> Tensor:
    """[B,2C+1] mean and deviation of latents [B,N,C] under `weight` [B,N] (0 leaves out), and 1 where any count."""
    total = weight.sum(1, keepdim=True)
    share = (weight / total.clamp_min(1e-6))[..., None]
    mean = (features * share).sum(1)
    deviation = ((features - mean[:, None]) ** 2 * share).sum(1).clamp_min(1e-8).sqrt()
    known = (total > 0).float()
    return torch.cat([mean * known, deviation * known, known], 1)


def palette_of(features: Tensor, material: Tensor, wanted: Tensor) -> Tensor:
    """[M,C+1] for materials `wanted` [M]: the mean latents [N,C] of tokens of that `material` [N], and 1 where there
    are any, else zeros."""
    if len(material) == 0:
        return features.new_zeros(len(wanted), features.shape[1] + 1)
    known, place = torch.unique(material, return_inverse=True)
    sums = features.new_zeros(len(known), features.shape[1] + 1)
    sums.index_add_(0, place, torch.cat([features, features.new_ones(len(features), 1)], 1))
    means = torch.cat([sums[:, :-1] / sums[:, -1:].clamp_min(1), (sums[:, -1:] > 0).float()], 1)
    row = torch.searchsorted(known, wanted).clamp_max(len(known) - 1)
    return means[row] * (known[row] == wanted)[:, None]


def no_grad_copy(source: nn.Module, make: Callable[[], nn.Module]) -> nn.Module:
    """A frozen twin of `source` made by `make`: the moving average of a training run starts as one."""
    twin = make()
    twin.load_state_dict(source.state_dict())
    return twin.requires_grad_(False)
