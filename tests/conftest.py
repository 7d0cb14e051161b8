"""What every test shares: property tests draw the same examples on every machine, without a clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("mirage", deadline=None, derandomize=True, max_examples=60, database=None)
settings.load_profile("mirage")
