"""The greybox: placed meshes, ray casting through Embree, G-buffers and the shading guide. numpy only.

geometry.py -> raycast.py -> gbuffer.py, shading.py. World frame: Blender's (Z up), metres.
"""
