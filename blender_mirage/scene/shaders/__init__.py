"""What a material is, read off its node tree: its colour, and where it lets the camera through."""
