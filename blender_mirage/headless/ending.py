"""How a command ends: when it is told to stop, and with which exit status.

Told by a signal, a command lets go of what runs on the backend and ends as after an error. The process is then ended at
once: the bpy module, when Python takes it down, waits for ever after a file with a driver in Python, and the like.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

DONE, FAILED, MISUSED = 0, 1, 2
SIGNALLED = 128
"""And the signal's number: 130 after Ctrl-C, 143 after SIGTERM."""
EXIT_CODES = (
    "exit codes: 0 all was made; 1 it was not, and standard error says why and what to do; 2 the command line was not "
    "understood; 130 stopped by Ctrl-C; 143 stopped by SIGTERM"
)
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

HEARD_WITHIN = 2.0
"""Seconds in which the main thread hears of a signal, unless it is inside of a render."""

_asked: list[int] = []  # the signals that came, first first
_put_off: list[bool] = []  # not empty: they are obeyed between two steps, by whoever put them off


@contextmanager
def signals_stop() -> Iterator[None]:
    """Every signal that asks a process to end raises KeyboardInterrupt in the main thread, where it is not put off."""
    _asked.clear()
    before: dict[int, Any] = {}
    for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
        if signal.getsignal(number) != signal.SIG_IGN:  # under `nohup` a closed terminal ends nothing
            before[number] = signal.signal(number, _hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _hear(number: int, _: FrameType | None) -> None:
    _asked.append(number)
    if not _put_off or len(_asked) > 1:
        raise KeyboardInterrupt


@contextmanager
def signals_put_off() -> Iterator[None]:
    """Inside of an operator: Blender would take the interruption for a mistake of the operator's. A second signal does
    interrupt it."""
    _put_off.append(True)
    try:
        yield
    finally:
        _put_off.pop()


def was_told_to_stop() -> bool:
    return bool(_asked)


def status_of_signal() -> int:
    return SIGNALLED + (_asked[0] if _asked else signal.SIGINT)


def end_process(command: Callable[[], int]) -> NoReturn:
    """Runs `command` and ends this process with its exit status. For a process that is there for nothing else."""
    status = FAILED
    _leave_where_unheard()
    try:
        status = command()
    except SystemExit as asked:  # of the command line: --help, or a mistake in it
        status = asked.code if isinstance(asked.code, int) else FAILED
    except KeyboardInterrupt:
        status = status_of_signal()
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        _leave(status)


def _leave_where_unheard() -> None:
    """A render does not come back to Python before it is over: from then on, a signal ends the process all the same."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        while number := reader.recv(1)[0]:
            time.sleep(HEARD_WITHIN)
            if not _asked and number in {getattr(signal, name, None) for name in _NAMES}:
                _leave(SIGNALLED + number)
        writer.close()

    threading.Thread(target=listen, name="mirage-signals", daemon=True).start()


def _leave(status: int) -> NoReturn:
    module = sys.modules.get("bpy")
    folder = Path(module.app.tempdir) if module is not None else Path()
    if folder.name.startswith("blender_"):  # the session's own, which goes with Blender's end, and that is left out
        shutil.rmtree(folder, ignore_errors=True)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # nobody reads it any more
            status = status or FAILED
    os._exit(status)
