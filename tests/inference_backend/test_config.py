"""Defaults, then the environment, then flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference_backend.config import BackendConfig, default_data_dir, load_config
from inference_backend.errors import InvalidRequest

HOME = {"HOME": "/home/ada"}


def test_defaults_are_loopback_and_per_user() -> None:
    config = load_config(environ=HOME)
    assert (config.host, config.port, config.device) == ("127.0.0.1", 8765, "auto")
    assert config.data_dir == default_data_dir(HOME).absolute()


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", HOME, "/home/ada/.local/share/blender-mirage"),
        ("linux", {**HOME, "XDG_DATA_HOME": "/data"}, "/data/blender-mirage"),
        ("darwin", HOME, "/home/ada/Library/Application Support/blender-mirage"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/blender-mirage"),
        ("win32", {"USERPROFILE": "/users/ada"}, "/users/ada/AppData/Local/blender-mirage"),
    ],
)
def test_data_dir_by_platform(platform: str, environ: dict[str, str], expected: str) -> None:
    assert default_data_dir(environ, platform) == Path(expected)


def test_flags_win_over_environment(tmp_path) -> None:
    environ = {**HOME, "MIRAGE_DATA_DIR": str(tmp_path / "env"), "MIRAGE_PORT": "1234", "MIRAGE_DEVICE": "cpu"}
    config = load_config({"port": 99, "device": None, "data_dir": None}, environ)
    assert (config.port, config.device, config.data_dir) == (99, "cpu", tmp_path / "env")
    assert load_config({"data_dir": tmp_path / "flag"}, environ).data_dir == tmp_path / "flag"


def test_hosts_and_limits_from_the_environment() -> None:
    config = load_config(environ={**HOME, "MIRAGE_ALLOWED_HOSTS": "studio, studio.local", "MIRAGE_MAX_BODY_BYTES": "5"})
    assert (config.allowed_hosts, config.max_body_bytes) == (("studio", "studio.local"), 5)


@pytest.mark.parametrize(
    ("flags", "environ", "words"),
    [
        ({"port": 70000}, {}, "70000"),
        ({"device": "abacus"}, {}, "abacus"),
        ({}, {"MIRAGE_PORT": "many"}, "MIRAGE_PORT.*many"),
        ({}, {"MIRAGE_MAX_BODY_BYTES": "-1"}, "-1"),
    ],
)
def test_what_is_refused_names_the_value(flags: dict[str, object], environ: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        load_config(flags, {**HOME, **environ})


def test_relative_data_dir_becomes_absolute(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config({"data_dir": Path("here")}, HOME).data_dir == tmp_path / "here"


def test_config_is_frozen(tmp_path) -> None:
    with pytest.raises(AttributeError):
        BackendConfig(data_dir=tmp_path).port = 1
