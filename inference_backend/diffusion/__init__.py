"""Schedules and samplers: pure functions, the model passed in."""
