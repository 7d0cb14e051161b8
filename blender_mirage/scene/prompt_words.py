"""What the engines understand of a prompt, as far as a backend has told: marked while it is typed, without asking."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..wire.messages import EngineInfo
from ..wire.prompt import Vocabulary, read_prompt, unknown_words_sentence

_vocabularies: dict[str, Vocabulary] = {}  # by engine


def learn_vocabularies(engines: Iterable[EngineInfo]) -> None:
    """Keeps what a backend says that its engines understand."""
    _vocabularies.clear()
    _vocabularies.update({engine.name: engine.vocabulary for engine in engines if engine.vocabulary})
    prompt_remark.cache_clear()


def words_of(engine: str) -> tuple[str, ...]:
    """What it understands, each in one word; empty where nobody told yet."""
    vocabulary = _vocabularies.get(engine)
    return vocabulary.words if vocabulary else ()


@lru_cache(maxsize=32)
def prompt_remark(prompt: str, engine: str) -> str:
    """A sentence that names the words which have no effect; empty where there are none, or nobody told yet."""
    vocabulary = _vocabularies.get(engine)
    return unknown_words_sentence(read_prompt(prompt, vocabulary).unknown) if vocabulary else ""
