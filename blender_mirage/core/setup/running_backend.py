"""The backend that runs while another one is set up."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

from ..backend_process import SERVER_FILE, BackendSettings, StartedBackend, find_backend
from ..errors import MirageError, SetupFailed

_END_SECONDS = 20.0
_POLL_SECONDS = 0.1


def require_idle(settings: BackendSettings) -> None:
    """Raises SetupFailed where this machine's backend works on something."""
    try:
        found = find_backend(settings)
    except MirageError:  # of another version, or with another token: what it does cannot be asked
        return
    if found is not None:
        found.client.close()
        if found.health.queue_length:
            raise SetupFailed(
                "The backend is making takes, and setting it up would end them.",
                "Wait until they are done, or cancel them; then press Set Up Backend again.",
            )


def stop_running(settings: BackendSettings, started: Iterable[StartedBackend]) -> None:
    """Ends this machine's backend, whoever started it, so that nothing of the old one is in use. Waits.

    Jobs go on with its next start. Raises SetupFailed where it does not end.
    """
    for backend in started:
        backend.stop()
    process_id = _answering(settings)
    if process_id is None:
        return
    try:
        os.kill(process_id, signal.SIGTERM)
    except OSError as error:
        raise _stays(process_id) from error
    deadline = time.monotonic() + _END_SECONDS
    while time.monotonic() < deadline:
        if not _lives(process_id):
            return
        time.sleep(_POLL_SECONDS)
    raise _stays(process_id)


def _answering(settings: BackendSettings) -> int | None:
    """The process that holds the data folder and answers; None where there is none."""
    with suppress(MirageError):  # that is refused, or of another protocol, is an answer
        found = find_backend(settings)
        if found is None:
            return None
        found.client.close()
    try:
        process_id = int(json.loads((settings.data_dir / SERVER_FILE).read_text(encoding="utf-8"))["pid"])
        return process_id if process_id > 0 else None  # 0 and less are whole groups of processes
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lives(process_id: int) -> bool:
    if sys.platform != "win32":
        with suppress(ChildProcessError):  # one of our own stays visible until it is asked after
            os.waitpid(process_id, os.WNOHANG)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:  # Windows: no such process, or one that may not be touched
        return False
    return True


def _stays(process_id: int) -> SetupFailed:
    return SetupFailed(
        f"The backend that runs (process {process_id}) cannot be ended.",
        "End it by hand, where it was started; then press Set Up Backend again.",
    )
