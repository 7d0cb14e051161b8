"""Latent spatial memory: tokens that hang on surfaces, written once and read from any camera.

tokens.py (the store) <- index.py (voxel hash) <- write.py, read.py <- exemplar.py (what was never seen). Torch, on the
engine's device; a Python loop over levels, candidates and materials only, never over cells or tokens.
"""
