"""Which PyTorch: by card, driver, system and wish."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from blender_mirage.core.errors import SetupFailed
from blender_mirage.core.setup.torch_build import (
    AUTOMATIC,
    CPU,
    NVIDIA,
    REQUIREMENT,
    Gpu,
    choose_build,
    find_gpu,
    read_gpu,
)

NEW, PASCAL, OLD = Gpu("RTX 4090", "581.57", 8.9), Gpu("GTX 1080", "582.10", 6.1), Gpu("GTX 970", "470.42.01", 5.2)


def test_it_is_the_torch_that_the_backend_asks_for():
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text("utf-8"))["project"]
    assert REQUIREMENT in project["dependencies"]


@pytest.mark.parametrize(
    ("gpu", "platform", "name", "index"),
    [
        (NEW, "linux", "cu130", ""),
        (NEW, "win32", "cu130", "/cu130"),
        (Gpu("RTX 5090", "572.16", 12.0), "win32", "cu128", "/cu128"),
        (PASCAL, "linux", "cu126", "/cu126"),
        (Gpu("RTX 3060", "535.183.01", 8.6), "linux", "cu126", "/cu126"),
        (OLD, "linux", "cpu", "/cpu"),
        (None, "linux", "cpu", "/cpu"),
        (None, "win32", "cpu", ""),
        (NEW, "darwin", "mps", ""),
    ],
)
def test_automatic(gpu, platform, name, index):
    build = choose_build(AUTOMATIC, gpu, "x86_64", platform)
    assert build.name == name and build.index.endswith(index) and bool(build.index) == bool(index)
    assert build.index_only == (bool(index) and name != "cpu")
    assert build.needed_mb > build.disk_mb > build.download_mb > 0


@pytest.mark.parametrize("platform", ["linux", "win32"])
@pytest.mark.parametrize("gpu", [None, OLD, NEW])
def test_the_cpu_is_taken_where_it_is_wished_for(platform, gpu):
    assert choose_build(CPU, gpu, "x86_64", platform).name == "cpu"


def test_what_cannot_be_had_is_refused_with_the_reason():
    with pytest.raises(SetupFailed, match="No NVIDIA card was found") as caught:
        choose_build(NVIDIA, None, "x86_64", "linux")
    assert "Automatic or CPU" in caught.value.hint
    with pytest.raises(SetupFailed, match=r"GTX 970 is version 470\.42\.01.*525 or newer.*nvidia\.com/drivers"):
        choose_build(NVIDIA, OLD, "x86_64", "win32")


def test_an_old_driver_is_told_of_where_the_cpu_is_taken_instead():
    assert "470.42.01" in choose_build(AUTOMATIC, OLD, "x86_64", "linux").remark
    assert choose_build(AUTOMATIC, None, "x86_64", "linux").remark == ""


def test_what_the_driver_prints_is_read():
    assert read_gpu("NVIDIA H200, 580.65.06, 9.0\nNVIDIA H200, 580.65.06, 9.0\n") == Gpu(
        "NVIDIA H200", "580.65.06", 9.0
    )
    assert read_gpu("Quadro K2000, 390.157, [N/A]\n") == Gpu("Quadro K2000", "390.157", 0.0)
    assert read_gpu("A card, with a comma, 581.57, 8.9") == Gpu("A card, with a comma", "581.57", 8.9)
    assert read_gpu("") is read_gpu("No devices were found\n") is None
    assert read_gpu("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver, x, y") is None


def test_asking_this_machine_harms_nothing():
    found = find_gpu()
    assert found is None or found.driver_major > 0
