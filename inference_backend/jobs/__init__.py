"""Durable jobs: a queue in SQLite, and an engine worker in a process of its own that a supervisor watches.

The server submits and reads (`queue`); the worker claims and reports (`worker`); the supervisor starts the worker, and
when it dies fails its job with a cause. `<data dir>/jobs.db` is all that they share.
"""
