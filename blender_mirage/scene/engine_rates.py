"""The frame rates of engines that have one of their own, as far as a backend has told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..wire.messages import EngineInfo

_rates: dict[str, float] = {}  # by engine


def learn_rates(engines: Iterable[EngineInfo]) -> None:
    """Keeps what a backend says of its engines."""
    set_rates({engine.name: engine.fps for engine in engines})


def set_rates(rates: Mapping[str, float]) -> None:
    """Keeps what another Blender was told."""
    _rates.clear()
    _rates.update(rates)


def known_rates() -> dict[str, float]:
    """Frames a second by engine, of all that were told of."""
    return dict(_rates)


def rate_of(engine: str) -> float:
    """Frames a second; 0 where it goes by the scene's, or nobody told yet."""
    return _rates.get(engine, 0.0)
