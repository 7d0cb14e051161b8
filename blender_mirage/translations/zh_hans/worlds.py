"""Worlds, their history and coverage."""

SIMPLIFIED_CHINESE = {
    "World": "世界",
    "Worlds": "世界",
    "New World": "新建世界",
    "No world yet": "还没有世界",
    "Use World": "使用世界",
    "Name": "名称",
    "Of the new world": "新世界的名称",
    "Of the fork": "分支的名称",
    "The world that remembers this set": "记住此布景的世界",
    "Make a world that remembers nothing yet, and use it for this scene": "新建一个空白的世界，并用于此场景",
    "Make the takes of this scene in that world": "在该世界中生成此场景的条目",
    "Fork World": "分支世界",
    "Make a world that remembers all that this one does, and use it for this scene; what is tried there leaves this "
    "one alone": "复制此世界的全部记忆成为新世界并用于此场景；在那里的尝试不影响原世界",
    "Delete World": "删除世界",
    "Delete this scene's world with all that it remembers, its looks and its frames on the backend, for good": (
        "永久删除此场景的世界及其全部记忆、外观和后端上的帧"
    ),
    "Refresh": "刷新",
    "Ask the backend what this scene's world remembers now": "向后端查询此场景的世界目前记住的内容",
    "This scene has no world yet: generate a take, or choose a world": "此场景还没有世界：请生成条目或选择一个世界",
    "Memory Budget": "记忆预算",
    "Budget (MiB)": "预算 (MiB)",
    "What exceeds it stays on the disk, unread": "超出部分留在磁盘上，不会读取",
    "How much memory the tokens of this world may take while a take is made; what exceeds it stays on the disk, "
    "unread": "生成条目时此世界的记忆可占用的内存；超出部分留在磁盘上，不会读取",
    "History": "历史",
    "Commit": "提交",
    "What a take or a look wrote into the world": "条目或外观写入世界的内容",
    "reverted": "已撤回",
    "Revert": "撤回",
    "Undo what this take or look taught the world; it is kept and can be restored, and its frames stay": (
        "从世界中撤出此条目或外观的记忆；内容会保留，可以恢复，帧不受影响"
    ),
    "Restore": "恢复",
    "Give what this take or look taught back to the world": "把此条目或外观的记忆还给世界",
    "Forget": "遗忘",
    "Delete what this take or look taught the world, with its frames on the backend, for good": (
        "永久删除此条目或外观的记忆，以及后端上的帧"
    ),
    "Forget Object": "遗忘物体",
    "Delete all that the world remembers of the active object, for good; it is made anew with the next take": (
        "永久删除世界对活动物体的全部记忆；下一次生成时会重新创建"
    ),
    "Forget Everything": "遗忘全部",
    "Delete everything that the world remembers, with the frames and looks on the backend, for good; the world "
    "stays, empty": "永久删除世界的全部记忆以及后端上的帧和外观；世界保留，但为空",
    "Choose a line of the history first": "请先选择一条历史记录",
    "It is already reverted": "它已被撤回",
    "It is already part of the world": "它已是世界的一部分",
    "Select an object first": "请先选择一个物体",
    "The world remembers nothing of the active object (press Refresh where it should)": (
        "世界没有关于活动物体的记忆（若应该有，请点击“刷新”）"
    ),
    "Coverage": "覆盖",
    "Coverage of This Shot": "此镜头的覆盖",
    "Look how much of the chosen shots the world has seen, where they enter unseen space and which frames of their "
    "takes are out of date. Nothing is generated; the pictures appear over the camera's view": (
        "查看世界已看到所选镜头的多少、镜头在哪里进入未见空间、条目的哪些帧已过时。不会生成任何内容；"
        "图片显示在摄像机视图上"
    ),
    "Hide Coverage Pictures": "隐藏覆盖图片",
    "Take the coverage pictures off the cameras; takes stay as they are": "移除摄像机上的覆盖图片；条目不受影响",
    "No coverage picture is shown": "没有显示覆盖图片",
}
