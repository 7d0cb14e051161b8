"""Makes room on the GPU before Blender renders with it: two programs that both fill it end in neither finishing."""

from __future__ import annotations

from dataclasses import replace

from .address import is_loopback
from .backend_process import BackendSettings, connect
from .errors import MirageError


def make_room(settings: BackendSettings) -> bool:
    """Asks the backend of this machine, where one runs and is not at work, to give the GPU's memory back; true where it
    did.

    Waits a few seconds at the most. A backend that is at work is left alone: its take would be lost. So is one on
    another machine: its GPU is not the one that is rendered with.
    """
    if settings.address.strip() and not is_loopback(settings.address):
        return False
    try:
        with connect(replace(settings, start=False), lambda words: None).client as client:
            health = client.health()
            if health.worker == "busy" or health.queue_length:
                return False
            client.release()
            return True
    except MirageError:
        return False  # a render must not fail because nobody could make room for it
