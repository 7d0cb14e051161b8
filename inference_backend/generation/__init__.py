"""From a take request to frames, once for every engine.

greybox_frames.py (the set frame by frame), observe.py (what a camera sees of it), remember.py (a world's memory in
RAM), plan.py (which frames must be generated), take.py and seed_view.py (the two jobs), events.py.
"""
