"""What our memory is measured against, each re-implemented from its description and as fast as torch allows.

append_all.py (the published latent cloud), rgb_cloud.py (a cloud of pixels, rendered and encoded again). The third
baseline, no memory at all, is `generation.remember.nothing`.
"""
