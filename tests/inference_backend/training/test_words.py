"""Words of a picture: what is painted on it, and what is known of its set."""

import numpy as np
import pytest

from inference_backend.models.previz.vocabulary import HOURS, MATERIALS, PALETTE, WEATHER, WORDS
from inference_backend.training.sets.materials import KINDS
from inference_backend.training.sets.views import make_set, render_view, sample_cameras
from inference_backend.training.words import KINDS as WORD_OF
from inference_backend.training.words import Facts, oklch, words_of

_COLORS = {
    "red": (200, 20, 30), "orange": (255, 140, 20), "yellow": (240, 220, 60), "green": (40, 160, 60),
    "blue": (40, 80, 200), "purple": (140, 40, 180), "pink": (255, 150, 170), "brown": (110, 70, 40),
    "grey": (128, 128, 128), "white": (250, 250, 250), "black": (5, 5, 5),
}  # fmt: skip


@pytest.fixture(scope="module")
def seen():
    pset = make_set(3, "street")
    camera = sample_cameras(pset, np.random.default_rng(0), 1, 36, 64)[0]
    return pset, render_view(pset, *camera, 36, 64, np.random.default_rng(0))


def _said(vector: np.ndarray) -> set[str]:
    return {word for word, fits in zip(WORDS, vector, strict=True) if fits}


@pytest.mark.parametrize("name", _COLORS)
def test_a_plain_picture_is_called_by_its_colour(name: str, seen) -> None:
    pset, view = seen
    plain = np.broadcast_to(np.array(_COLORS[name], np.uint8), view.rgb.shape)
    assert _said(words_of(plain, view.gbuffer, pset.materials)) & set(_COLORS) == {name}


def test_facts_become_words_and_unknown_ones_do_not(seen) -> None:
    pset, view = seen
    for hour in HOURS[:-1]:
        for weather in WEATHER:
            said = _said(words_of(view.rgb, view.gbuffer, pset.materials, Facts(hour, weather, True)))
            assert said & {*HOURS, *WEATHER} == {hour, weather, "lamplit"}
    assert not _said(words_of(view.rgb, view.gbuffer, pset.materials)) & {*HOURS, *WEATHER}


def test_materials_that_fill_the_picture_are_named(seen) -> None:
    pset, view = seen
    said = _said(words_of(view.rgb, view.gbuffer, pset.materials)) & set(MATERIALS)
    assert said
    known = {WORD_OF.get(recipe.kind) for recipe in pset.materials.values()}
    assert said <= known
    assert set(WORD_OF) <= set(KINDS) and set(WORD_OF.values()) == set(MATERIALS)
    assert set(_COLORS) <= set(PALETTE)


def test_oklch_of_known_colours() -> None:
    lightness, chroma, hue = oklch(np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255]], np.uint8))
    np.testing.assert_allclose(lightness, [1.0, 0.628, 0.452], atol=2e-3)
    np.testing.assert_allclose(chroma, [0.0, 0.2577, 0.3132], atol=2e-3)
    np.testing.assert_allclose(hue[1:], [29.2, 264.1], atol=0.2)
