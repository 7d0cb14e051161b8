"""The backend's address, in whatever form the user types it."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

from .errors import MirageError

DEFAULT_PORT = 8765
DEFAULT_ADDRESS = f"http://127.0.0.1:{DEFAULT_PORT}"

_EXAMPLES = "Write it as localhost:8765, 192.168.1.20:8765 or https://gpu.example.org."


def normalise_address(text: str) -> str:
    """`scheme://host[:port][/prefix]` without a trailing slash, from any usual form of an address.

    Without a scheme it is http and, where no port is given, the backend's own one; with a scheme the ports are those of
    the scheme, because a reverse proxy listens there. Raises MirageError where no host can be read.
    """
    typed = text.strip()
    bare = "://" not in typed
    if typed.count(":") > 1 and bare and not typed.startswith("["):
        typed = f"[{typed}]"  # an IPv6 address as system tools print it
    try:
        parts = urlsplit(f"http://{typed}" if bare else typed)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise MirageError(f"{text!r} is not the address of a backend: {error}.", _EXAMPLES) from error
    if not host or parts.scheme not in ("http", "https") or re.search(r"\s", host):
        raise MirageError(f"{text!r} is not the address of a backend.", _EXAMPLES)
    if port is None and bare:
        port = DEFAULT_PORT
    name = f"[{host}]" if ":" in host else host
    path = re.sub(r"/v1(/health)?$", "", parts.path.rstrip("/"))
    return urlunsplit((parts.scheme, name if port is None else f"{name}:{port}", path, "", ""))


def is_loopback(url: str) -> bool:
    """Whether a normalised address stays on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
