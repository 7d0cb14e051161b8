"""What the interface says, in Simplified Chinese. English is what the source says.

Sentences that carry values (warnings, errors, states) stay English: they are made far from Blender, in `core` and in
the backend.
"""

from __future__ import annotations

import bpy

_LOCALE = "zh_HANS"
_CONTEXTS = ("*", "Operator")  # Blender looks an operator's label up in a context of its own

_SIMPLIFIED = {
    # What goes on
    "Mirage": "Mirage",
    "Take": "条目",
    "Settings": "设置",
    "Start Backend": "启动后端",
    "Find the inference backend, or start it on this machine, and list its worlds": (
        "查找推理后端，或在本机启动它，并列出其中的世界"
    ),
    "Cancel": "取消",
    "Stop the take that is being made; its finished frames stay": "停止正在生成的条目；已完成的帧会保留",
    "Open Take Folder": "打开条目文件夹",
    "Release GPU": "释放 GPU",
    "Free the memory that the backend holds on the GPU; the next take loads the engine again": (
        "释放后端占用的显存；下一次生成时会重新加载引擎"
    ),
    "A take is being made: wait for it or cancel it first": "正在生成条目：请等待完成或先取消",
    "A take is being made: cancel it first": "正在生成条目：请先取消",
    "It is being cancelled: finished frames come home": "正在取消：已完成的帧正在取回",
    "No take is being made": "没有正在生成的条目",
    "No backend is connected, so none holds GPU memory": "未连接后端，因此没有占用显存",
    "Fetch Takes": "取回条目",
    "Bring home the takes of this file that the backend made while it was not open": (
        "取回本文件未打开期间后端完成的条目"
    ),
    "Build Demo Set": "建立演示场景",
    "Build a small corridor with props and two shots in a scene of its own": (
        "在新场景中建立一条带道具和两个镜头的小走廊"
    ),
    # Worlds
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
    "look": "外观",
    "reverted": "已撤回",
    "Revert": "撤回",
    "Take what this take or look taught the world out of it; it is kept and can be restored, and its frames stay": (
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
    "It is reverted already": "它已被撤回",
    "It is part of the world as it is": "它已是世界的一部分",
    "Select an object first": "请先选择一个物体",
    "The world remembers nothing of the active object (press Refresh where it should)": (
        "世界没有关于活动物体的记忆（若应该有，请按“刷新”）"
    ),
    "Coverage": "覆盖",
    "Coverage of This Shot": "此镜头的覆盖",
    "Look how much of the chosen shots the world has seen, where they enter unseen space and which frames of their "
    "takes are out of date. Nothing is generated; the pictures appear over the camera's view": (
        "查看世界已看到所选镜头的多少、镜头在哪里进入未见空间、条目的哪些帧已过时。不会生成任何内容；"
        "图片显示在相机视图上"
    ),
    "Hide Coverage Pictures": "隐藏覆盖图片",
    "Take the coverage pictures off the cameras; takes stay as they are": "移除相机上的覆盖图片；条目不受影响",
    "No coverage picture is shown": "没有显示覆盖图片",
    # The look
    "Look": "外观",
    "Image": "图像",
    "Prompt Only": "仅提示词",
    "A render, concept frame, photo or paint-over, seen through the camera": "从相机看到的渲染图、概念图、照片或改绘",
    "No picture: the words alone": "没有图片：只用文字",
    "Look Image": "外观图像",
    "The picture of the look": "外观的图片",
    "Look Frame": "外观所在帧",
    "That the look shows (-1: the first of the first shot)": "外观显示的帧（-1：第一个镜头的第一帧）",
    "Look Camera": "外观相机",
    "The camera of the look (empty: the shot's)": "外观的相机（空：镜头的相机）",
    "Render With": "渲染引擎",
    "Cycles": "Cycles",
    "EEVEE": "EEVEE",
    "Viewport": "视图",
    "Path-traced; needs no GPU": "路径追踪；不需要 GPU",
    "Fast; needs a GPU": "快速；需要 GPU",
    "The 3D View's own shading": "3D 视图自身的着色",
    "Look Samples": "外观采样",
    "Of Cycles and EEVEE, for Render Look": "渲染外观时 Cycles 和 EEVEE 的采样数",
    "Render Look": "渲染外观",
    "Render the current frame as the scene's camera sees it: the look. Cycles renders in a second Blender while you "
    "work on; EEVEE and Viewport hold this one for the moment that they take": (
        "渲染场景相机看到的当前帧作为外观。Cycles 在另一个 Blender 中渲染，您可以继续工作；EEVEE "
        "和视图渲染会暂时占用当前 Blender"
    ),
    "The scene has no camera: add one first": "场景没有相机：请先添加",
    "Strength": "强度",
    "How far surfaces that no picture showed follow the look; at 0 the prompt and the greybox decide": (
        "没有图片显示过的表面在多大程度上跟随外观；为 0 时由提示词和灰盒决定"
    ),
    "Prompt": "提示词",
    "Words": "词汇",
    "Add Word": "添加词语",
    "Put this word, which the engine knows, at the end of the prompt": "把引擎认识的这个词加到提示词末尾",
    "The look in words": "用文字描述的外观",
    "Looks of the World": "世界的外观",
    "Add Look": "添加外观",
    "Write the look image into the world, as its camera sees the set at its frame. A world can have several; where "
    "two show the same place, the newer is seen": (
        "把外观图像按其相机和帧写入世界。一个世界可以有多个外观；同一处以较新的为准"
    ),
    "There is no look image: choose one or press Render Look": "没有外观图像：请选择一张或按“渲染外观”",
    "Paint-over": "改绘",
    "The copy of a take's frame that is painted on": "用于绘制的条目帧副本",
    "Paint Over This Frame": "改绘此帧",
    "Copy the frame of the take under the playhead, to be painted on here or in any other program. The take itself "
    "stays as it is": "复制播放头处的条目帧，可在此处或其他程序中绘制。条目本身不变",
    "There is no take on the timeline: generate one first": "时间线上没有条目：请先生成",
    "Use Paint-over": "使用改绘",
    "Write what was painted into the world, on the surfaces that it lies on; nothing else of the world changes. "
    "Regenerate Stale then makes the frames that show it": (
        "把绘制的内容写到世界中对应的表面上，其余不变。之后用“重新生成过时帧”更新相关的帧"
    ),
    "Nothing was painted on yet: press Paint Over This Frame first": "还没有可绘制的内容：请先按“改绘此帧”",
    # Shots
    "Shots": "镜头",
    "Shot": "镜头",
    "Shots and Takes": "镜头与条目",
    "A camera over a range of frames": "一段帧范围内的相机",
    "Shots From": "镜头来源",
    "Markers": "标记",
    "The cut list: cameras bound to markers; without any, the scene's camera": (
        "剪辑表：绑定到标记的相机；没有标记时用场景相机"
    ),
    "Scene Strips": "场景片段",
    "The scene strips of the timeline, each through its camera": "时间线上的场景片段，各用自己的相机",
    "Active Camera": "活动相机",
    "The scene's camera over the preview range, where that is on": "场景相机；若启用预览范围则在该范围内",
    "Cut Handles": "剪辑余量",
    "Frames that are made before and after each cut, for the editor": "每个剪辑点前后额外生成的帧，供剪辑使用",
    "Frame Step": "帧步长",
    "Make every so many frames; each holds till the next": "每隔若干帧生成一帧；每帧保持到下一帧",
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
    "Give the chosen shot a prompt, a look and a seed of its own": "为所选镜头单独设置提示词、外观和种子",
    "Remove Own Settings": "移除独立设置",
    "Make the chosen shot with the scene's prompt, look and seed again": "所选镜头重新使用场景的提示词、外观和种子",
    "Own Prompt": "独立提示词",
    "Use these words for this shot": "此镜头使用这些文字",
    "The look of this shot in words": "用文字描述的此镜头外观",
    "Own Look": "独立外观",
    "Write this picture into the world right before this shot": "在生成此镜头之前把此图片写入世界",
    "The picture of the look, as the shot's camera sees the set at its first frame": (
        "外观图片，对应镜头相机在第一帧看到的布景"
    ),
    "Own Seed": "独立种子",
    "Use this seed for this shot": "此镜头使用此种子",
    "Choose a shot of the list first": "请先在列表中选择镜头",
    "The shot has no settings of its own": "此镜头没有独立设置",
    "The shot has settings of its own already": "此镜头已有独立设置",
    "Width": "宽度",
    "Pixels across; multiples of 8": "横向像素数；8 的倍数",
    "Seed": "种子",
    "Another seed, another take": "不同的种子，不同的条目",
    "Steps": "步数",
    "Denoising steps of a key frame": "关键帧的去噪步数",
    "Engine": "引擎",
    "Previz": "Previz",
    "Ships with the backend; runs on any machine": "随后端提供；可在任何机器上运行",
    "Use Memory": "使用记忆",
    "Off: every frame on its own, to compare": "关闭：每帧独立生成，用于对比",
    "Output": "输出",
    "Holds a folder a shot, with its takes": "每个镜头一个文件夹，包含其条目",
    "Preset": "预设",
    "Use Preset": "使用预设",
    "Set the size of the frames and the steps that a key frame takes": "设置帧的大小和关键帧的步数",
    "Draft": "草稿",
    "Edit": "剪辑",
    "Fine": "精细",
    "256 pixels across, 2 steps: to see whether it works": "宽 256 像素，2 步：看看是否可行",
    "512 pixels across, 4 steps: to cut with": "宽 512 像素，4 步：用于剪辑",
    "768 pixels across, 6 steps: to show": "宽 768 像素，6 步：用于展示",
    "About": "约",
    "for all": "全部约",
    "Generate": "生成",
    "Generate Shot": "生成镜头",
    "Make a new take of the chosen shots with the look; nothing older is overwritten": (
        "用此外观生成所选镜头的新条目；不覆盖任何旧条目"
    ),
    "Stale": "过时的",
    "Regenerate Stale": "重新生成过时帧",
    "Make new takes of those chosen shots whose last one is out of date; frames that are still right are taken over "
    "from it": "为最新条目已过时的所选镜头生成新条目；仍正确的帧直接沿用",
    # The check
    "Check": "检查",
    "Check Before Generating": "生成前检查",
    "Look for what may spoil a take: no camera, an odd scale, a camera inside an object, whip pans, linked objects, "
    "a full disk. Nothing is generated": (
        "检查可能影响条目的问题：没有相机、比例异常、相机在物体内部、甩镜头、链接物体、磁盘已满。不会生成任何内容"
    ),
    "Nothing speaks against it": "没有发现问题",
    "Make a Camera": "创建相机",
    "Make the selected camera the scene's, or add one where the 3D View looks from": (
        "把所选相机设为场景相机，或在 3D 视图的视点处添加相机"
    ),
    "Save As": "另存为",
    "Set Unit Scale": "设置单位缩放",
    "Set the scene's unit scale, so that the set has a usual size in metres; no object is changed": (
        "设置场景的单位缩放，使布景具有常见的米制尺寸；不改变任何物体"
    ),
    "Unit Scale": "单位缩放",
    "The scene is linked from a library": "场景链接自库文件",
    "Go There": "转到该处",
    "Put the playhead on the frame at which it can be seen": "把播放头移到可以看到该问题的帧",
    "Frame": "帧",
    # Takes
    "One version of the chosen shot": "所选镜头的一个版本",
    "Over the Camera": "相机叠加",
    "Swap Take": "切换条目",
    "Show a newer or older take of the shot in place of this one; no file is touched": (
        "用较新或较旧的条目替换显示；不改动任何文件"
    ),
    "Step": "步进",
    "1: the next newer one; -1: the next older one": "1：下一个较新的；-1：下一个较旧的",
    "Show Take": "显示条目",
    "Show this take on the timeline and behind the shot's camera, in place of the one there": (
        "在时间线和镜头相机中显示此条目，替换当前条目"
    ),
    "Review Take": "评价条目",
    "Give this take a star, and write down what you think of it; it stays beside the frames": (
        "给此条目加星并写下评价；保存在帧旁边"
    ),
    "Star": "星标",
    "One of those to keep": "值得保留",
    "Note": "备注",
    "What you think of it": "您的评价",
    "Compare": "比较",
    "Compare Takes": "比较条目",
    "Hold the chosen take against the one that the timeline shows; your own strips stay as they are": (
        "将所选条目与时间线上的条目比较；您自己的片段不受影响"
    ),
    "How": "方式",
    "Wipe": "划像",
    "Side by Side": "并排",
    "The shown take left of a line, the chosen one right of it": "分界线左侧为显示的条目，右侧为所选条目",
    "Both, half as large": "两者并排，各缩小一半",
    "Left of it the take that is shown, right of it the one that it is compared with": (
        "左侧为显示的条目，右侧为与之比较的条目"
    ),
    "Stop Comparing": "停止比较",
    "Take the strips off the timeline that only compare": "移除时间线上仅用于比较的片段",
    "Restore Settings": "恢复设置",
    "Set look, prompt, seed, engine, size and world as they were when this take was made": (
        "把外观、提示词、种子、引擎、尺寸和世界恢复为生成此条目时的设置"
    ),
    "There is no take of this shot yet: press Generate": "此镜头还没有条目：请按“生成”",
    "Choose a take first": "请先选择条目",
    "Choose a take of the list first": "请先在列表中选择条目",
    "No take of this shot is on the timeline: show one first": "时间线上没有此镜头的条目：请先显示一个",
    "This take is the one that is shown: choose another to compare with": "此条目正在显示：请选择另一个进行比较",
    "This take has no file that says what it was made with": "此条目没有记录生成设置的文件",
    # Preferences
    "Address": "地址",
    "Of a backend on another machine, as host:port. Empty: the one on this machine": (
        "另一台机器上后端的地址（主机:端口）。空：本机的后端"
    ),
    "Token": "令牌",
    "From the file `token` in the backend's data folder. Empty: read it there, on this machine": (
        "来自后端数据文件夹中的 `token` 文件。空：在本机自动读取"
    ),
    "Data Folder": "数据文件夹",
    "Of the backend on this machine. Empty: the usual one": "本机后端的数据文件夹。空：默认位置",
    "Python": "Python",
    "That the backend is installed in. Empty: Blender's own": "安装了后端的 Python。空：Blender 自带的",
    "Start the Backend for Me": "自动启动后端",
    "When a take is asked for and none runs": "请求条目而没有后端运行时",
    "Release GPU for Renders": "渲染时释放 GPU",
    "Before Cycles renders on the GPU, ask an idle backend to give its GPU memory back": (
        "Cycles 使用 GPU 渲染前，让空闲的后端释放显存"
    ),
    "Stop It with Blender": "随 Blender 停止",
    "Ends the backend that this Blender started; takes then wait": "结束由此 Blender 启动的后端；条目会等待",
}
"""English -> Chinese."""


def chinese() -> dict[str, str]:
    """What is translated."""
    return dict(_SIMPLIFIED)


def register() -> None:
    table = {(context, text): said for context in _CONTEXTS for text, said in _SIMPLIFIED.items()}
    bpy.app.translations.register(__package__, {_LOCALE: table})


def unregister() -> None:
    bpy.app.translations.unregister(__package__)
