"""The add-on's version, and what a backend of another one means."""

from __future__ import annotations

from blender_mirage.core.addon_version import addon_version, versions_differ


def test_add_on_and_backend_of_one_source_are_of_one_version():
    import inference_backend

    assert addon_version() == inference_backend.__version__
    assert versions_differ(inference_backend.__version__, True) == versions_differ("", True) == ""


def test_another_version_is_named_with_what_to_do():
    here, there = versions_differ("0.0.9", True), versions_differ("0.0.9", False)
    assert "0.0.9" in here and addon_version() in here and "Set Up Backend" in here
    assert "0.0.9" in there and "there" in there and "Set Up Backend" not in there
