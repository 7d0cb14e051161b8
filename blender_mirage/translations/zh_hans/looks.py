"""Looks and prompts."""

SIMPLIFIED_CHINESE = {
    "Look": "外观",
    "Image": "图像",
    "Prompt Only": "仅提示词",
    "A render, concept frame, photo or paint-over, seen through the camera": "从摄像机看到的渲染图、概念图、照片或改绘",
    "No picture: the words alone": "没有图片：只用文字",
    "Look Image": "外观图像",
    "The picture of the look": "外观的图片",
    "Look Frame": "外观所在帧",
    "Frame that the look shows (-1: the first frame of the first shot)": "外观显示的帧（-1：第一个镜头的第一帧）",
    "Look Camera": "外观摄像机",
    "Camera that the look is seen through (empty: the shot's)": "外观的摄像机（空：镜头的摄像机）",
    "Render With": "渲染引擎",
    "Cycles": "Cycles",
    "EEVEE": "EEVEE",
    "Viewport": "视图",
    "Path-traced; needs no GPU": "路径追踪；不需要 GPU",
    "Fast; needs a GPU": "快速；需要 GPU",
    "The 3D View's own shading": "3D 视图自身的着色",
    "Look Samples": "外观采样",
    "Samples that Cycles and EEVEE take for Render Look": "渲染外观时 Cycles 和 EEVEE 的采样数",
    "Render Look": "渲染外观",
    "Render the current frame as the scene's camera sees it: the look. Cycles and EEVEE render in a second Blender "
    "while you work on; Viewport takes as long as this window takes to draw itself once": (
        "渲染场景摄像机看到的当前帧作为外观。Cycles 和 EEVEE 在另一个 Blender 中渲染，您可以继续工作；"
        "视图渲染只占用本窗口绘制一次的时间"
    ),
    "The scene has no camera: add one first": "场景没有摄像机：请先添加",
    "Strength": "强度",
    "How closely surfaces that no picture shows follow the look; at 0 the prompt and the set decide": (
        "没有图片显示的表面在多大程度上跟随外观；为 0 时由提示词和布景决定"
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
        "把外观图像按其摄像机和帧写入世界。一个世界可以有多个外观；同一处以较新的为准"
    ),
    "There is no look image: choose one or press Render Look": "没有外观图像：请选择一张或点击“渲染外观”",
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
    "Nothing was painted on yet: press Paint Over This Frame first": "还没有可绘制的内容：请先点击“改绘此帧”",
}
