"""Camera exporters, one file a format. No bpy: they take `CameraPath` values."""
