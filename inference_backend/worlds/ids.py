"""Ids of worlds, takes and jobs, and names of content. Nothing becomes part of a path before it passed here."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

from ..errors import InvalidRequest

_HEX_32 = re.compile(r"[0-9a-f]{32}", re.ASCII)


def new_id() -> str:
    """A fresh id: uuid4, 32 hex digits."""
    return uuid.uuid4().hex


def is_id(text: str) -> bool:
    return _HEX_32.fullmatch(text) is not None


def check_id(text: str, what: str) -> str:
    """`text` itself, when it is an id. Raises InvalidRequest, naming `what` it should be the id of."""
    if not is_id(text):
        raise InvalidRequest(f"{text[:60]!r} is not the id of a {what}.", "An id has 32 hexadecimal digits.")
    return text


def check_hash(text: str) -> str:
    """`text` itself, when it names content (wire.arrays.content_hash). Raises InvalidRequest."""
    if not is_id(text):
        raise InvalidRequest(f"{text[:60]!r} is not a content hash.", "It has 32 hexadecimal digits of blake2b.")
    return text


def now() -> str:
    """The present time, ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
