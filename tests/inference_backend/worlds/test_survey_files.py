"""Surveys on disk: whole or absent, few, gone with their world."""

from __future__ import annotations

import os

import pytest

from blender_mirage.wire.survey import FrameSurvey, Staleness, Survey
from inference_backend.errors import BackendError, InvalidRequest, NotFound
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.survey_files import KEPT, SurveyFiles

WORLD = "a" * 32


@pytest.fixture
def surveys(tmp_path) -> SurveyFiles:
    return SurveyFiles(tmp_path)


def asked(surveys: SurveyFiles, world_id: str = WORLD) -> str:
    survey_id = new_id()
    surveys.create(survey_id, world_id, b"bundle")
    return survey_id


def test_request_result_and_pictures_come_back(surveys) -> None:
    survey_id = asked(surveys)
    frames = (FrameSurvey(7, 0.5, 0.25, 0.25, "c" * 16, "d" * 16, "e" * 16),)
    survey = Survey(survey_id, WORLD, "shot", frames, (Staleness("b" * 32, "shot", (7,), ("camera",)),))
    with pytest.raises(NotFound, match="not finished"):
        surveys.read(survey_id)
    surveys.write(survey)
    surveys.write_picture(survey_id, 3, b"png")
    assert (surveys.request(survey_id), surveys.read(survey_id)) == (b"bundle", survey)
    assert surveys.picture(survey_id, 3) == b"png"


def test_what_is_not_there_is_said_in_one_sentence(surveys) -> None:
    survey_id = asked(surveys)
    for index in (0, -1):
        with pytest.raises(NotFound, match=f"frame {index}"):
            surveys.picture(survey_id, index)
    with pytest.raises(NotFound, match="no survey"):
        surveys.read(new_id())
    with pytest.raises(InvalidRequest, match="not the id of a survey"):
        surveys.read("../takes")


def test_only_the_newest_are_kept_but_for_those_still_at_work(surveys, tmp_path) -> None:
    ids = [asked(surveys) for _ in range(KEPT)]
    for age, survey_id in enumerate(reversed(ids)):
        os.utime(tmp_path / "surveys" / survey_id / "request.mira", ns=(0, 10**18 - age * 10**9))
    surveys.create(new_id(), WORLD, b"bundle", active=ids[:1])
    surveys.create(new_id(), WORLD, b"bundle", active=ids[:1])
    assert surveys.request(ids[0]) and surveys.request(ids[2])
    with pytest.raises(NotFound) as caught:
        surveys.request(ids[1])
    assert f"newest {KEPT}" in caught.value.hint


def test_a_deleted_world_takes_its_surveys_with_it(tmp_path) -> None:
    catalog, surveys = WorldCatalog(tmp_path), SurveyFiles(tmp_path)
    world_id, other = (catalog.create(name).world_id for name in ("one", "other"))
    gone, kept = asked(surveys, world_id), asked(surveys, other)
    catalog.delete(world_id)
    assert surveys.request(kept)
    with pytest.raises(NotFound):
        surveys.request(gone)


def test_what_a_crash_left_is_swept_and_the_rest_stays(surveys, tmp_path) -> None:
    survey_id = asked(surveys)
    root = tmp_path / "surveys"
    (root / ".new-x" / "frames").mkdir(parents=True)
    (root / ".deleted-x").mkdir()
    (root / survey_id / "frames" / ".0000.png.12.tmp").write_bytes(b"half")
    (root / survey_id / ".survey.json.12.tmp").write_bytes(b"half")
    surveys.sweep()
    assert [path.name for path in root.iterdir()] == [survey_id]
    assert sorted(path.name for path in root.rglob("*") if path.is_file()) == ["request.mira", "world"]


def test_a_damaged_result_is_named(surveys, tmp_path) -> None:
    survey_id = asked(surveys)
    (tmp_path / "surveys" / survey_id / "survey.json").write_text("{}")
    with pytest.raises(BackendError, match="damaged"):
        surveys.read(survey_id)
