"""Rows: which value is the worst, and when a bar is met."""

from __future__ import annotations

import pytest

from inference_backend.evaluation.previz_bench.report import Row, row, table


@pytest.mark.parametrize(
    ("bars", "values", "worst", "met", "by_all"),
    [
        ({"low": 31.0}, (30.0, 34.0), 30.0, True, False),
        ({"high": 0.5}, (0.2, 0.4), 0.4, True, True),
        ({"low": 0.85, "high": 1.2}, (1.0, 0.5, 1.3), 0.5, True, False),
        ({"low": 0.85, "high": 1.2}, (1.0, 2.0), 2.0, False, False),
        ({}, (1.0, 2.0), 1.0, None, None),
        ({"more": False}, (1.0, 2.0), 2.0, None, None),
    ],
)
def test_the_worst_and_the_bar(bars, values, worst, met, by_all):
    one = Row("group", "name", values, **bars)
    assert (one.worst, one.met, one.met_by_all) == (worst, met, by_all)


def test_sets_without_a_figure_are_left_out_and_a_row_of_none_is_no_row():
    assert row("group", "name", [1.0, None, 3.0])[0].values == (1.0, 3.0)
    assert row("group", "name", [None]) == []


def test_the_table_says_bars_and_whether_they_are_met():
    rows = [
        *row("first", "PSNR", [32.0, 33.0], low=31.0, beside="a 32, b 33"),
        *row("first", "sharpness", [0.5], unit="", low=0.85, high=1.2),
        *row("second", "bricks", [0.5], unit="%"),
    ]
    shown = table(rows)
    assert "32.5 dB" in shown and ">= 31.0 dB" in shown and "0.85 - 1.2" in shown and "50 %" in shown
    assert shown.count("MISSED") == 1 and "a 32, b 33" in shown and shown.count("worst") == 2
