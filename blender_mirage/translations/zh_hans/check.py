"""The check before generating."""

SIMPLIFIED_CHINESE = {
    "Check": "检查",
    "Check Before Generating": "生成前检查",
    (
        "Look for problems before anything is generated: missing cameras or looks, an odd scale, a camera "
        "inside an object, whip pans, linked objects, a full disk, and where a camera enters new areas"
    ): (
        "在生成之前检查问题：缺少摄像机或外观、比例异常、摄像机在物体内部、甩镜头、链接物体、磁盘已满，以及摄像机在哪里进入新区域"
    ),
    "No problems found": "没有发现问题",
    "Add Camera": "添加摄像机",
    "Make the selected camera the scene's camera, or add one at the current view": (
        "把所选摄像机设为场景摄像机，或在当前视点处添加摄像机"
    ),
    "Save As": "另存为",
    "Set Unit Scale": "设置缩放单位",
    ("Set the scene's unit scale so that the set has a plausible size in meters. No object is changed"): (
        "设置场景的缩放单位，使布景具有常见的米制尺寸；不改变任何物体"
    ),
    "Unit Scale": "缩放单位",
    "Scene": "场景",
    "The scene to change (empty: the current one)": "要设置的场景（留空：当前场景）",
    "Go There": "转到该处",
    "Move the playhead to the frame where the problem shows": "把播放头移到可以看到该问题的帧",
    "Frame": "帧",
}
