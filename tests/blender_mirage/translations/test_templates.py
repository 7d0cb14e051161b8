"""A sentence is found again with its values exactly as they were, whatever they are, and never by half."""

from __future__ import annotations

import random

import pytest

bpy = pytest.importorskip("bpy")  # the package's __init__ registers with Blender; templates themselves need none

from blender_mirage.translations.templates import FIELD, Found, Joined, Phrasebook, literals_of  # noqa: E402
from blender_mirage.translations.zh_hans import SENTENCES, TABLE  # noqa: E402

pytestmark = pytest.mark.bpy

CHINESE = TABLE | SENTENCES
BOOK = Phrasebook(SENTENCES)
PIECES = (
    "frame 12",
    "{path}",
    "{}",
    "{count:n}",
    "done",
    "queued",
    "镜头，甲。",
    "“引号”",
    "it's",
    'a "b"',
    "\\",
    "C:\\films\\角落",
    "/srv/" + "very_long_folder/" * 60,
    "%s",
    "not",
    ", ",
    ": ",
    " and ",
    "100 %",
    "é",
    "Ω",
)
"""What names, paths and errors may hold, and what templates are made of."""


PLAIN = ("corridor_a", "done", "镜头，甲。", "C:\\films\\角落", "/srv/films", "{path}", "it's", "100 %")


def values_of(template: str, rng: random.Random, pieces: tuple[str, ...] = PIECES) -> dict[str, str]:
    """Random values for the fields of a template; those that are templates themselves are made of words."""
    values = {}
    for field in FIELD.finditer(template):
        text = "_".join(rng.choice(pieces) for _ in range(rng.randint(1, 4)))
        number = rng.choice((str(rng.randint(-99, 10**6)), f"{rng.random():.2f}", f"{rng.randint(1000, 10**7):,}"))
        values[field["name"]] = {"n": number, "r": repr(text), "t": "done"}.get(field["kind"] or "", text)
    return values


def fill(template: str, values: dict[str, str]) -> str:
    return FIELD.sub(lambda field: values[field["name"]], template)


@pytest.mark.parametrize("seed", range(4))
def test_every_template_gives_its_values_back_exactly(seed):
    """Unless a value holds the very words that part it from the next, or makes the text of a more particular one."""
    rng = random.Random(seed)
    for template in SENTENCES:
        values = values_of(template, rng)
        english = fill(template, values)
        found = BOOK.find(english)
        assert found is not None and fill_back(found) == english, english
        if isinstance(found, Joined):  # the value is a sentence of ours
            continue
        if found.template != template:
            assert own_letters(found.template) >= own_letters(template), english
            continue
        parting = [words for words in literals_of(template)[1:] if words]
        if not any(words in value for value in values.values() for words in parting):
            assert {name: as_text(value) for name, value in found.values.items()} == values
        said = in_chinese(english)
        assert all(value in said for value in found.values.values() if isinstance(value, str)), said


@pytest.mark.parametrize("seed", range(4))
def test_a_message_with_its_hint_is_said_as_two_sentences(seed):
    rng = random.Random(seed)
    sentences = [template for template in SENTENCES if template.endswith(".") and ":t}" not in template]
    for first in sentences:
        parts = [fill(template, values_of(template, rng, PLAIN)) for template in (first, rng.choice(sentences))]
        both = in_chinese(" ".join(parts))
        assert both.replace(" ", "") == "".join(map(in_chinese, parts)).replace(" ", ""), parts


def in_chinese(text: str) -> str:
    found = BOOK.find(text)
    assert found is not None, text
    return found.said(lambda template: CHINESE[template])


def as_text(value: str | Found | Joined) -> str:
    return value if isinstance(value, str) else fill_back(value)


def fill_back(found: Found | Joined) -> str:
    if isinstance(found, Joined):
        return fill_back(found.first) + found.gap + fill_back(found.second)
    values = {name: value if isinstance(value, str) else fill_back(value) for name, value in found.values.items()}
    assert fill(found.template, values) == found.text
    return found.text


def own_letters(template: str) -> int:
    return sum(map(len, literals_of(template)))


def test_what_no_template_makes_is_left_alone():
    rng = random.Random(5)
    for _ in range(60):
        text = " ".join(rng.choice(PIECES) for _ in range(rng.randint(1, 30)))
        found = BOOK.find(text)
        assert found is None or fill_back(found) == text
    assert BOOK.find("") is None and BOOK.find(" ") is None and BOOK.find("Nobody ever wrote this.") is None


def test_a_value_is_said_too_where_it_is_one_of_ours_and_stays_where_it_is_a_name():
    book = Phrasebook(["done", "{title}: {state:t}", "failed: {cause:o}", "No file.", "{name:r} is gone."])
    chinese = {
        "done": "完成",
        "{title}: {state:t}": "{title}：{state}",
        "failed: {cause:o}": "失败：{cause}",
        "No file.": "没有文件。",
        "{name:r} is gone.": "{name} 不见了。",
    }

    def said(text: str) -> str:
        found = book.find(text)
        return text if found is None else found.said(lambda template: chinese[template])

    assert said("done: done") == "done：完成"
    assert said("a: b: done") == "a：b：完成"
    assert said("a: whatever") == "a: whatever"
    assert said("failed: No file.") == "失败：没有文件。"
    assert said("failed: EIO") == "失败：EIO"
    assert said("'it is gone. No file.' is gone. No file.") == "'it is gone. No file.' 不见了。没有文件。"
    assert said("No file. \nNo file.") == "没有文件。 \n没有文件。"
    assert said("No file. No idea.") == "No file. No idea."


def test_a_text_full_of_separators_is_given_up_soon():
    """Every way to cut it would be 10^9 and more: the test would not end."""
    book = Phrasebook(["{a}, {b}, {c}, {d} and {e:t}."])
    assert book.find("x, " * 400 + "x.") is None
    assert BOOK.find(", ".join(f"part {number}: and some (of it) by x of y. Then" for number in range(80))) is None


def test_fields_are_parted_by_words_and_are_the_same_in_chinese():
    for english, chinese in SENTENCES.items():
        fields = [field["name"] for field in FIELD.finditer(english)]
        assert sorted(fields) == sorted(field["name"] for field in FIELD.finditer(chinese)), english
        assert len(set(fields)) == len(fields) and all(literals_of(english)[1:-1]), english
        assert english not in TABLE or TABLE[english] == chinese, english
