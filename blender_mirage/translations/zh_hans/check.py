"""The check before generating."""

SIMPLIFIED_CHINESE = {
    "Check": "检查",
    "Check Before Generating": "生成前检查",
    "Look for what may spoil a take: no camera, an odd scale, a camera inside an object, whip pans, linked objects, "
    "a full disk, and where a camera enters space that the world has not seen. Nothing is generated": (
        "检查可能影响条目的问题：没有摄像机、比例异常、摄像机在物体内部、甩镜头、链接物体、磁盘已满，以及摄像机在哪里进入世界未见的"
        "空间。不会生成任何内容"
    ),
    "No problem found": "没有发现问题",
    "Make a Camera": "创建摄像机",
    "Make the selected camera the scene's, or add one where the 3D View looks from": (
        "把所选摄像机设为场景摄像机，或在 3D 视图的视点处添加摄像机"
    ),
    "Save As": "另存为",
    "Set Unit Scale": "设置缩放单位",
    "Set the scene's unit scale, so that the set has a usual size in metres; no object is changed": (
        "设置场景的缩放单位，使布景具有常见的米制尺寸；不改变任何物体"
    ),
    "Unit Scale": "缩放单位",
    "Scene": "场景",
    "The scene to set it of (empty: the current one)": "要设置的场景（留空：当前场景）",
    "Go There": "转到该处",
    "Put the playhead on the frame at which it can be seen": "把播放头移到可以看到该问题的帧",
    "Frame": "帧",
}
