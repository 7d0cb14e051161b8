"""Sentences are broken where they do not fit, and nothing of them is lost."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.ui.sentences import wrap  # noqa: E402

pytestmark = pytest.mark.bpy


def test_words_go_to_the_next_line_where_they_do_not_fit():
    assert wrap("Save the file to keep them together.", 12, len) == ["Save the", "file to keep", "them", "together."]
    assert wrap("", 12, len) == []


def test_a_path_is_broken_after_a_separator_and_a_long_word_anywhere():
    assert wrap("in /home/anna/films/corridor", 12, len) == ["in", "/home/anna/", "films/", "corridor"]
    assert wrap("abcdefghij", 4, len) == ["abcd", "efgh", "ij"]


@pytest.mark.parametrize("width", [0, 1, 3, 7, 200])
def test_nothing_is_lost_however_narrow(width):
    text = "The take lies in C:\\films\\corridor_a\\v001."
    lines = wrap(text, width, len)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= max(width, 1) for line in lines)


CHINESE = "“corridor_a”的摄像机在第 12 帧看不到任何网格（路径：/srv/films）。请把它转向布景，或检查渲染设置！"


@pytest.mark.parametrize("width", range(3, 60))
def test_chinese_is_broken_between_characters_but_not_before_a_mark(width):
    lines = wrap(CHINESE, width, len)
    assert "".join(lines).replace(" ", "") == CHINESE.replace(" ", "")
    assert all(len(line) <= width for line in lines)
    if width >= len("“corridor_a”"):  # no word has to be broken
        assert not any(line[0] in "，。、：！）”" or line[-1] in "（“" for line in lines), lines
        assert any("corridor_a" in line for line in lines)


def test_a_space_in_chinese_stays_within_a_line_and_none_comes_in():
    assert wrap("第 12 帧，完成。", 40, len) == ["第 12 帧，完成。"]
