from __future__ import annotations

import pytest

from inference_backend.demo.folder import ABOUT, claim_folder
from inference_backend.errors import InvalidRequest


def test_runs_follow_each_other_and_keep_what_was_made(tmp_path):
    out = tmp_path / "mirage-demo"
    assert claim_folder(out) == out
    (out / "demo.blend").write_bytes(b"mine")
    assert claim_folder(out) == out / "v002"
    assert claim_folder(out) == out / "v003"
    assert (out / "demo.blend").read_bytes() == b"mine"
    assert all((folder / ABOUT).is_file() for folder in (out, out / "v002", out / "v003"))


def test_an_empty_folder_is_used_as_it_is(tmp_path):
    assert claim_folder(tmp_path) == tmp_path


def test_somebody_elses_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "film.blend").write_bytes(b"months of work")
    with pytest.raises(InvalidRequest, match="other files") as refusal:
        claim_folder(tmp_path)
    assert "--out" in refusal.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["film.blend"]


def test_a_file_in_the_way_is_named(tmp_path):
    file = tmp_path / "mirage-demo"
    file.write_text("notes")
    with pytest.raises(InvalidRequest, match="is a file"):
        claim_folder(file)
    assert file.read_text() == "notes"
