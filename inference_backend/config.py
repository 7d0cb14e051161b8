"""Where the backend keeps its data and how it listens: defaults, then the environment (MIRAGE_*), then flags."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .errors import InvalidRequest

APP_DIR = "blender-mirage"
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
WEIGHTS_DIR = Path(__file__).parent / "weights"
DEVICE_KINDS = ("auto", "cpu", "cuda", "mps")
_ENVIRONMENT_PREFIX = "MIRAGE_"


@dataclass(frozen=True)
class BackendConfig:
    """One backend's settings."""

    data_dir: Path
    """Worlds, meshes, takes, jobs and the token; one backend at a time holds it."""
    host: str = LOOPBACK_HOSTS[0]
    """Address to listen on; anything but loopback opens the backend to the network."""
    port: int = 8765
    """0 takes a free one."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda`, `cuda:N` or `mps`."""
    weights_dir: Path = WEIGHTS_DIR
    """Folder of the engines' weights."""
    max_body_bytes: int = 1024**3
    """Largest request body; a vertex track of a dense mesh over a long shot is the largest honest one."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names by which clients may call the backend (the Host header), beside loopback and `host`."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise InvalidRequest(f"The port {self.port} is outside 0..65535.", "Choose another with --port.")
        if self.max_body_bytes <= 0:
            raise InvalidRequest(f"max_body_bytes must be positive, got {self.max_body_bytes}.")
        if self.device.split(":")[0] not in DEVICE_KINDS:
            raise InvalidRequest(
                f"The device {self.device!r} is not known.", f"Use one of {', '.join(DEVICE_KINDS)} or cuda:N."
            )


def default_data_dir(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The per-user folder that the platform keeps application data in."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / APP_DIR
    if platform == "darwin":
        return home / "Library" / "Application Support" / APP_DIR
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / APP_DIR


def load_config(flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> BackendConfig:
    """The settings in force; `flags` that are None count as not given. Raises InvalidRequest naming the variable."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {"data_dir": default_data_dir(environ)}
    for field in fields(BackendConfig):
        variable = _ENVIRONMENT_PREFIX + field.name.upper()
        if environ.get(variable):
            values[field.name] = _read_variable(field.name, variable, environ[variable])
    for name, value in (flags or {}).items():
        if value is not None:
            values[name] = Path(value) if name in ("data_dir", "weights_dir") else value
    # Absolute, because the worker process and the add-on resolve these from working directories of their own.
    values["data_dir"] = Path(values["data_dir"]).expanduser().absolute()
    return BackendConfig(**values)


def _read_variable(name: str, variable: str, text: str) -> Any:
    if name in ("data_dir", "weights_dir"):
        return Path(text)
    if name == "allowed_hosts":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if name in ("port", "max_body_bytes"):
        try:
            return int(text)
        except ValueError:
            raise InvalidRequest(
                f"The environment variable {variable} must be a whole number, got {text!r}.", f"Unset {variable}."
            ) from None
    return text
