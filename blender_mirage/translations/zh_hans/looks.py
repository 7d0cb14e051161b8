"""Looks and prompts."""

SIMPLIFIED_CHINESE = {
    "Look": "外观",
    "Image": "图像",
    "Prompt Only": "仅提示词",
    "A render, concept frame, photo or paint-over of the set, seen through the camera": (
        "从摄像机看到的渲染图、概念图、照片或改绘"
    ),
    "No picture, words only": "没有图片，只用文字",
    "Look Image": "外观图像",
    "Picture that shows how the set should look": "显示布景应有样子的图片",
    "Look Frame": "外观所在帧",
    "Frame that the look image shows (-1: the first frame of the first shot)": "外观显示的帧（-1：第一个镜头的第一帧）",
    "Look Camera": "外观摄像机",
    "Camera that the look image was seen through (empty: the shot's camera)": "外观的摄像机（空：镜头的摄像机）",
    "Render With": "渲染引擎",
    "Cycles": "Cycles",
    "EEVEE": "EEVEE",
    "Viewport": "视图",
    "Path-traced; needs no GPU": "路径追踪；不需要 GPU",
    "Fast; needs a GPU": "快速；需要 GPU",
    "The 3D View's own shading": "3D 视图自身的着色",
    "Look Samples": "外观采样",
    "Render samples of Render Look in Cycles and EEVEE": "渲染外观时 Cycles 和 EEVEE 的采样数",
    "Render Look": "渲染外观",
    (
        "Render the current frame through the scene's camera and use it as the look. Cycles and EEVEE render "
        "in a second Blender while you keep working"
    ): ("从场景摄像机渲染当前帧并用作外观。Cycles 和 EEVEE 在另一个 Blender 中渲染，您可以继续工作"),
    "The scene has no camera: add one first": "场景没有摄像机：请先添加",
    "Look Strength": "外观强度",
    ("How closely surfaces that no look shows follow it. At 0 the prompt and the colors of the set decide"): (
        "没有外观显示的表面在多大程度上跟随外观。为 0 时由提示词和布景的颜色决定"
    ),
    "Prompt": "提示词",
    "Words": "词汇",
    "Add Word": "添加词语",
    "Add this word to the end of the prompt": "把这个词加到提示词末尾",
    "The look in words": "用文字描述的外观",
    "Looks in This World": "此世界的外观",
    "Add Look": "添加外观",
    (
        "Add the look image to the world, as seen through its camera at its frame. A world can have several "
        "looks; where two show the same place, the newer one is used"
    ): ("把外观图像按其摄像机和帧加入世界。一个世界可以有多个外观；同一处以较新的为准"),
    "There is no look image: choose one or press Render Look": "没有外观图像：请选择一张或点击“渲染外观”",
    "Paint-over": "改绘",
    "Copy of a take's frame to paint on": "用于绘制的镜次帧副本",
    "Paint Over This Frame": "改绘此帧",
    (
        "Copy the frame under the playhead to paint on, here or in any other program. The take itself is not changed"
    ): "复制播放头处的帧用于绘制，可在此处或其他程序中绘制。镜次本身不变",
    "There is no take on the timeline: generate one first": "时间线上没有镜次：请先生成",
    "Use Paint-over": "使用改绘",
    (
        "Apply the painted changes to the world, on the surfaces they lie on and nowhere else. Update "
        "Changed Shots then remakes the frames that show them"
    ): ("把绘制的修改应用到世界中对应的表面上，其余不变。之后用“更新有变化的镜头”重新生成相关的帧"),
    "There is no paint-over yet: press Paint Over This Frame first": "还没有可绘制的内容：请先点击“改绘此帧”",
}
