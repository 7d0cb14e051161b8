"""Which build of PyTorch a machine needs, and where pip finds it.

PyPI has one build a platform: CPU for Windows, CUDA 13 for Linux, Metal for macOS. The others are on PyTorch's own
index, one folder a build (https://pytorch.org/get-started/locally). Which CUDA a driver can run, and which cards a
CUDA still knows, is in https://docs.nvidia.com/cuda/cuda-toolkit-release-notes: 13 from driver 580 on, and no cards
before Turing (compute capability 7.5); 12.8 from driver 570; 12.6 from 525.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace

from ..errors import SetupFailed
from ..programs import environment_of_programs, no_window

REQUIREMENT = "torch>=2.6,<2.14"
"""As in pyproject.toml: a test holds the two together."""
PYTORCH_INDEX = "https://download.pytorch.org/whl"
AUTOMATIC, NVIDIA, CPU = "AUTO", "NVIDIA", "CPU"

_SMI_SECONDS = 20.0
_SMI_PLACES = ("nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi")
_LINUX_CUDA_MB = 2900, 5300
_BUILDS = ((580, 7.5, "cu130"), (570, 7.5, "cu128"), (525, 0.0, "cu126"))
"""Least driver, least compute capability, folder of the index."""


@dataclass(frozen=True)
class Gpu:
    """An NVIDIA card as its driver describes it."""

    name: str
    driver: str
    capability: float
    """Of its compute units; 7.5 is Turing."""

    @property
    def driver_major(self) -> int:
        return int(self.driver.partition(".")[0])


@dataclass(frozen=True)
class TorchBuild:
    name: str
    """`cpu`, `cu130` …, `mps`."""
    index: str
    """Of pip; empty: the usual one."""
    index_only: bool
    """Whether another index would bring a build that cannot use the GPU."""
    download_mb: int
    """What pip fetches, all packages together, as measured; rounded up."""
    disk_mb: int
    """What the environment takes."""
    remark: str = ""
    """What the user should know about the choice."""

    @property
    def instead(self) -> TorchBuild:
        """What the usual index brings where `index` cannot be reached."""
        return replace(self, index="", download_mb=_LINUX_CUDA_MB[0], disk_mb=_LINUX_CUDA_MB[1])

    @property
    def needed_mb(self) -> int:
        """Free space: pip unpacks what it has fetched, and keeps a copy for the next time."""
        return self.disk_mb + 2 * self.download_mb


def find_gpu() -> Gpu | None:
    """The first NVIDIA card of this machine; None where its driver does not answer."""
    for program in _SMI_PLACES:
        try:
            said = subprocess.run(
                [program, "--query-gpu=name,driver_version,compute_cap", "--format=csv,noheader"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SMI_SECONDS,
                env=environment_of_programs(), **no_window(),
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            continue
        if said.returncode == 0 and (gpu := read_gpu(said.stdout)) is not None:
            return gpu
    return None


def read_gpu(listing: str) -> Gpu | None:
    """The first card in nvidia-smi's `name, driver_version, compute_cap`."""
    for line in listing.splitlines():
        parts = [part.strip() for part in line.rsplit(",", 2)]
        if len(parts) == 3 and parts[1][:1].isdigit():
            try:
                return Gpu(parts[0], parts[1], float(parts[2]))
            except ValueError:  # `[N/A]`: a driver too old to know
                return Gpu(parts[0], parts[1], 0.0)
    return None


def choose_build(wanted: str, gpu: Gpu | None, machine: str, platform: str = sys.platform) -> TorchBuild:
    """The build for a machine (`platform.machine()`). Raises SetupFailed where the wanted one cannot run there."""
    if platform == "darwin":
        return TorchBuild("mps", "", False, 250, 1300)
    cuda, why = _cuda(gpu)
    if wanted == NVIDIA and not cuda:
        raise SetupFailed(why, "Choose Automatic or CPU in the preferences, then press Set Up Backend again.")
    if wanted == CPU or not cuda:
        remark = why if gpu is not None and wanted != CPU else ""
        # On Windows the usual index has this very build.
        index = "" if platform == "win32" else f"{PYTORCH_INDEX}/cpu"
        return TorchBuild("cpu", index, False, 300, 1300, remark)
    if platform == "win32":
        return TorchBuild(cuda, f"{PYTORCH_INDEX}/{cuda}", True, 2500, 5500)
    usual = cuda == "cu130" and machine in ("x86_64", "AMD64")
    return TorchBuild(cuda, "" if usual else f"{PYTORCH_INDEX}/{cuda}", not usual, *_LINUX_CUDA_MB)


def _cuda(gpu: Gpu | None) -> tuple[str, str]:
    """The CUDA build for a card; else an empty name and why there is none."""
    if gpu is None:
        return "", "No NVIDIA card was found: its driver's nvidia-smi does not answer."
    for driver, capability, name in _BUILDS:
        if gpu.driver_major >= driver and gpu.capability >= capability:
            return name, ""
    return "", (
        f"The driver of the {gpu.name} is version {gpu.driver}, and PyTorch takes {_BUILDS[-1][0]} or newer: update it "
        "from https://www.nvidia.com/drivers."
    )
