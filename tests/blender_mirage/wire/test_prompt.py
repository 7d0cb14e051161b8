"""How a prompt is read, by a vocabulary made for these tests."""

from __future__ import annotations

import pytest

from blender_mirage.wire.codec import from_json, to_json
from blender_mirage.wire.prompt import PromptReading, UnknownWord, Vocabulary, read_prompt

VOCABULARY = Vocabulary(
    words=("wood", "fog", "golden", "blue"),
    synonyms={"wooden": ("wood",), "golden hour": ("golden",), "misty blue": ("fog", "blue"), "雾": ("fog",)},
    fillers=("the", "any"),
    negations=("no", "without"),
)


def read(prompt):
    return read_prompt(prompt, VOCABULARY)


def test_words_come_once_in_the_vocabularys_order():
    assert read("blue wood, WOODEN blue").known == ("wood", "blue")


@pytest.mark.parametrize("prompt", ["golden hour", "Golden-Hour", "  GOLDEN\nhours ", "gólden hour", "golden hour's"])
def test_spelling_that_makes_no_difference(prompt):
    assert read(prompt) == PromptReading(("golden",), ())


def test_a_longer_phrase_wins():
    assert read("misty blue").known == ("fog", "blue")
    assert read("misty wood") == PromptReading(("wood",), (UnknownWord("misty"),))


def test_what_is_denied_is_not_understood():
    reading = read("no fog, without any wooden blue")
    assert reading.known == ("blue",)
    assert [word.text for word in reading.unknown] == ["no fog", "without wooden"]


def test_unknown_words_are_named_once_each_with_the_nearest_word():
    reading = read("The wodden unicorn, the unicorn")
    assert reading.unknown == (UnknownWord("wodden", "wood"), UnknownWord("unicorn"))


def test_a_slip_near_a_word_of_several_meanings_names_the_way_to_write_it():
    vocabulary = Vocabulary(("dark", "grey"), {"noire": ("dark", "grey")})
    assert read_prompt("noires noiret", vocabulary).unknown == (UnknownWord("noiret", "noire"),)


def test_chinese_needs_no_spaces():
    assert read("大雾wood") == PromptReading(("wood", "fog"), (UnknownWord("大"),))
    assert [word.text for word in read("恐龙雾恐龙飞").unknown] == ["恐龙", "恐龙飞"]


@pytest.mark.parametrize("prompt", ["", "  ", "12 34", "!?", "\u0301", "🦄"])
def test_a_prompt_without_letters_says_nothing(prompt):
    assert read(prompt) == PromptReading((), ())


def test_an_empty_vocabulary_knows_nothing():
    assert read_prompt("wood", Vocabulary((), {})).unknown == (UnknownWord("wood"),)


def test_a_vocabulary_travels():
    assert from_json(Vocabulary, to_json(VOCABULARY)) == VOCABULARY
