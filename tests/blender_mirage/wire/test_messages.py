"""The contract does not drift: every message has a golden file, and reads and writes exactly it."""

from __future__ import annotations

import dataclasses
import inspect
import json

import pytest

from blender_mirage.wire import history, live, messages, survey
from blender_mirage.wire.codec import from_json, to_plain
from blender_mirage.wire.problems import HTTP_STATUS, Problem
from tests.blender_mirage.wire.examples import EXAMPLES
from tests.blender_mirage.wire.write_golden import GOLDEN, golden_path, golden_text

IDS = [type(example).__name__ for example in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_golden_file(example: object) -> None:
    text = golden_path(example).read_text(encoding="utf-8")
    assert golden_text(example) == text
    assert from_json(type(example), text) == example


def test_every_message_has_a_golden_file() -> None:
    # Only ever parts of another message, and pinned there.
    inside = {"Material", "Instance", "Lamp", "EngineInfo", "Commit", "AnchorInfo", "AnchorDifference"}
    inside |= {"FrameSurvey", "Staleness", "Vocabulary"}
    modules = (messages, history, survey, live)
    declared = {name for module in modules for name, _ in inspect.getmembers(module, dataclasses.is_dataclass)} - inside
    assert declared | {"Problem"} == set(IDS) == {path.stem for path in GOLDEN.glob("*.json")}


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_examples_leave_no_field_at_its_default(example: object) -> None:
    for field in dataclasses.fields(example):  # type: ignore[arg-type]
        assert getattr(example, field.name) != field.default, field.name


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_newer_peers_may_say_more(example: object) -> None:
    plain = {**to_plain(example), "field_of_the_future": [1, {"x": None}]}
    assert from_json(type(example), json.dumps(plain)) == example


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_older_peers_may_say_less(example: object) -> None:
    for field in dataclasses.fields(example):  # type: ignore[arg-type]
        if field.default is not dataclasses.MISSING:
            plain = {name: value for name, value in to_plain(example).items() if name != field.name}
            older = dataclasses.replace(example, **{field.name: field.default})  # type: ignore[type-var]
            assert from_json(type(example), json.dumps(plain)) == older, field.name


def test_every_code_has_a_status() -> None:
    assert all(Problem(code, "m").http_status == status >= 400 for code, status in HTTP_STATUS.items())
    assert Problem("a code of the future", "m").http_status == 500
