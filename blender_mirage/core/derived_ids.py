"""Ids that are the same whenever the same file is read, also where nobody saves it.

They hang on the name of the .blend, without its folder (a project may move), and on the name of what is in it. Once an
id is written into the file it stays, whatever is renamed after.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection

_BLEND = re.compile(r"\.blend\d*$", re.IGNORECASE)


def derived_id(kind: str, blend: str, name: str, taken: Collection[str] = ()) -> str:
    """32 hexadecimal digits for `name` of a .blend; the next ones in line where `taken` has them already.

    kind: what is named, `object` or `scene`. blend: path of the file; also that of a backup (`.blend1`).
    """
    file = _BLEND.sub("", re.split(r"[\\/]", blend)[-1])
    parts = [unicodedata.normalize("NFC", part) for part in (kind, file, name)]
    number = 1
    while True:
        text = "\0".join([*parts, str(number)])
        found = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if found not in taken:
            return found
        number += 1
