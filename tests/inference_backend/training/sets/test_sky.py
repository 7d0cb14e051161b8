"""Skies: every hour and weather comes up, nights are dark, closed cloud hides the sun."""

import numpy as np

from inference_backend.training.sets.sky import HOURS, WEATHER, draw_sky


def _skies() -> list:
    rng = np.random.default_rng(0)
    return [draw_sky(rng) for _ in range(300)]


def test_every_hour_and_weather_comes_up_about_as_often_as_it_should() -> None:
    skies = _skies()
    for name, hour in HOURS.items():
        share = np.mean([sky.hour == name for sky in skies])
        assert abs(share - hour.share) < 0.1
    assert {sky.weather for sky in skies} == set(WEATHER)
    assert abs(sum(hour.share for hour in HOURS.values()) - 1) < 1e-9


def test_nights_are_dark_and_closed_skies_have_weak_suns() -> None:
    skies = _skies()

    def mean(values: list) -> float:
        return float(np.mean(values))

    night = mean([sky.ambient().mean() for sky in skies if sky.hour == "night"])
    day = mean([sky.ambient().mean() for sky in skies if sky.hour == "day"])
    assert night < 0.1 * day
    clear = mean([sky.sun_energy for sky in skies if sky.hour == "day" and sky.weather == "clear"])
    closed = mean([sky.sun_energy for sky in skies if sky.hour == "day" and sky.weather == "overcast"])
    assert closed < 0.25 * clear
    for sky in skies:
        assert np.linalg.norm(sky.sun) == np.float64(1) or abs(np.linalg.norm(sky.sun) - 1) < 1e-9
        assert sky.sun[2] > 0
