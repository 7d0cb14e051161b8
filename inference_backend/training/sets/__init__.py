"""Procedural film sets with known geometry, materials and light: what the previz engine learns from."""
