"""Training of our own engine: procedural sets, losses, the loop and its checkpoints. Nothing imports this package."""
