"""Files cut short, as a power cut leaves them, and files of strangers: the next start removes the former, minds not the
latter, and finds every world as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference_backend.config import BackendConfig
from inference_backend.services import open_services
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.survey_files import SurveyFiles
from tests.support.crash_points import FIRST, build, recover, tell, the

HALF = b"half"


@pytest.fixture
def data_dir(tmp_path) -> Path:
    build(tmp_path)
    SurveyFiles(tmp_path)
    recover(tmp_path)
    return tmp_path


def cut_short(data_dir: Path) -> list[Path]:
    """One file of every kind that may lie about half written."""
    world, temporary, unknown = data_dir / "worlds" / the(WorldCatalog(data_dir)), f"{new_id()}.tmp", new_id()
    return [
        world / "segments" / f".{unknown}.safetensors.{temporary}",
        world / "segments" / f"{unknown}.safetensors",
        world / "segments" / f"{FIRST}.0123abcd.safetensors",
        world / "seed_views" / f".{unknown}.mira.{temporary}",
        data_dir / "worlds" / f".new-{unknown}" / "world.db",
        data_dir / "worlds" / f".new-{unknown}" / "segments" / f"{FIRST}.safetensors",
        data_dir / "worlds" / f".deleted-{unknown}" / "world.db",
        data_dir / "takes" / f".new-{unknown}" / "request.mira",
        data_dir / "takes" / f".deleted-{unknown}" / "take.json",
        data_dir / "takes" / FIRST / f".take.json.{temporary}",
        data_dir / "takes" / FIRST / "frames" / f".0001.png.{temporary}",
        data_dir / "meshes" / f".{unknown}.mira.{temporary}",
        data_dir / "surveys" / f".new-{unknown}" / "request.mira",
    ]


def test_what_was_cut_short_goes(data_dir) -> None:
    before, leftovers = tell(data_dir), cut_short(data_dir)
    for path in leftovers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(HALF)
    with open_services(BackendConfig(data_dir)):
        assert [path for path in leftovers if path.exists()] == []
        assert tell(data_dir) == before


def test_log_of_the_database_that_ends_in_the_middle_counts_up_to_there(data_dir) -> None:
    catalog = WorldCatalog(data_dir)
    world_id, before = the(catalog), tell(data_dir)
    with catalog.open(world_id) as world:
        world.revert(FIRST)
        folder = data_dir / "worlds" / world_id
        files = {path.name: path.read_bytes() for path in folder.glob("world.db*")}
    reverted = tell(data_dir)
    assert reverted != before and len(files["world.db-wal"]) > 4096
    for length, expected in ((len(files["world.db-wal"]) - 100, before), (len(files["world.db-wal"]), reverted)):
        for name, content in files.items():
            (folder / name).write_bytes(content[:length] + HALF if name.endswith("-wal") else content)
        (folder / "world.db-shm").unlink()
        recover(data_dir)
        assert tell(data_dir) == expected


@pytest.mark.parametrize("place", ["", "worlds", "takes", "meshes", "surveys"])
@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "a folder"])
def test_files_of_strangers_hinder_nothing(data_dir, place: str, name: str) -> None:
    stranger = data_dir / place / name
    stranger.mkdir() if name == "a folder" else stranger.write_bytes(b"not ours")
    worlds = WorldCatalog(data_dir).list()
    with open_services(BackendConfig(data_dir)) as services:
        assert services.catalog.list() == worlds and stranger.exists()
        services.catalog.delete(the(services.catalog))
    assert stranger.exists()
