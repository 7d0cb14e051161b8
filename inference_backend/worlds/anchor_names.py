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
_TOPOLOGY = re.compile(r"\|[0-9a-f]{12}$", re.ASCII)


def anchor_name(anchor: str, triangles: NDArray[np.int32], vertices: int) -> str:
    """`<Instance.anchor>|<digest of the topology>`. Where the topology changes, the tokens of the old shape have
    nowhere to lie: the object starts anew under another name."""
    digest = hashlib.blake2b(triangles.tobytes(), digest_size=6)
    digest.update(str(vertices).encode())
    return f"{anchor}|{digest.hexdigest()}"


def object_of(name: str) -> str:
    """The Instance.anchor of a world's anchor name."""
    return _TOPOLOGY.sub("", name)
