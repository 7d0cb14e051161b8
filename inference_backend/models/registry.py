"""Which engines are here, and loading one. Listing them loads no torch: the server asks."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from blender_mirage.wire.messages import EngineInfo

from ..errors import EngineUnavailable
from .previz.vocabulary import VOCABULARY
from .specs import SPECS

if TYPE_CHECKING:
    from .protocol import Engine

WEIGHTS_DIR = Path(__file__).resolve().parent.parent / "weights"
_VOCABULARIES = {"previz": VOCABULARY}


def weights_path(name: str, weights_dir: Path = WEIGHTS_DIR) -> Path:
    return weights_dir / f"{name}.safetensors"


def weights_hash(path: Path) -> str:
    """16 hex digits of blake2b over the file: names the weights in takes."""
    facts = path.stat()
    return _hash_of(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=8)
def _hash_of(path: Path, modified_ns: int, size: int) -> str:
    """The server asks at every request: read the file again only when it changed."""
    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()


def available_engines(weights_dir: Path = WEIGHTS_DIR) -> list[EngineInfo]:
    """Every engine, with what it still lacks."""
    found = []
    for name, spec in SPECS.items():
        path, vocabulary, fps = weights_path(name, weights_dir), _VOCABULARIES.get(name), spec.fps
        if path.is_file():
            found.append(EngineInfo(name, True, weights=weights_hash(path), vocabulary=vocabulary, fps=fps))
        else:
            lacks = f"The weights {path.name} are missing: reinstall the backend, or train them with `mirage train`."
            found.append(EngineInfo(name, False, lacks=lacks, vocabulary=vocabulary, fps=fps))
    return found


def load_engine(name: str, device: str = "auto", weights_dir: Path = WEIGHTS_DIR) -> Engine:
    """The engine on `device` (`auto`: CUDA, else MPS, else CPU). Raises EngineUnavailable with what to do."""
    if name not in SPECS:
        raise EngineUnavailable(f"There is no engine {name!r}.", f"Choose one of: {', '.join(SPECS)}.")
    path = weights_path(name, weights_dir)
    if not path.is_file():
        raise EngineUnavailable(
            f"The weights of the engine {name!r} are not at {path}.",
            "Reinstall the backend, or train them with `mirage train`.",
        )
    from .previz.engine import PrevizEngine

    return PrevizEngine.load(path, resolve_device(device))


def resolve_device(device: str) -> str:
    """`auto` as the best device here; any other name as it stands, if torch has it. Raises EngineUnavailable."""
    import torch

    usable = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(name for name, there in usable.items() if there)
    if not usable.get(device.split(":")[0], False):
        raise EngineUnavailable(
            f"The device {device!r} can not be used by this torch.",
            "Start the backend with `--device auto`, or install a torch build for that device.",
        )
    return device
