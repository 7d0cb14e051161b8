"""Figures about takes, from pictures and exact geometry; no network judges another. numpy only.

metrics.py (two pictures) -> reprojection.py (two pictures of one greybox) -> consistency.py (stored takes).
"""
