"""`mirage demo`: the whole way once, from an empty folder to an animatic, with figures about what came out.

It runs the same commands that a user would (`python -m blender_mirage …`), so it needs bpy installed but imports none.
folder.py, backend.py, steps.py (commands) -> baseline.py -> figures.py, pages.py -> command.py -> main.py (options).
"""
