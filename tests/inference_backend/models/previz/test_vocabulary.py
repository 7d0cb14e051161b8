"""The words of the previz engine: each way to say one means that one, and nothing means two things."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from blender_mirage.wire.prompt import read_prompt
from inference_backend.models.previz.vocabulary import SYNONYMS, VOCABULARY, WORDS, prompt_words


def said(prompt):
    return set(read_prompt(prompt, VOCABULARY).known)


def test_every_word_means_itself_and_only_itself():
    assert [said(word) for word in WORDS] == [{word} for word in WORDS]


def test_every_synonym_says_what_the_table_says_in_capitals_and_with_hyphens_too():
    for text, meaning in SYNONYMS.items():
        assert set(meaning) <= set(WORDS), text
        assert said(text) == set(meaning), text
        assert said(f"{text.upper().replace(' ', '-')}") == set(meaning), text


def test_no_filler_or_negation_is_a_word():
    for text in (*VOCABULARY.fillers, *VOCABULARY.negations):
        assert text not in SYNONYMS and text not in WORDS
        reading = read_prompt(text, VOCABULARY)
        assert not reading.known and not reading.unknown


@pytest.mark.parametrize(
    ("prompt", "meant"),
    [
        ("A film noir alley of red bricks", {"dark", "contrast", "grey", "road", "red", "brick"}),
        ("golden hour, wooden floorboards", {"golden", "wood"}),
        ("the blue hour; street lamps", {"dusk", "lamplit"}),
        ("夜晚的红砖街道，薄雾", {"night", "red", "brick", "road", "fog"}),
    ],
)
def test_phrases_win_over_their_words(prompt, meant):
    reading = read_prompt(prompt, VOCABULARY)
    assert set(reading.known) == meant and not reading.unknown


def test_the_vector_has_a_one_for_each_word_said():
    vector = prompt_words("wooden floor at night")
    assert vector.dtype == np.float32 and vector.shape == (len(WORDS),)
    assert {WORDS[i] for i in np.flatnonzero(vector)} == {"wood", "night"}
    assert not prompt_words("").any()


def test_the_order_of_the_words_is_that_of_the_weights():
    """Whoever changes it must train the denoiser anew."""
    assert hashlib.blake2b(",".join(WORDS).encode(), digest_size=8).hexdigest() == "6d5e8cd0106e8b5c"


def test_listing_the_words_loads_no_torch():
    code = "import sys, inference_backend.models.previz.vocabulary; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
