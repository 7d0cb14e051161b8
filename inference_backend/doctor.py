"""`mirage doctor`: what is installed, which device is used, and for each missing thing the command that brings it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .config import BackendConfig
from .models.registry import available_engines

_PIP = f'"{sys.executable}" -m pip install'
_SET_UP = "press Set Up Backend in Blender (Edit > Preferences > Add-ons > Blender Mirage)"
_ROOT = Path(__file__).parents[1]
_IMPORT_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str
    ok: bool
    detail: str
    command: str = ""
    """What brings a missing thing; empty when nothing is missing."""
    needed: bool = True
    """False for what only some commands use."""


def examine(config: BackendConfig) -> list[Finding]:
    """Every check, in the order of the report."""
    return [
        Finding("Python", True, f"{platform.python_version()} ({sys.executable})"),
        _package("torch", "", f"{_PIP} torch"),
        _device(config.device),
        _package("embreex", "casts the rays of the greybox", f"{_PIP} embreex"),
        _package("av", "writes animatics", f'{_PIP} "av>=12"', needed=False),
        _package("bpy", "runs Blender without a window, for the demo", f'{_PIP} "bpy>=4.5,<4.6"', needed=False),
        *_engines(config.weights_dir),
        _data_dir(config.data_dir),
    ]


def report(findings: list[Finding]) -> str:
    """The findings as text, one a line, each missing one with its command below."""
    lines = []
    for finding in findings:
        mark = "ok     " if finding.ok else "MISSING" if finding.needed else "absent "
        lines.append(f"{mark} {finding.name:<12} {finding.detail}")
        if finding.command:
            lines.append(f"{'':>21}-> {finding.command}")
    return "\n".join(lines)


def _package(name: str, purpose: str, command: str, needed: bool = True) -> Finding:
    """Imports the package in a process of its own: a broken native library must not end the report."""
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding(name, False, f"not installed; it {purpose}" if purpose else "not installed", command, needed)
    trial = _python_says(f"import {name}")
    if trial.returncode != 0:
        cause = (trial.stderr.strip().splitlines() or [f"exit code {trial.returncode}"])[-1]
        return Finding(name, False, f"{found} cannot be imported: {cause}", f"{command} --force-reinstall", needed)
    return Finding(name, True, found, needed=needed)


def _device(wanted: str) -> Finding:
    script = (
        "import sys; from inference_backend.models.registry import resolve_device; import torch;"
        "name = resolve_device(sys.argv[1]);"
        "print(name, torch.cuda.get_device_name(name) if name.startswith('cuda') else '', sep='\\t')"
    )
    trial = _python_says(script, wanted)
    if trial.returncode != 0:
        cause = (trial.stderr.strip().splitlines() or ["no device"])[-1]
        return Finding("device", False, f"{wanted}: {cause}", "mirage serve --device auto")
    name, model = trial.stdout.rstrip("\n").split("\t")
    if name != "cpu":
        return Finding("device", True, f"{name} {model}".strip())
    if wanted != "cpu" and shutil.which("nvidia-smi"):
        return Finding("device", True, f"cpu (slow: this PyTorch does not use the NVIDIA GPU; to change it, {_SET_UP})")
    return Finding("device", True, "cpu (slow: no GPU is used)")


def _engines(weights_dir: Path) -> list[Finding]:
    # The weights are part of the repository, and of the wheel that the add-on carries.
    restore = f'git -C "{_ROOT}" checkout -- inference_backend/weights' if (_ROOT / ".git").exists() else _SET_UP
    return [
        Finding(
            f"engine {engine.name}",
            engine.ready,
            f"weights {engine.weights}" if engine.ready else engine.lacks,
            "" if engine.ready else restore,
        )
        for engine in available_engines(weights_dir)
    ]


def _data_dir(data_dir: Path) -> Finding:
    # The nearest folder that exists tells whether the rest can be made; doctor itself makes nothing.
    there = next(folder for folder in (data_dir, *data_dir.parents) if folder.is_dir())
    free_gib = shutil.disk_usage(there).free / 1024**3
    if free_gib < 1:
        return Finding("data", False, f"{data_dir}: {free_gib:.1f} GiB free", "mirage worlds list")
    return Finding("data", True, f"{data_dir} ({free_gib:.0f} GiB free)")


def _python_says(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=_IMPORT_TIMEOUT_S, cwd=_ROOT)
