"""Between Blender's data and the values of `core` and `wire`: readers in, results out. Main thread only."""
