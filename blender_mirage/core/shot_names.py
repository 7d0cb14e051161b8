"""Shots named in one line of text, as people write it: with commas between, though names may hold commas themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def listed(names: Iterable[str]) -> str:
    """A text that `named` reads back into exactly these names: each ends its line."""
    return "".join(f"{name}\n" for name in names)


def named(text: str, there: Collection[str]) -> list[str]:
    """The names in `text`, each once; one that is not `there` comes as it was written.

    Names lie between commas; of several ways to read them the longest name that is there counts, so that a name that
    holds commas is found. Spaces around a name do not count, unless there is one with them. Lines are taken whole.
    """
    found: list[str] = []
    for line in text.splitlines():
        found += [line] if line in there else _between_commas(line, there)
    return list(dict.fromkeys(found))


def _between_commas(line: str, there: Collection[str]) -> list[str]:
    stripped = {name.strip(): name for name in reversed(list(there))}
    parts, found, index = line.split(","), [], 0
    while index < len(parts):
        for end in range(len(parts), index, -1):
            written = ",".join(parts[index:end])
            as_written = next((name for name in (written, written.strip()) if name in there), None)
            name = as_written if as_written is not None else stripped.get(written.strip())
            if name is not None:
                break
        else:
            end, name = index + 1, parts[index].strip()
        if name:
            found.append(name)
        index = end
    return found
