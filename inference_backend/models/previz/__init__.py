"""The previz engine: small enough for a laptop, trained on procedural sets by `inference_backend.training`.

networks.py (blocks), autoencoder.py (f4, 8 channels), denoiser.py (candidates -> latents), guide.py (G-buffer ->
tensors), vocabulary.py (prompt words), engine.py (the Engine protocol over them).
"""
