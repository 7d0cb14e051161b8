"""Worlds, their history and coverage."""

SIMPLIFIED_CHINESE = {
    "World": "世界",
    "Worlds": "世界",
    "New World": "新建世界",
    "No world yet": "还没有世界",
    "Use World": "使用世界",
    "Name": "名称",
    "Name of the new world": "新世界的名称",
    "Name of the copy": "副本的名称",
    "The world that remembers this set": "记住此布景的世界",
    "Make an empty world and use it for this scene": "新建一个空白的世界，并用于此场景",
    "Use this world for the takes of this scene": "用此世界生成此场景的镜次",
    "Duplicate World": "复制世界",
    (
        "Make a copy of this world and use it for this scene, to try things without changing the original"
    ): "复制此世界并用于此场景，便于尝试而不改变原世界",
    "Delete World": "删除世界",
    (
        "Permanently delete this scene's world with its memory, looks and frames on the backend. The frames "
        "in your output folder stay"
    ): ("永久删除此场景的世界及其记忆、外观和后端上的帧。输出文件夹中的帧会保留"),
    "Refresh": "刷新",
    "Ask the backend again what this world remembers": "重新向后端查询此世界记住的内容",
    "This scene has no world yet: generate a take, or choose a world": "此场景还没有世界：请生成镜次或选择一个世界",
    "Memory Limit": "内存上限",
    "Memory Limit (MiB)": "内存上限 (MiB)",
    "What does not fit stays on the disk and is not used": "放不下的部分留在磁盘上，不会使用",
    (
        "How much memory this world may use while a take is made. What does not fit stays on the disk and is not used"
    ): "生成镜次时此世界可占用的内存。放不下的部分留在磁盘上，不会使用",
    "History": "历史",
    "History Entry": "历史记录",
    "What a take or a look added to the world": "镜次或外观加入世界的内容",
    "hidden": "已隐藏",
    "Hide": "隐藏",
    (
        "Hide from the world what this take or look added to it. Nothing is deleted: Unhide brings it back, "
        "and the frames stay"
    ): ("从世界中隐藏此镜次或外观加入的内容。不会删除任何内容：“取消隐藏”可以恢复，帧也会保留"),
    "Unhide": "取消隐藏",
    "Bring back what this take or look added to the world": "恢复此镜次或外观加入世界的内容",
    "Delete Permanently": "永久删除",
    (
        "Permanently delete what this take or look added to the world, and its frames on the backend. The "
        "frames in your output folder stay"
    ): ("永久删除此镜次或外观加入世界的内容以及后端上的帧。输出文件夹中的帧会保留"),
    "Delete Object from World": "从世界中删除物体",
    ("Permanently delete everything the world remembers of the active object. The next take makes it anew"): (
        "永久删除世界对活动物体的全部记忆。下一镜次会重新生成它"
    ),
    "Delete Everything Permanently": "永久删除全部",
    (
        "Permanently delete everything this world remembers, with its looks and frames on the backend. The "
        "empty world stays"
    ): "永久删除此世界的全部记忆以及后端上的外观和帧。空的世界会保留",
    "Select a line of the history first": "请先选择一条历史记录",
    "It is already hidden": "它已隐藏",
    "It is not hidden": "它没有隐藏",
    "Select an object first": "请先选择一个物体",
    "The world remembers nothing of the active object. Press Refresh if it should": (
        "世界没有关于活动物体的记忆（若应该有，请点击“刷新”）"
    ),
    "Coverage": "覆盖",
    "Coverage of This Shot": "此镜头的覆盖",
    (
        "Find out how much of the shots the world already knows, where they enter new areas, and which "
        "frames of their takes are out of date. Nothing is generated; the result is shown over the camera's "
        "view"
    ): ("查看世界已了解镜头的多少、镜头在哪里进入新区域、镜次的哪些帧已过时。不会生成任何内容；结果显示在摄像机视图上"),
    "Hide Coverage Pictures": "隐藏覆盖图片",
    "Remove the coverage pictures from the cameras. Takes are not changed": "移除摄像机上的覆盖图片；镜次不受影响",
    "No coverage picture is shown": "没有显示覆盖图片",
}
