"""What every test shares: property tests draw the same examples on every machine, without a clock."""

from __future__ import annotations

import pytest
from hypothesis import settings

import build_addon

settings.register_profile("mirage", deadline=None, derandomize=True, max_examples=60, database=None)
settings.load_profile("mirage")


@pytest.fixture(scope="session")
def addon_zip(tmp_path_factory):
    """The add-on as users install it, with the backend's wheel in it."""
    return build_addon.build(tmp_path_factory.mktemp("dist"))
