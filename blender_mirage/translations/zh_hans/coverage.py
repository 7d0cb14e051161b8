"""The coating of coverage over the set."""

SIMPLIFIED_CHINESE = {
    "Coverage Overlay": "覆盖叠加",
    (
        "Tint the set in the 3D Viewport by what the world knows of each surface at the detail that the "
        "scene's camera needs: known, partly known or unknown. It follows your edits; the file is not changed"
    ): (
        "在 3D 视图中按世界对各表面的了解程度着色：已知、部分已知或未知，精细程度以场景摄像机所需为准。"
        "它会跟随您的修改；文件保持不变"
    ),
    "Overlay Opacity": "叠加不透明度",
    "How strongly the surfaces are tinted": "表面着色的强度",
    "Unseen Only": "仅未看到的部分",
    "Tint only the surfaces that the world has not seen": "仅为世界未看到的表面着色",
    "Known": "已知",
    "Partly": "部分",
    "Unknown": "未知",
}
SENTENCES = {
    "Reading the set": "正在读取布景",
    "Waiting for the running job to end": "正在等待任务结束",
    "Coverage needs a camera: add one": "覆盖需要摄像机：请添加一个",
    "No object in the scene renders": "没有可渲染的网格",
    "New areas: {share:t} of this frame": "新区域：占此帧的 {share:t}",
    "The backend told of {count:n} surfaces, and where {places:n} are.": (
        "后端报告了 {count:n} 个表面，但给出了 {places:n} 个的位置。"
    ),
}
