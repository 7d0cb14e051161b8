"""Writes the golden files anew: `python -m tests.blender_mirage.wire.write_golden`.

Only for a change of the contract that is meant: a field that moves or disappears needs a new PROTOCOL_VERSION.
"""

from __future__ import annotations

import json
from pathlib import Path

from blender_mirage.wire.codec import to_plain
from tests.blender_mirage.wire.examples import EXAMPLES

GOLDEN = Path(__file__).parent / "golden"


def golden_text(message: object) -> str:
    return json.dumps(to_plain(message), indent=1, ensure_ascii=False) + "\n"


def golden_path(message: object) -> Path:
    return GOLDEN / f"{type(message).__name__}.json"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for example in EXAMPLES:
        golden_path(example).write_text(golden_text(example), encoding="utf-8")
