"""Latent spatial memory: tokens that hang on surfaces, written once and read from any camera.

tokens.py (the store) <- index.py (voxel hash) <- write.py, read.py (and its compiled twin kernel.py) <- copies.py (of
one object), exemplar.py (what was never seen). retain.py says what stays within the budget, fingerprint.py whether a
read-out has changed, splat.py is the published read-out for worlds without geometry. Torch, on the engine's device; a
Python loop over levels, candidates and copies only, never over cells or tokens.
"""
