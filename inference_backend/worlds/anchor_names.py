"""How a world names what tokens hang on: an object in one topology, the sky, points that no geometry holds."""

from __future__ import annotations

import hashlib
import re

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.history import SKY, VOID

from ..greybox import geometry

PLACELESS = {geometry.SKY: SKY, geometry.VOID: VOID}
"""Ids that every world has, without a row, and what the wire calls them."""
_PLACE = "place"
_TOPOLOGY = re.compile(rf"\|([0-9a-f]{{12}}|{_PLACE})$", re.ASCII)


def anchor_name(anchor: str, triangles: NDArray[np.int32], vertices: int, anchored_by: str = "shape") -> str:
    """`<Instance.anchor>|<digest of the topology>`. Where the topology changes, the tokens of the old shape have
    nowhere to lie: the object starts anew under another name. What is anchored by its place is
    `<Instance.anchor>|place` in every topology."""
    if anchored_by == "place":
        return f"{anchor}|{_PLACE}"
    digest = hashlib.blake2b(triangles.tobytes(), digest_size=6)
    digest.update(str(vertices).encode())
    return f"{anchor}|{digest.hexdigest()}"


def object_of(name: str) -> str:
    """The Instance.anchor of a world's anchor name."""
    return _TOPOLOGY.sub("", name)
