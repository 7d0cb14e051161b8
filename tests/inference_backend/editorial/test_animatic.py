"""Animatics, read back with PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from inference_backend.editorial.animatic import Clip, write_animatic
from inference_backend.errors import InvalidRequest


def frames(folder: Path, count: int, size: tuple[int, int] = (128, 72), gray: int = 40) -> list[Path]:
    folder.mkdir(parents=True)
    paths = [folder / f"{i:04d}.png" for i in range(count)]
    for i, path in enumerate(paths):
        Image.new("RGB", size, (gray + 8 * i,) * 3).save(path)
    return paths


def clip(shot: str, paths: list[Path], start: int = 1) -> Clip:
    return Clip(shot, paths, range(start, start + len(paths)), [24.0] * len(paths))


def test_shots_follow_each_other_at_the_scenes_rate(tmp_path):
    walk, reverse = frames(tmp_path / "a", 5), frames(tmp_path / "b", 3, gray=160)
    out = tmp_path / "new" / "animatic.mp4"
    write_animatic(out, [clip("walk", walk), clip("reverse", reverse, 49)], 24)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (128, 72, Fraction(24))
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    grays = [int(np.median(picture[:48])) for picture in decoded]
    assert grays == pytest.approx([40, 48, 56, 64, 72, 160, 168, 176], abs=4)
    assert [path.name for path in out.parent.iterdir()] == ["animatic.mp4"]


def test_each_frame_carries_its_shot_and_number_at_the_bottom(tmp_path):
    out = tmp_path / "animatic.mp4"
    write_animatic(out, [clip("walk", frames(tmp_path / "a", 2))], 24)
    with av.open(str(out)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    band = picture[-12:].astype(int)
    assert band.max() > 150 and picture[:48].max() < 60
    assert (band[:, :40].max() > 150) and (band[:, -40:].max() > 150)


def test_odd_sizes_and_fractional_rates_encode(tmp_path):
    out = tmp_path / "animatic.mp4"
    write_animatic(out, [clip("walk", frames(tmp_path / "a", 2, (131, 73)))], 24000 / 1001)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (130, 72, Fraction(24000, 1001))


def test_what_cannot_be_cut_together_is_named_and_nothing_is_written(tmp_path):
    out = tmp_path / "animatic.mp4"
    small, large = frames(tmp_path / "a", 1), frames(tmp_path / "b", 1, (64, 64))
    with pytest.raises(InvalidRequest, match="no frame"):
        write_animatic(out, [], 24)
    with pytest.raises(InvalidRequest, match="64x64 where the others are 128x72"):
        write_animatic(out, [clip("walk", small + large)], 24)
    with pytest.raises(InvalidRequest, match="is missing"):
        write_animatic(out, [clip("walk", [tmp_path / "gone.png"])], 24)
    assert not out.exists()
