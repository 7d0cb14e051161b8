"""Sets the backend up on this machine: a virtual environment of its own, outside Blender, made by pip from the wheel
that the add-on carries. A thread; Blender's main thread never waits for it.

It ends with Blender, and nothing half stays: an environment counts only once `mirage doctor` has found it whole. The
next press goes on from what pip has downloaded.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue

from .backend_process import BackendSettings, StartedBackend
from .errors import MirageError, SetupFailed
from .scene_key import SceneKey
from .setup import environment as environments
from .setup.environment import Environment
from .setup.pip_process import Runner, Stopped
from .setup.pip_wheel import USUAL_INDEX, fetch_pip
from .setup.pip_words import PipReader, Step, explain, is_network
from .setup.pythons import Python, find_base
from .setup.running_backend import require_idle, stop_running
from .setup.torch_build import REQUIREMENT, TorchBuild, choose_build, find_gpu
from .take_job import SetUpEnded, SetUpProgress, Update

_INSTALL = ("pip", "install", "--no-input", "--disable-pip-version-check", "--no-user", "--no-color",
            "--no-warn-script-location", "--only-binary=:all:")  # fmt: skip
_RAW_PROGRESS = (24, 1)
"""The pip that first told its progress in numbers."""
_WHEEL = re.compile(r"^blender_mirage-([^-]+)-py3-none-any\.whl$")
_PIP_VERSION = re.compile(r"^pip (\d+)\.(\d+)")
_MEBIBYTE = 1 << 20


class _DoesNotWork(SetupFailed):
    """Everything is installed, and doctor finds fault with it."""


@dataclass(frozen=True)
class SetUpOrder:
    """What one press of Set Up Backend asks for."""

    order_id: str
    scene: SceneKey
    settings: BackendSettings
    """Of this machine's backend; its `python` is the base to use, empty where one is to be found."""
    wheel: Path
    own_python: str
    """Blender's, the last resort as a base."""
    build: str = "AUTO"
    """Of PyTorch, as `torch_build.choose_build` wants it."""
    started: tuple[StartedBackend, ...] = ()
    """Backends that this Blender started."""


def wheel_in(folder: Path) -> Path:
    """The backend's wheel that an installed add-on carries. Raises SetupFailed where it carries none."""
    wheels = sorted(folder.glob("*.whl")) if folder.is_dir() else []
    if not wheels:
        raise SetupFailed(
            "This add-on does not carry its backend: it was not installed from a release's zip.",
            "Install the zip that build_addon.py makes (Preferences > Get Extensions > Install from Disk).",
        )
    return wheels[-1]


def wheel_version(wheel: Path) -> str:
    found = _WHEEL.match(wheel.name)
    return found[1] if found else ""


class BackendSetup(threading.Thread):
    """One press of the button. Its last update is `SetUpEnded`."""

    kind = "SETUP"

    def __init__(self, order: SetUpOrder, updates: Queue[Update]) -> None:
        super().__init__(name=f"mirage-setup-{order.order_id[:8]}", daemon=True)
        self.order = order
        self._updates = updates
        self._cancelled = threading.Event()
        self._data_dir = order.settings.data_dir
        self._log_path = self._data_dir / environments.FOLDER / environments.LOG_FILE
        self._runner: Runner
        self._step = Step("")
        self._step_start = time.monotonic()
        self._told_time = ""

    @property
    def order_id(self) -> str:
        return self.order.order_id

    @property
    def scene(self) -> SceneKey:
        return self.order.scene

    @property
    def started_backend(self) -> StartedBackend | None:
        return None

    def cancel(self) -> None:
        """Ends pip; returns at once."""
        self._cancelled.set()

    def run(self) -> None:
        try:
            with environments.held(self._data_dir):
                temporary = environments.temporary_folder(self._data_dir)
                with self._log_path.open("w", encoding="utf-8") as log:
                    self._runner = Runner(log, temporary, self._cancelled)
                    device = self._work(temporary)
        except Stopped:
            end = SetUpEnded("cancelled", "Cancelled. What pip had downloaded whole is kept for the next time.")
        except MirageError as error:
            end = SetUpEnded("failed", error.message, error.hint)
        except OSError as error:
            message, hint = explain([str(error)], 1)
            end = SetUpEnded("failed", message, hint)
        else:
            end = SetUpEnded("done", f"Ready on {device}.")
        log_path = str(self._log_path) if self._log_path.is_file() else ""
        self._tell(replace(end, log=log_path, version=wheel_version(self.order.wheel)))

    def _work(self, temporary: Path) -> str:
        """Everything; returns the device that the backend will use."""
        require_idle(self.order.settings)
        self._say("Looking at this machine")
        gpu = find_gpu() if sys.platform != "darwin" else None
        self._runner.info(f"NVIDIA card: {gpu}")
        build = choose_build(self.order.build, gpu, platform.machine())
        old = environments.set_up_environment(self._data_dir)
        if old is not None and self._still_fits(old, build):
            with suppress(_DoesNotWork):  # something else in it was changed or lost: a new one heals that
                return self._update(old)
        return self._make(build, temporary)

    def _still_fits(self, old: Environment, build: TorchBuild) -> bool:
        chosen = self.order.settings.python
        return old.build == build.name and (not chosen or os.path.realpath(chosen) == os.path.realpath(old.base))

    def _update(self, old: Environment) -> str:
        """The wheel anew in the environment that is there, with what it newly needs."""
        stop_running(self.order.settings, self.order.started)
        old.mark_broken()
        try:
            options = self._options(old.python)
            if old.version == wheel_version(self.order.wheel):  # which pip would take for done
                self._pip(old.python, options, "--force-reinstall", "--no-deps", str(self.order.wheel))
            self._pip(old.python, options, str(self.order.wheel))
            device = self._examine(old.python)
        except (Stopped, SetupFailed):
            self._keep_if_it_works(old)
            raise
        replace(old, version=wheel_version(self.order.wheel)).mark_whole()
        return device

    def _keep_if_it_works(self, old: Environment) -> None:
        """After a try that came to nothing: pip changes nothing before it has all that it needs."""
        runner = Runner(self._runner.log, self._runner.temporary, threading.Event())
        code, said = runner.run(old.python, ("inference_backend", "--version"))
        if code == 0 and said:
            replace(old, version=said[-1].strip()).mark_whole()

    def _make(self, build: TorchBuild, temporary: Path) -> str:
        """A new environment; the old one goes once it works."""
        cache = self._require_space(build)
        self._say("Looking for a Python")
        base = find_base(self.order.settings.python, os.environ, self.order.own_python)
        self._tell(SetUpProgress("Looking for a Python", notes=self._remarks(base, build)))
        self._say("Making an environment")
        folder = environments.next_folder(self._data_dir)
        try:
            python = self._make_empty(base, folder, temporary)
            options = (*self._options(python), *cache)
            if build.index:
                self._install_torch(python, options, build)
            self._pip(python, options, str(self.order.wheel))
            device = self._examine(python)
            made = Environment(folder, wheel_version(self.order.wheel), base.program, build.name)
            stop_running(self.order.settings, self.order.started)
            made.mark_whole()
        except (Stopped, MirageError, OSError):
            self._say("Tidying up")
            environments.remove(folder)
            raise
        environments.remove_others(self._data_dir, made)
        return device

    def _remarks(self, base: Python, build: TorchBuild) -> tuple[str, ...]:
        which = f"Made from {base}."
        if base.is_blenders:
            which = (
                f"No other Python was found, so it is made from Blender's own, {base}. Nothing is put into that one."
            )
        return (which, f"PyTorch for {_named(build)}.", *filter(None, [build.remark]))

    def _require_space(self, build: TorchBuild) -> tuple[str, ...]:
        """Options for pip where space is short. Raises SetupFailed where there is too little."""
        there = next(part for part in (self._data_dir, *self._data_dir.parents) if part.is_dir())
        free = shutil.disk_usage(there).free // _MEBIBYTE
        if free >= build.needed_mb:
            return ()
        least = build.needed_mb - build.download_mb
        if free >= least:
            return ("--no-cache-dir",)
        raise SetupFailed(
            f"There is too little space: {least / 1000:.1f} GB are needed in {self._data_dir}, {free / 1000:.1f} GB "
            "are free.",
            "Free some, or choose a Data Folder on another disk in the preferences; then press Set Up Backend again.",
        )

    def _make_empty(self, base: Python, folder: Path, temporary: Path) -> Path:
        """An environment with pip in it and nothing else; its interpreter."""
        code, said = self._runner.run(base.program, ("venv", "--without-pip", str(folder)), on_tick=self._say_time)
        if code != 0:
            message, hint = explain(said, code)
            raise SetupFailed(f"The environment could not be made. {message}", hint)
        python = environments.python_in(folder)
        self._say("Downloading pip")
        try:  # the newest, which is unpacked in no time; Debian's and Ubuntu's Python brings none at all
            wheel = fetch_pip(temporary, base.version[1], os.environ.get("PIP_INDEX_URL") or USUAL_INDEX, self._check)
        except SetupFailed as error:
            if not base.has_pip:
                raise
            self._runner.info(str(error))
            self._runner.run(python, ("ensurepip",), on_tick=self._say_time)
            self._renew_pip(python)  # which knows the user's mirrors and proxies
        else:
            shutil.unpack_archive(wheel, environments.packages_folder(folder), "zip")
        return python

    def _renew_pip(self, python: Path) -> None:
        """A pip that tells its progress in numbers. Where there is none to be had, the old one will do."""
        if self._pip_version(python) >= _RAW_PROGRESS:
            return
        self._say("Renewing pip")
        options = ("--progress-bar=off", "--retries=1")
        code, said = self._runner.run(python, (*_INSTALL, *options, "--upgrade", "pip"), on_tick=self._say_time)
        if code != 0 and is_network(said):
            raise SetupFailed(*explain(said, code))

    def _install_torch(self, python: Path, options: tuple[str, ...], build: TorchBuild) -> None:
        """From PyTorch's own index; what it depends on comes from the usual one with the rest."""
        self._say("Asking for PyTorch")
        arguments = (*options, "--retries=1", "--no-deps", "--index-url", build.index, REQUIREMENT)
        code, said = self._run_pip(python, arguments)
        if code == 0:
            return
        message, hint = explain(said, code)
        if build.index_only:
            raise SetupFailed(
                f"PyTorch for {_named(build)} could not be downloaded from {build.index}. {message}", hint
            )
        note = f"{build.index} cannot be reached, so PyTorch comes from the usual index: a larger download."
        self._tell(SetUpProgress("Asking the usual index", notes=(note,)))
        self._require_space(build.instead)

    def _pip(self, python: Path, options: tuple[str, ...], *arguments: str) -> None:
        code, said = self._run_pip(python, (*options, *arguments))
        if code != 0:
            raise SetupFailed(*explain(said, code))

    def _run_pip(self, python: Path, arguments: tuple[str, ...]) -> tuple[int, list[str]]:
        reader = PipReader()
        there = environments.packages_in(python.parents[1])

        def on_line(line: str) -> None:
            step = reader.read(line)
            if step is not None:
                self._show(step)

        def on_tick() -> None:
            if reader.packages:  # pip says nothing while it unpacks them, which takes longer than the download
                done = len(environments.packages_in(python.parents[1]) - there)
                self._step = Step(f"Installing packages, {done} of {reader.packages}", done, reader.packages)
            self._say_time()

        return self._runner.run(python, (*_INSTALL, *arguments), on_line, on_tick)

    def _options(self, python: Path) -> tuple[str, ...]:
        return ("--progress-bar=raw" if self._pip_version(python) >= _RAW_PROGRESS else "--progress-bar=off",)

    def _pip_version(self, python: Path) -> tuple[int, ...]:
        _, said = self._runner.run(python, ("pip", "--version"))
        found = _PIP_VERSION.match(said[0]) if said else None
        return (int(found[1]), int(found[2])) if found else (0, 0)

    def _examine(self, python: Path) -> str:
        """What `mirage doctor` finds: the device's name. Raises SetupFailed with what is not as it should be."""
        self._say("Checking the backend")
        arguments = ("inference_backend", "doctor", "--json", "--data-dir", str(self._data_dir))
        _, said = self._runner.run(python, arguments, on_tick=self._say_time)
        findings = _findings(said)
        missing = [found for found in findings if found.get("needed", True) and not found["ok"]]
        if missing or not findings:
            why = "; ".join(f"{found['name']}: {found['detail']}" for found in missing) or "it does not start"
            raise _DoesNotWork(f"The backend was installed, but does not work: {why}.", "Open Log shows all of it.")
        device = [found["detail"] for found in findings if found["name"] == "device"]
        return str(device[0]) if device else "this machine"

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise Stopped

    def _say(self, text: str) -> None:
        self._show(Step(text))

    def _show(self, step: Step) -> None:
        if step.text != self._step.text:
            self._step_start = time.monotonic()
        self._step = step
        self._tell(SetUpProgress(step.text, step.done, step.total))

    def _say_time(self) -> None:
        """Where no number moves, the time does."""
        minutes, seconds = divmod(int(time.monotonic() - self._step_start), 60)
        step = self._step
        if step.text.startswith("Downloading") and step.total or (minutes, seconds) < (0, 3):
            return
        text = f"{step.text}, {minutes} min {seconds} s" if minutes else f"{step.text}, {seconds} s"
        if text != self._told_time:
            self._told_time = text
            self._tell(SetUpProgress(text, step.done, step.total))

    def _tell(self, what: SetUpProgress | SetUpEnded) -> None:
        self._updates.put(Update(self.order.order_id, what))


def _named(build: TorchBuild) -> str:
    return {"cpu": "the CPU", "mps": "Apple's GPU"}.get(build.name, f"NVIDIA GPUs ({build.name})")


def _findings(said: Sequence[str]) -> list[dict[str, object]]:
    """Doctor's JSON among the lines; empty where there is none."""
    first = next((number for number, line in enumerate(said) if line == "["), len(said))
    try:
        return list(json.loads("\n".join(said[first : len(said) - said[::-1].index("]")])))
    except (ValueError, TypeError):
        return []
