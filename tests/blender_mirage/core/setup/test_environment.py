"""Which environment counts, and what is left of the others."""

from __future__ import annotations

import pytest

from blender_mirage.core.errors import SetupFailed
from blender_mirage.core.setup.environment import (
    FOLDER,
    Environment,
    held,
    next_folder,
    python_in,
    remove_others,
    set_up_environment,
    temporary_folder,
)


def make(data_dir, version="1.0", whole=True) -> Environment:
    made = Environment(next_folder(data_dir), version, "/usr/bin/python3", "cpu")
    made.python.parent.mkdir(parents=True)
    made.python.write_text("")
    if whole:
        made.mark_whole()
    return made


def test_none_is_set_up(tmp_path):
    assert set_up_environment(tmp_path) is set_up_environment(tmp_path / "none") is None
    assert next_folder(tmp_path).name == "1"


def test_the_newest_whole_one_counts(tmp_path):
    made = [make(tmp_path, f"{number}.0") for number in range(11)]
    assert set_up_environment(tmp_path) == made[-1], "10 is newer than 9"
    make(tmp_path, whole=False)
    assert set_up_environment(tmp_path) == made[-1]
    made[-1].mark_broken()
    assert set_up_environment(tmp_path) == made[-2]
    made[-2].python.unlink()  # its Python was removed from the machine
    assert set_up_environment(tmp_path) == made[-3]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"version": "1"}', '{"version": "1", "base": "", "build": "", "x": 1}']
)
def test_a_damaged_marker_is_none(tmp_path, text):
    made = make(tmp_path)
    (made.folder / "mirage.json").write_text(text)
    assert set_up_environment(tmp_path) is None


def test_others_go_and_nothing_else(tmp_path):
    kept = make(tmp_path)
    make(tmp_path, whole=False)
    make(tmp_path)
    (tmp_path / FOLDER / "notes").mkdir()
    remove_others(tmp_path, kept)
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == ["1", "notes"]
    assert set_up_environment(tmp_path) == kept
    remove_others(tmp_path, None)
    assert set_up_environment(tmp_path) is None


def test_it_is_held_by_one_and_tidied_after_it(tmp_path):
    with held(tmp_path):
        (temporary_folder(tmp_path) / "pip-unpack").mkdir()
        with pytest.raises(SetupFailed, match="Another Blender"), held(tmp_path):
            pass
        assert temporary_folder(tmp_path).is_dir()
    with held(tmp_path):
        assert not (tmp_path / FOLDER / "tmp").exists()


def test_the_interpreter_lies_in_it(tmp_path):
    assert tmp_path in python_in(tmp_path).parents
