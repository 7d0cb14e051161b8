"""What an engine understands of a prompt. Both sides read a prompt with the same rules: the engine to follow it, the
add-on to mark, as one types, the words that have no effect."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\d_]+")
"""A Chinese character, or a run of letters. Hyphens, digits and punctuation part words."""
_LIKE = 0.82
"""How alike (`difflib` ratio) a word must be to be taken for a slip of the pen."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that an engine was trained on, and everything that says the same."""

    words: tuple[str, ...]
    synonyms: dict[str, tuple[str, ...]]
    """What each word or phrase means, in `words`: {"golden hour": ("golden",), "film noir": ("dark", "contrast")}."""
    fillers: tuple[str, ...] = ()
    """Words that are read over without a remark: "a", "the", "scene"."""
    negations: tuple[str, ...] = ()
    """Words that turn what follows into its opposite: "no", "without". No engine follows those."""


@dataclass(frozen=True)
class UnknownWord:
    """A word (or "no fog") of a prompt that has no effect."""

    text: str
    nearest: str = ""
    """A word of the vocabulary that looks like it; empty where none does."""


@dataclass(frozen=True)
class PromptReading:
    """What was understood of a prompt."""

    known: tuple[str, ...]
    """Words of the vocabulary, each once, in its order."""
    unknown: tuple[UnknownWord, ...]
    """In the prompt's order, each once."""


def read_prompt(prompt: str, vocabulary: Vocabulary) -> PromptReading:
    """The longest phrases count first; capitals, accents, hyphens, and the plural's s make no difference."""
    frozen = _Frozen(vocabulary)
    phrases = _phrases(frozen)
    said: set[str] = set()
    unknown: dict[str, None] = {}
    negation = ""
    for text, meaning in _parts(_tokens(prompt), phrases):
        if meaning is None:
            unknown[text] = None
        elif meaning == _NEGATION:
            negation = text
            continue
        elif meaning and negation:
            unknown[f"{negation} {text}"] = None
        elif meaning:
            said.update(meaning)
        else:
            continue  # a filler leaves a negation standing: "without any fog"
        negation = ""
    known = tuple(word for word in vocabulary.words if word in said)
    return PromptReading(known, tuple(UnknownWord(text, _nearest(text, frozen)) for text in unknown))


def unknown_words_sentence(unknown: Sequence[UnknownWord]) -> str:
    """Names the words that have no effect; empty where there are none."""
    if not unknown:
        return ""
    told = [f"{word.text!r} (did you mean {word.nearest!r}?)" if word.nearest else f"{word.text!r}" for word in unknown]
    return f"Ignored words: {listed(told)}."


def listed(things: Sequence[str]) -> str:
    """`a, b and c`; empty where there is none."""
    if len(things) < 2:
        return "".join(things)
    return f"{reduce(lambda some, thing: f'{some}, {thing}', things[:-1])} and {things[-1]}"


_NEGATION = ("",)
_Phrases = dict[tuple[str, ...], tuple[str, ...]]
"""Tokens to what they mean: words of the vocabulary, nothing (a filler) or `_NEGATION`."""


class _Frozen:
    """A vocabulary as a key: it holds a dict, and is never changed."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._key = (vocabulary.words, tuple(vocabulary.synonyms.items()), vocabulary.fillers, vocabulary.negations)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and self._key == other._key


@lru_cache(maxsize=8)
def _phrases(frozen: _Frozen) -> _Phrases:
    vocabulary = frozen.vocabulary
    found: _Phrases = {_spelled(word): () for word in vocabulary.fillers}
    found |= {_spelled(word): _NEGATION for word in vocabulary.negations}
    found |= {_spelled(text): meaning for text, meaning in vocabulary.synonyms.items()}
    found |= {_spelled(word): (word,) for word in vocabulary.words}
    return found


def _tokens(text: str) -> list[str]:
    """Lower-case words without accents; each Chinese character by itself."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "")).casefold()
    return _TOKEN.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def _spelled(text: str) -> tuple[str, ...]:
    return tuple(_singular(token) for token in _tokens(text))


def _singular(token: str) -> str:
    """bricks -> brick, leaves -> leave, benches -> bench: only has to be the same for both sides of a comparison."""
    if len(token) < 4 or token.endswith(("ss", "us")) or not token.endswith("s"):
        return token
    if token.endswith("ies"):
        return f"{token[:-3]}y"
    return token[:-2] if token.endswith(("ches", "shes", "sses", "xes")) else token[:-1]


def _parts(tokens: Sequence[str], phrases: _Phrases) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """(the text, what it means; None for nothing), the longest phrase at each place first."""
    longest = max(map(len, phrases), default=1)
    spelled = [_singular(token) for token in tokens]
    strange = ""  # Chinese is not parted into words: unknown characters in a row are named together
    at = 0
    while at < len(tokens):
        size = next((n for n in range(longest, 0, -1) if tuple(spelled[at : at + n]) in phrases), 0)
        chinese = _is_chinese(tokens[at])
        if strange and (size or not chinese):
            yield strange, None
            strange = ""
        if size:
            joint = "" if chinese else " "
            yield joint.join(tokens[at : at + size]), phrases[tuple(spelled[at : at + size])]
        elif chinese:
            strange += tokens[at]
        else:
            yield tokens[at], None
        at += size or 1
    if strange:
        yield strange, None


def _is_chinese(token: str) -> bool:
    return "\u3400" <= token[0] <= "\u9fff"


@lru_cache(maxsize=1024)
def _nearest(text: str, frozen: _Frozen) -> str:
    """The word meant by what `text` looks like: "wodden" -> "wood"; the look-alike itself where it means several."""
    candidates = {words[0]: meaning for words, meaning in _phrases(frozen).items() if len(words) == 1 and any(meaning)}
    for alike in difflib.get_close_matches(_singular(text), candidates, n=1, cutoff=_LIKE):
        meaning = candidates[alike]
        return meaning[0] if len(meaning) == 1 else alike
    return ""
