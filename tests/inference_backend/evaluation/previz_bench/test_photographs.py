"""The photographs are those of the wheel, whole and of the promised size."""

from __future__ import annotations

from inference_backend.evaluation.previz_bench import photographs
from inference_backend.models.previz.autoencoder import STRIDE
from inference_backend.models.previz.model import PrevizModel


def test_every_photograph_is_there_in_colour_and_in_whole_cells():
    for name in photographs.EVERYDAY + photographs.SCIENTIFIC:
        picture = photographs.load(name)
        height, width = picture.shape[:2]
        assert height % STRIDE == width % STRIDE == 0 and 400 < max(height, width) <= photographs.LONGEST
        assert (picture.std(-1) > 2).any(), "a grey picture says little of a colour autoencoder"


def test_an_autoencoder_that_knows_nothing_scores_as_a_grey_picture():
    found = photographs.measure("chelsea.png", PrevizModel())
    assert found.name == "chelsea" and 5 < found.psnr < 20 and found.sharpness < 1.5
