"""Finds the template that a sentence was made from, so that the sentence can be said again in another language.

Sentences with values are made far from Blender (in `core`, in the backend on another machine), and what arrives is
their text alone. A template is that text with fields: "{host} is there, but nothing listens on port {port:n}." A field
is

    {path}      any text, kept as it is
    {port:n}    a number
    {name:r}    a text in quotes, as Python's `repr` writes it
    {state:t}   text that is made from a template as well, and is said in the other language too
    {cause:o}   the same where a template makes it, else kept as it is
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

KINDS = {
    "": re.compile(r".+", re.DOTALL),
    "n": re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?%?"),
    "r": re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL),
    "t": re.compile(r".+", re.DOTALL),
    "o": re.compile(r".+", re.DOTALL),
}
"""What a field of each kind may hold."""
FIELD = re.compile(r"\{(?P<name>[a-z_]\w*)(?::(?P<kind>[nrto]))?\}")

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")
_WITHIN_A_SENTENCE, _ANYTHING = re.compile(r"(?:[^.!?]|[.!?](?!\s))*", re.DOTALL), re.compile(r".*", re.DOTALL)
_MOST_CUTS, _MOST_PARTS = 32, 120
"""Ways to cut a text by one template, and parts of one sentence, that are tried: one full of commas has very many."""
_KEPT = 1024
"""Sentences whose template is remembered: panels ask for the same ones at every redraw."""

LookUp = Callable[[str], str]
"""A template in another language, with the same fields; the template itself where that language has none."""


@dataclass(frozen=True)
class Found:
    """A text and the template that it was made from."""

    text: str
    template: str
    values: Mapping[str, str | Found | Joined]

    def said(self, look_up: LookUp) -> str:
        other = look_up(self.template)
        if other == self.template:
            return self.text
        said = {name: value if isinstance(value, str) else value.said(look_up) for name, value in self.values.items()}
        return FIELD.sub(lambda field: said[field["name"]], other)


@dataclass(frozen=True)
class Joined:
    """Two sentences, one after the other."""

    first: Found | Joined
    gap: str
    second: Found | Joined

    def said(self, look_up: LookUp) -> str:
        """Full-width punctuation has its own space after it; a line break stays."""
        first, second = self.first.said(look_up), self.second.said(look_up)
        gap = self.gap if first[-1:].isascii() or "\n" in self.gap else ""
        return f"{first}{gap}{second}"


@dataclass(frozen=True)
class _Pattern:
    """A template with fields, taken apart."""

    template: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    literals: tuple[str, ...]
    """One more than there are fields; those between fields are not empty."""

    @property
    def rank(self) -> tuple[int, int]:
        """The more words of its own a template has, and the fewer fields, the sooner it is tried."""
        return -sum(map(len, self.literals)), len(self.names)

    def cuts(self, text: str) -> Iterator[tuple[str, ...]]:
        """The values of the fields, for every way in which the template makes `text`; those that end early first."""
        if text.startswith(self.literals[0]) and text.endswith(self.literals[-1]):
            yield from self._cuts(text, len(self.literals[0]), self._latest(text), 0)

    def _latest(self, text: str) -> list[int]:
        """Where the literal after each field stands at the latest, so that those after it still fit; -1: nowhere."""
        latest = [len(text) - len(self.literals[-1])]
        for literal in reversed(self.literals[1:-1]):
            latest.insert(0, text.rfind(literal, 0, max(0, latest[0] - 1)))
        return latest

    def _cuts(self, text: str, at: int, latest: list[int], index: int) -> Iterator[tuple[str, ...]]:
        literal, kind = self.literals[index + 1], KINDS[self.kinds[index]]
        last = index == len(self.names) - 1
        end = latest[index] if last else text.find(literal, at + 1)
        while at < end <= latest[index]:
            if kind.fullmatch(text, at, end):
                following = iter([()]) if last else self._cuts(text, end + len(literal), latest, index + 1)
                yield from ((text[at:end], *rest) for rest in following)
            end = -1 if last else text.find(literal, end + 1)


class Phrasebook:
    """The templates of one interface."""

    def __init__(self, templates: Iterable[str]) -> None:
        self.whole: set[str] = set()
        patterns: list[_Pattern] = []
        for template in templates:
            fields = list(FIELD.finditer(template))
            if not fields:
                self.whole.add(template)
                continue
            kinds = tuple(field["kind"] or "" for field in fields)
            patterns.append(_Pattern(template, tuple(field["name"] for field in fields), kinds, literals_of(template)))
        self.patterns = sorted(patterns, key=lambda pattern: pattern.rank)
        self.find = lru_cache(_KEPT)(self._find)

    def _find(self, text: str) -> Found | Joined | None:
        """What `text` was made from; None where no template makes it. A value that stays as it is may hold several
        sentences, but it seldom does."""
        return _Search(self, _WITHIN_A_SENTENCE).find(text) or _Search(self, _ANYTHING).find(text)


class _Search:
    """For the templates of one text and of its parts, each of which is looked at once."""

    def __init__(self, book: Phrasebook, kept: re.Pattern[str]) -> None:
        """`kept`: what a value may be that stays as it is."""
        self._book = book
        self._kept = kept
        self._known: dict[str, Found | Joined | None] = {}

    def find(self, text: str) -> Found | Joined | None:
        if text in self._book.whole:
            return Found(text, text, {})
        if text not in self._known:
            if len(self._known) == _MOST_PARTS:
                return None
            self._known[text] = None
            self._known[text] = self._in_sentences(text) or self._of_a_pattern(text)
        return self._known[text]

    def _of_a_pattern(self, text: str) -> Found | None:
        for pattern in self._book.patterns:
            for values in islice(pattern.cuts(text), _MOST_CUTS):
                inner = self._inner(pattern, values)
                if inner is not None:
                    return Found(text, pattern.template, inner)
        return None

    def _inner(self, pattern: _Pattern, values: tuple[str, ...]) -> dict[str, str | Found | Joined] | None:
        """The values by name, those that are made from templates found; None where one of them cannot be."""
        found: dict[str, str | Found | Joined] = {}
        for name, kind, value in zip(pattern.names, pattern.kinds, values, strict=True):
            inner = self.find(value) if kind in ("t", "o") else None
            if inner is None and (kind == "t" or (kind in ("", "o") and not self._kept.fullmatch(value))):
                return None
            found[name] = value if inner is None else inner
        return found

    def _in_sentences(self, text: str) -> Joined | None:
        for gap in _SENTENCE_END.finditer(text):
            if gap.start() == 0 or gap.end() == len(text):
                continue
            first = self.find(text[: gap.start()])
            second = self.find(text[gap.end() :]) if first is not None else None
            if first is not None and second is not None:
                return Joined(first, gap.group(), second)
        return None


def literals_of(template: str) -> tuple[str, ...]:
    """What a template says itself, before, between and after its fields."""
    ends = [0, *(at for field in FIELD.finditer(template) for at in field.span()), len(template)]
    return tuple(template[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))
