"""`mirage bench previz`: what the shipped engine makes, against true renders of held-out sets.

stage.py, cycles_truth.py (what is filmed, and its true pictures) -> studio.py (the pipeline, in a world of its own) ->
visible.py, tally.py (what is compared, and sums), references.py (what ours is held against), then one file a figure:
photographs, seen, bricks, film with takes and flow, long_path, sheet; rows.py, report.py and cli.py print.
"""
