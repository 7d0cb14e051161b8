"""`mirage bench memory`: the latent memory against the published one, on sets drawn from seeds.

character.py, sets.py (what is filmed) -> footage.py (what the cameras see) -> truth.py (what a read should have found),
then one file a figure: read_time, conditioning, growth, correctness, revisit, store_time; report.py and cli.py print.
"""
