"""`mirage bench previz`: what the shipped engine makes, against true renders of held-out sets.

stage.py (what is filmed, and the truth of it) -> studio.py (the pipeline: looks and takes in a world of their own) ->
visible.py, tally.py (what is compared, and sums), references.py (what ours is held against), then one file a figure:
photographs, seen, bricks, film, long_path, sheet; report.py and cli.py print.
"""
