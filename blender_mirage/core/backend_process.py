"""Finds the backend that runs on this machine, or starts one: by its files in the data folder, never by its port.

Everything here may wait, so it is called from a watcher's thread or from a command without a window.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..wire.messages import Health
from .address import is_loopback, normalise_address, port_of
from .client import MirageClient
from .errors import BackendUnreachable, MirageError
from .programs import environment_of_programs
from .setup.environment import set_up_environment
from .transport import CONNECT_SECONDS

APP_DIR = "blender-mirage"
SERVER_FILE = "server.json"
TOKEN_FILE = "token"
LOG_FILE = "backend.log"

START_SECONDS = 120.0
"""A first start reads Python packages from a cold disk; a failed one is noticed at once by the process's end."""
STOP_SECONDS = 15.0
_CHOOSE_HINT = "Clear the field Python in the add-on's preferences, then press Set Up Backend."
_POLL_SECONDS = 0.1
_PROBE_SECONDS = 60.0
_REACH_SECONDS = 0.5
INSTALL_HINT = "Press Set Up Backend, here or in the add-on's preferences."


@dataclass(frozen=True)
class BackendSettings:
    """Where the backend is and how to start it."""

    data_dir: Path
    address: str = ""
    """Empty: the backend of this machine that holds `data_dir`."""
    token: str = ""
    """Empty: the one in `data_dir`, for a backend of this machine."""
    python: str = ""
    """Program that starts the backend; empty: the Python that runs this, where it has the backend."""
    start: bool = True
    """Start a backend where none runs. Does not apply to an address given."""

    @property
    def key(self) -> str:
        """Tells one backend from another."""
        return self.address.strip() or str(self.data_dir)


@dataclass(frozen=True)
class Connection:
    """A backend that answered."""

    client: MirageClient
    health: Health
    started: StartedBackend | None = None
    """Set where this connection started it."""


def default_data_dir(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The folder that a backend uses when it is told nothing: both sides keep to the same rule."""
    if environ.get("MIRAGE_DATA_DIR"):
        return Path(environ["MIRAGE_DATA_DIR"]).expanduser().absolute()
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / APP_DIR
    if platform == "darwin":
        return home / "Library" / "Application Support" / APP_DIR
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / APP_DIR


def connect(settings: BackendSettings, note: Callable[[str], None]) -> Connection:
    """Reaches the backend of `settings`, starting one where none runs and that is asked for. Waits.

    `note` is told what goes on. Raises BackendUnreachable, BackendRefused or ContractMismatch.
    """
    if settings.address.strip():
        client = _client(settings, normalise_address(settings.address))
        return Connection(client, client.health())
    found = find_backend(settings)
    if found is not None:
        return found
    if not settings.start:
        raise BackendUnreachable(
            "No backend runs on this machine.", "Press Start Backend, or run `mirage serve` in a terminal."
        )
    note("Starting the backend")
    started = StartedBackend(settings)
    try:
        return started.wait_ready()
    except MirageError:
        started.stop()
        raise


def find_backend(settings: BackendSettings, seconds: float = CONNECT_SECONDS) -> Connection | None:
    """The backend that holds `settings.data_dir`, or None where none answers within `seconds`. Raises BackendRefused or
    ContractMismatch."""
    url = running_url(settings.data_dir)
    if url is None:
        return None
    # Its own data folder says where it listens, so that its token is right whatever the address.
    client = MirageClient(url, settings.token or read_token(settings.data_dir))
    try:
        return Connection(client, client.health(seconds))
    except BackendUnreachable:
        client.close()
        return None  # the file outlived its backend


def is_gone(settings: BackendSettings) -> bool:
    """Whether no backend of this machine holds `settings.data_dir`: it said goodbye, or nothing listens where it did.

    One that hangs is there: its connections are taken, and not answered.
    """
    url = running_url(settings.data_dir)
    if url is None:
        return True
    try:
        socket.create_connection((urlsplit(url).hostname, port_of(url)), _REACH_SECONDS).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


def running_url(data_dir: Path) -> str | None:
    """The address in the data folder's server file; the backend may have died since."""
    try:
        facts = json.loads((data_dir / SERVER_FILE).read_text(encoding="utf-8"))
        return normalise_address(str(facts["url"]))
    except (OSError, ValueError, KeyError, TypeError, MirageError):
        return None


def read_token(data_dir: Path) -> str:
    try:
        return (data_dir / TOKEN_FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


class StartedBackend:
    """A backend process that this add-on started. It outlives the add-on unless `stop` is called."""

    def __init__(self, settings: BackendSettings) -> None:
        """Starts it. Raises BackendUnreachable where there is no program that could."""
        self._settings = settings
        self._program = find_python(settings.python, settings.data_dir)
        self.log = settings.data_dir / LOG_FILE
        command = [self._program, "-m", "inference_backend", "serve", "--data-dir", str(settings.data_dir)]
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as log:
                self._log_start = log.tell()
                self._process: subprocess.Popen[bytes] = (
                    subprocess.Popen(  # any free port: another program may hold the usual one
                        [*command, "--port", "0"],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        env=environment_of_programs(),
                        **_own_group(),
                    )
                )
        except OSError as error:
            raise BackendUnreachable(
                f"The backend could not be started: {error}.", "Check the data folder and Python in the preferences."
            ) from error

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_ready(self) -> Connection:
        """Waits until it answers. Raises BackendUnreachable with the log's last line where it ends or hangs."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            # Asked also when ours has ended: it gives way to one that somebody else started in the same moment.
            found = find_backend(self._settings)
            if found is not None:
                return Connection(found.client, found.health, None if ended else self)
            if ended:
                raise BackendUnreachable(
                    f"The backend ended while it started: {self._last_words()}", f"The whole log is in {self.log}."
                )
            time.sleep(_POLL_SECONDS)
        raise BackendUnreachable(
            f"The backend did not answer within {START_SECONDS:.0f} seconds of its start.", f"See its log: {self.log}."
        )

    def stop(self) -> None:
        """Ends it and waits for that; jobs that run are taken up again at its next start."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else f"it said nothing (exit code {self._process.returncode})."


def find_python(chosen: str, data_dir: Path) -> str:
    """The program that can start a backend: `chosen`, else the environment that was set up in the data folder, else the
    Python that runs this. Raises BackendUnreachable."""
    made = None if chosen.strip() else set_up_environment(data_dir)
    if made is not None:
        return str(made.python)
    program = chosen.strip() or sys.executable
    probe = "import importlib.util as u, sys; sys.exit(0 if u.find_spec('inference_backend') else 3)"
    try:
        code = subprocess.run(
            [program, "-c", probe], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS,
            env=environment_of_programs(),
        ).returncode  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackendUnreachable(f"{program} cannot be run: {error}.", _CHOOSE_HINT) from error
    if code == 0:
        return program
    if code == 3:
        if not chosen.strip():
            raise BackendUnreachable("The backend is not set up on this machine yet.", INSTALL_HINT)
        raise BackendUnreachable(f"The backend is not installed in {program}.", INSTALL_HINT)
    raise BackendUnreachable(f"{program} is not a Python (exit code {code}).", _CHOOSE_HINT)


def this_python_has_a_backend() -> bool:
    """Whether `find_python` would find it in the Python that runs this: not in Blender's own, but in one with `bpy`."""
    return find_spec("inference_backend") is not None


def _client(settings: BackendSettings, url: str) -> MirageClient:
    token = settings.token or (read_token(settings.data_dir) if is_loopback(url) else "")
    return MirageClient(url, token)


def _own_group() -> dict[str, Any]:
    """So that Ctrl+C in Blender's terminal does not reach the backend, and no console window opens on Windows."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
