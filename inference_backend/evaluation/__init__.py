"""Figures about takes, from pictures and exact geometry; no network judges another.

metrics.py (two pictures) -> reprojection.py (two pictures of one greybox) -> consistency.py (stored takes). The memory
has benchmarks of its own: baselines/ and memory_bench/.
"""
