"""The prompt words that the previz engine was trained on, with their synonyms. Other words have no effect, and are
named to the user."""

from __future__ import annotations

import re

import torch
from torch import Tensor

WORDS = (
    "brick",
    "wood",
    "plaster",
    "concrete",
    "tile",
    "metal",
    "fabric",
    "foliage",
    "warm",
    "cool",
    "dark",
    "bright",
    "saturated",
    "muted",
    "contrast",
    "flat",
)
SYNONYMS = {
    "bricks": "brick",
    "masonry": "brick",
    "wooden": "wood",
    "planks": "wood",
    "oak": "wood",
    "timber": "wood",
    "stucco": "plaster",
    "painted": "plaster",
    "cement": "concrete",
    "industrial": "concrete",
    "tiles": "tile",
    "tiled": "tile",
    "ceramic": "tile",
    "steel": "metal",
    "iron": "metal",
    "metallic": "metal",
    "cloth": "fabric",
    "carpet": "fabric",
    "leaves": "foliage",
    "grass": "foliage",
    "garden": "foliage",
    "sunset": "warm",
    "golden": "warm",
    "orange": "warm",
    "candlelit": "warm",
    "cold": "cool",
    "blue": "cool",
    "teal": "cool",
    "moonlit": "cool",
    "night": "dark",
    "dim": "dark",
    "gloomy": "dark",
    "noir": "dark",
    "day": "bright",
    "sunny": "bright",
    "daylight": "bright",
    "colourful": "saturated",
    "colorful": "saturated",
    "vivid": "saturated",
    "desaturated": "muted",
    "grey": "muted",
    "gray": "muted",
    "dramatic": "contrast",
    "hard": "contrast",
    "soft": "flat",
    "overcast": "flat",
    "foggy": "flat",
}
_FILLERS = frozenset("a an and at by from in into of on or the to with light lighting scene mood look".split())


def parse_prompt(prompt: str) -> tuple[Tensor, tuple[str, ...]]:
    """([W] float32, 1 where a word of `WORDS` is meant; the words that mean nothing to this engine)."""
    vector = torch.zeros(len(WORDS))
    unknown: dict[str, None] = {}
    for word in re.findall(r"[^\W\d_]+", prompt.lower()):
        meant = SYNONYMS.get(word, word)
        if meant in WORDS:
            vector[WORDS.index(meant)] = 1
        elif word not in _FILLERS:
            unknown[word] = None
    return vector, tuple(unknown)
