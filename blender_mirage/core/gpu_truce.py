"""Makes room on the GPU before Blender renders with it: two programs that both fill it end in neither finishing."""

from __future__ import annotations

from .backend_process import BackendSettings, find_backend
from .client import MirageClient
from .errors import MirageError


def make_room(settings: BackendSettings) -> bool:
    """Asks the backend, where one runs and is not at work, to give the GPU's memory back; true where it did.

    Waits a few seconds at the most. A backend that is at work is left alone: its take would be lost.
    """
    try:
        client = _client(settings)
        if client is None:
            return False
        with client:
            health = client.health()
            if health.worker == "busy" or health.queue_length:
                return False
            client.release()
            return True
    except MirageError:
        return False  # a render must not fail because nobody could make room for it


def _client(settings: BackendSettings) -> MirageClient | None:
    if settings.address.strip():
        return MirageClient(settings.address, settings.token)
    found = find_backend(settings)
    return found.client if found else None
