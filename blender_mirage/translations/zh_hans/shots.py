"""Shots."""

SIMPLIFIED_CHINESE = {
    "Shots": "镜头",
    "Shot": "镜头",
    "Shots From": "镜头来源",
    "Markers": "标记",
    "Cameras bound to timeline markers. Without any, the scene's camera": (
        "绑定到时间线标记的摄像机；没有标记时用场景摄像机"
    ),
    "Scene Strips": "场景片段",
    "Scene strips in the Sequencer, each through its own camera": "序列编辑器中的场景片段，各用自己的摄像机",
    "Active Camera": "活动摄像机",
    "The scene's camera over the frame range, or over the preview range if it is on": (
        "场景摄像机，取帧范围；若启用预览范围则取预览范围"
    ),
    "Handles": "余量",
    "Extra frames before and after each cut, for editing": "每个剪辑点前后的额外帧，供剪辑使用",
    "Frame Step": "帧步长",
    "Make every n-th frame only; each is held until the next": "每隔若干帧生成一帧；每帧保持到下一帧",
    "At the Playhead": "播放头处",
    "The shot under the playhead": "播放头处的镜头",
    "All": "全部",
    "Every shot on the timeline": "时间线上的每个镜头",
    "Every shot": "每个镜头",
    "By Name": "按名称",
    "One or more shots, by name": "按名称选择一个或多个镜头",
    "Name of a shot, or several: a, b": "一个或多个镜头的名称：a, b",
    "Which Shots": "哪些镜头",
    "As Set": "按设置",
    "The shots named in the settings": "设置中指定的镜头",
    "Selected": "所选",
    "The shot selected in the list": "列表中所选的镜头",
    "Shot Overrides": "镜头单独设置",
    "Give the selected shot its own prompt, look or seed": "为所选镜头单独设置提示词、外观或随机种",
    "Remove Overrides": "移除单独设置",
    "Use the scene's prompt, look and seed for the selected shot again": "所选镜头重新使用场景的提示词、外观和随机种",
    "Use Own Prompt": "单独提示词",
    "Use these words for this shot": "此镜头使用这些文字",
    "The look of this shot in words": "用文字描述的此镜头外观",
    "Use Own Look": "单独外观",
    "Add this picture to the world just before this shot is made": "在生成此镜头之前把此图片加入世界",
    "Picture of the look, seen through the shot's camera at its first frame": (
        "外观图片，对应镜头摄像机在第一帧看到的布景"
    ),
    "Use Own Seed": "单独随机种",
    "Use this seed for this shot": "此镜头使用此随机种",
    "Select a shot in the list first": "请先在列表中选择镜头",
    "This shot has no overrides": "此镜头没有单独设置",
    "This shot already has overrides": "此镜头已有单独设置",
    "Width": "宽度",
    "Width of the frames in pixels, in steps of 8": "横向像素数，以 8 为步长",
    "Seed": "随机种",
    "Another seed gives another take": "不同的随机种，不同的镜次",
    "Steps": "步数",
    "Denoising steps of each newly generated frame. More are slower": "每个新生成帧的去噪步数。步数越多越慢",
    "Engine": "引擎",
    "Previz": "Previz",
    "Comes with the backend and runs on any machine": "随后端提供；可在任何机器上运行",
    "Use Settings For": "采用设置",
    "Render": "渲染",
    "Visibility, modifiers, subdivision and view layers as in a render": "可见性、修改器、细分和视图层与渲染一致",
    "Visibility, modifiers and subdivision as in the viewport": "可见性、修改器和细分与视图一致",
    "Which of an object's settings the set and the cameras are read with": "读取布景和摄像机时采用物体的哪一套设置",
    "Keep Glass": "保留玻璃",
    "Keep glass and water as surfaces. Off: the camera sees through them, as in a render": (
        "把玻璃和水保留为表面。关闭时：摄像机可以看穿它们，与渲染一致"
    ),
    "Keep Consistent": "保持一致",
    ("Make a place look the same in every frame and shot. Off: every frame is made on its own, for comparison"): (
        "让同一处在每一帧、每个镜头中都一致。关闭：每一帧单独生成，用于比较"
    ),
    "Output": "输出",
    "Folder for the takes, with one folder for each shot": "保存镜次的文件夹，每个镜头一个子文件夹",
    "Preset": "预设",
    "Use Preset": "使用预设",
    "Set the frame size and the number of steps": "设置帧的大小和关键帧的步数",
    "Draft": "草稿",
    "Edit": "剪辑",
    "Fine": "精细",
    "256 pixels wide, 2 steps: for a first look": "宽 256 像素，2 步：看看是否可行",
    "512 pixels wide, 4 steps: for editing": "宽 512 像素，4 步：用于剪辑",
    "768 pixels wide, 6 steps: for showing": "宽 768 像素，6 步：用于展示",
    "Generate": "生成",
    "Generate Shot": "生成镜头",
    (
        "Make a new take of the shots. Older takes are never overwritten. If something else is running, this "
        "waits its turn"
    ): "为镜头生成新镜次。旧镜次不会被覆盖。如有其他工作在进行，会排队等待",
    "Generate All": "生成全部",
    "Update Changed Shots": "更新有变化的镜头",
    (
        "Make a new take of each shot that changed since its last take. Frames that are still right are reused"
    ): "为自上一镜次以来有变化的镜头生成新镜次。仍然正确的帧会沿用",
}
