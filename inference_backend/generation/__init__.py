"""From a take request to frames, once for every engine.

context.py (what a job works with), greybox_frames.py (the set frame by frame), observe.py (what a camera sees of it),
remember.py (a world's memory in RAM), plan.py (which frames must be generated), take.py and seed_view.py (the two jobs
that write), events.py; sights.py, coverage_picture.py and survey.py (what is known of a camera path, at a glance),
fingerprints.py (what a frame was made of), base_take.py and resume.py (what need not be made anew), void.py (worlds
without geometry).
"""
