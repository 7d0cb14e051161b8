"""The one error shape on the wire, and the closed set of its codes."""

from __future__ import annotations

from dataclasses import dataclass

HTTP_STATUS = {
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "busy": 409,
    "unknown_set": 409,
    "too_large": 413,
    "protocol_mismatch": 426,
    "invalid_request": 422,
    "internal": 500,
    "engine_unavailable": 503,
    "out_of_memory": 507,
    "disk_full": 507,
}


@dataclass(frozen=True)
class Problem:
    """What happened (with the value) and what to do next; both are shown to the user as they stand."""

    code: str
    message: str
    hint: str = ""

    @property
    def http_status(self) -> int:
        return HTTP_STATUS.get(self.code, 500)
