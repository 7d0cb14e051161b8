"""Files that are whole or absent: atomic writes, safetensors, images, and SQLite databases with migrations.

`atomic` writes bytes, `tensors` arrays, `images` PNG; `database` is the one way to a SQLite file. A full disk is
`errors.DiskFull` with the path, wherever it strikes.
"""
