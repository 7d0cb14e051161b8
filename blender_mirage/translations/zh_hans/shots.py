"""Shots."""

SIMPLIFIED_CHINESE = {
    "Shots": "镜头",
    "Shot": "镜头",
    "A camera over a range of frames": "一段帧范围内的摄像机",
    "Shots From": "镜头来源",
    "Markers": "标记",
    "The cut list: cameras bound to markers; without any, the scene's camera": (
        "剪辑表：绑定到标记的摄像机；没有标记时用场景摄像机"
    ),
    "Scene Strips": "场景片段",
    "The scene strips of the timeline, each through its camera": "时间线上的场景片段，各用自己的摄像机",
    "Active Camera": "活动摄像机",
    "The scene's camera over its frames, or its preview range where that is on": (
        "场景摄像机，取场景的帧范围；若启用预览范围则取该范围"
    ),
    "Cut Handles": "剪辑余量",
    "Frames that are made before and after each cut, for the editor": "每个剪辑点前后额外生成的帧，供剪辑使用",
    "Frame Step": "帧步长",
    "Make only every n-th frame; each holds until the next": "每隔若干帧生成一帧；每帧保持到下一帧",
    "At the Playhead": "播放头处",
    "The shot that the current frame lies in": "当前帧所在的镜头",
    "All": "全部",
    "Every shot of the timeline": "时间线上的每个镜头",
    "Every shot": "每个镜头",
    "By Name": "按名称",
    "One or more shots, by name": "按名称选择一个或多个镜头",
    "Name of a shot, or several: a, b": "一个或多个镜头的名称：a, b",
    "Which Shots": "哪些镜头",
    "As Set": "按设置",
    "Those that the settings name": "设置中指定的镜头",
    "Chosen": "所选",
    "The one that is chosen in the list": "列表中所选的镜头",
    "Own Settings": "独立设置",
    "Give the chosen shot a prompt, a look and a seed of its own": "为所选镜头单独设置提示词、外观和随机种",
    "Remove Own Settings": "移除独立设置",
    "Make the chosen shot with the scene's prompt, look and seed again": "所选镜头重新使用场景的提示词、外观和随机种",
    "Own Prompt": "独立提示词",
    "Use these words for this shot": "此镜头使用这些文字",
    "The look of this shot in words": "用文字描述的此镜头外观",
    "Own Look": "独立外观",
    "Write this picture into the world right before this shot": "在生成此镜头之前把此图片写入世界",
    "The picture of the look, as the shot's camera sees the set at its first frame": (
        "外观图片，对应镜头摄像机在第一帧看到的布景"
    ),
    "Own Seed": "独立随机种",
    "Use this seed for this shot": "此镜头使用此随机种",
    "Choose a shot of the list first": "请先在列表中选择镜头",
    "The shot has no settings of its own": "此镜头没有独立设置",
    "The shot has settings of its own already": "此镜头已有独立设置",
    "Width": "宽度",
    "Pixels across, in steps of 8": "横向像素数，以 8 为步长",
    "Seed": "随机种",
    "Another seed, another take": "不同的随机种，不同的条目",
    "Steps": "步数",
    "Denoising steps of a key frame": "关键帧的去噪步数",
    "Engine": "引擎",
    "Previz": "Previz",
    "Ships with the backend; runs on any machine": "随后端提供；可在任何机器上运行",
    "Use Settings For": "采用设置",
    "Render": "渲染",
    "What renders show: visibility, modifiers, subdivision and view layers as in a render": (
        "渲染所显示的内容：可见性、修改器、细分和视图层与渲染一致"
    ),
    "What the viewport shows: visibility, modifiers and subdivision as in the viewport": (
        "视图所显示的内容：可见性、修改器和细分与视图一致"
    ),
    "Which of an object's settings the set and the cameras are read with": "读取布景和摄像机时采用物体的哪一套设置",
    "Use Memory": "使用记忆",
    "Show a place alike in every frame. Off: every frame is made on its own, to compare": (
        "让同一处在每一帧中一致。关闭：每帧独立生成，用于对比"
    ),
    "Output": "输出",
    "Folder that takes are saved in, with a folder for each shot": "保存条目的文件夹，每个镜头一个子文件夹",
    "Preset": "预设",
    "Use Preset": "使用预设",
    "Set the size of the frames and the steps that a key frame takes": "设置帧的大小和关键帧的步数",
    "Draft": "草稿",
    "Edit": "剪辑",
    "Fine": "精细",
    "256 pixels across, 2 steps: to see whether it works": "宽 256 像素，2 步：看看是否可行",
    "512 pixels across, 4 steps: to cut with": "宽 512 像素，4 步：用于剪辑",
    "768 pixels across, 6 steps: to show": "宽 768 像素，6 步：用于展示",
    "Generate": "生成",
    "Generate Shot": "生成镜头",
    (
        "Make a new take of the chosen shots with the look; nothing older is overwritten. While something else runs, "
        "it waits for that"
    ): "用此外观生成所选镜头的新条目；不覆盖任何旧条目。有其他任务正在进行时，会等它完成",
    "Generate All": "生成全部",
    "Stale Only": "仅过时的",
    "Regenerate Stale": "重新生成过时帧",
    "Make new takes of those chosen shots whose last one is out of date; frames that are still right are taken over "
    "from it": "为最新条目已过时的所选镜头生成新条目；仍正确的帧直接沿用",
}
