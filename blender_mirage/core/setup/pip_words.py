"""What pip says, in plain words: how far it is, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FILE = re.compile(r"^\s*(Downloading|Using cached) (?:\S*/)?(\S+?)(?:#\S*)?(?: \(([\d.]+) ([kMG]?B|bytes)\))?$")
_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)$")
_COLLECTING = re.compile(r"^Collecting ([A-Za-z0-9][\w.-]*)")
_INSTALLING = re.compile(r"^Installing collected packages: (.+)$")
_PARTS_OF_METADATA = (".metadata", ".json", ".html")
MEGABYTE = 1_000_000
"""As pip counts."""


@dataclass(frozen=True)
class Step:
    """What pip does now. `total` is 0 where no end is known, else bytes or packages."""

    text: str
    done: int = 0
    total: int = 0


class PipReader:
    """Reads pip's lines one by one."""

    def __init__(self) -> None:
        self._file = ""
        self.packages = 0
        """That are being installed; 0 before."""

    def read(self, line: str) -> Step | None:
        """What changed with this line; None where nothing that the user should see."""
        if found := _PROGRESS.match(line):
            done, total = int(found[1]), int(found[2])
            if not self._file or total <= MEGABYTE:
                return None
            text = f"Downloading {self._file}, {done // MEGABYTE} of {total // MEGABYTE} MB"
            return Step(text, done, total)
        if found := _FILE.match(line):
            verb, file, size, unit = found.groups()
            if file.endswith(_PARTS_OF_METADATA):
                return None
            self._file = _package_of(file)
            if verb != "Downloading":
                return Step(f"{self._file} was downloaded before")
            return Step(f"Downloading {self._file}, {size} {unit}" if size else f"Downloading {self._file}")
        if found := _COLLECTING.match(line):
            self._file = ""
            return Step(f"Looking for {found[1]}")
        if found := _INSTALLING.match(line):
            done, self.packages = 0, len(found[1].split(","))
            return Step(f"Installing packages, {done} of {self.packages}", done, self.packages)
        return None


def _package_of(file: str) -> str:
    """`torch` of `torch-2.13.0-cp312-….whl`."""
    return file.split("-")[0].replace("_", "-")


_CAUSES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(
            r"No space left on device|Errno 28\b|Errno 122\b|WinError 112\b|not enough space on the disk", re.IGNORECASE
        ),
        "The disk is full.",
        "Free some space, or choose a Data Folder on another disk; then press Set Up Backend again.",
    ),
    (
        re.compile(r"ProxyError|Cannot connect to proxy|Tunnel connection failed|407 Proxy", re.IGNORECASE),
        "The proxy of this network did not let pip through.",
        "Give pip the proxy (`pip config set global.proxy http://USER:PASSWORD@HOST:PORT` in a terminal), then press "
        "Set Up Backend again.",
    ),
    (
        re.compile(
            r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError|certificate verify failed", re.IGNORECASE
        ),
        "The package index does not show a certificate that this machine trusts.",
        "A firewall that reads https traffic does that: give pip its certificate "
        "(`pip config set global.cert FILE` in a terminal), then press Set Up Backend again.",
    ),
    (
        re.compile(r"WinError 32\b|WinError 1224\b|being used by another process", re.IGNORECASE),
        "Another program holds a file of the environment, most often a virus scanner.",
        "Wait a minute and press Set Up Backend again; if it stays so, exclude the data folder from the scanner.",
    ),
    (
        re.compile(r"WinError 206\b|filename or extension is too long|Windows Long Path support", re.IGNORECASE),
        "A path became longer than Windows allows.",
        "Choose a Data Folder with a short path, such as C:\\Mirage, then press Set Up Backend again.",
    ),
    (
        re.compile(r"Permission denied|Errno 13\b|WinError 5\b|Access is denied|Read-only file system", re.IGNORECASE),
        "The environment's folder may not be written to.",
        "Choose a Data Folder of your own in the preferences, then press Set Up Backend again. No administrator is "
        "needed.",
    ),
    (
        re.compile(r"DO NOT MATCH THE HASHES|hash mismatch|BadZipFile|invalid wheel", re.IGNORECASE),
        "A download came out damaged.",
        "Press Set Up Backend again; if it stays so, clear pip's store (`pip cache purge` in a terminal).",
    ),
    (
        re.compile(
            r"NewConnectionError|ConnectTimeout|NameResolutionError|getaddrinfo failed|Name or service not known|"
            r"Temporary failure in name resolution|Network is unreachable|Max retries exceeded|Connection refused|"
            r"Could not fetch URL|No route to host|Failed to establish a new connection",
            re.IGNORECASE,
        ),
        "The package index cannot be reached.",
        "Check that this machine is online and that no firewall or wrong proxy stops pip, then press Set Up Backend "
        "again.",
    ),
    (
        re.compile(
            r"ReadTimeout|IncompleteRead|Connection broken|ConnectionResetError|RemoteDisconnected|Connection aborted|"
            r"HTTP error 5\d\d|incomplete-download",
            re.IGNORECASE,
        ),
        "The connection to the package index broke off.",
        "Press Set Up Backend again: what pip downloaded whole is kept.",
    ),
)
_MISSING = re.compile(r"No matching distribution found for ([^\s;(]+)")


def known_cause(text: str) -> tuple[str, str] | None:
    """What happened and what to do, where a text names a cause that is known."""
    return next(((message, hint) for pattern, message, hint in _CAUSES if pattern.search(text)), None)


def explain(lines: Sequence[str], exit_code: int) -> tuple[str, str]:
    """Why pip failed, and what to do, from what it said."""
    text = "\n".join(lines)
    if cause := known_cause(text):
        return cause
    if missing := _MISSING.search(text):
        return (
            f"The package index has no {missing[1]} for this Python and this system.",
            "Choose another Python in the preferences (3.12 has the most packages), then press Set Up Backend again.",
        )
    if exit_code < 0 or exit_code == 137:
        return (
            "The system ended pip.",
            "Most often that means too little memory: close other programs, then press Set Up Backend again.",
        )
    errors = [line for line in lines if line.lstrip().startswith("ERROR")] or list(lines[-1:])
    said = errors[-1].strip() if errors else f"exit code {exit_code}"
    return f"pip failed: {said}", "Open Log shows all that it said."


def is_network(lines: Sequence[str]) -> bool:
    """Whether it failed on the way to an index."""
    return explain(lines, 1)[0] in {message for _, message, _ in _CAUSES if "index" in message or "network" in message}
