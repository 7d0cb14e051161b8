"""What the add-on knows without Blender: values, camera maths, files and the client. No module here imports bpy."""
