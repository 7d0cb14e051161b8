"""The coating of coverage over the set."""

SIMPLIFIED_CHINESE = {
    "Coverage Overlay": "覆盖叠加",
    "Coat the surfaces of the set in the 3D View with what its world has seen of them, partly seen or never seen, as "
    "closely as the scene's camera would show them. It follows the set, the camera and the world; the file stays as it "
    "is": (
        "在 3D 视图中为布景的表面着色，显示世界对它们是已看到、部分看到还是从未看到，精细程度以场景摄像机所见为准。"
        "它会跟随布景、摄像机和世界；文件保持不变"
    ),
    "Overlay Opacity": "叠加不透明度",
    "How strongly the set is coated": "布景着色的强度",
    "Only What Is Not Seen": "仅显示未看到的部分",
    "Leave surfaces bare that the world has seen": "世界已看到的表面不着色",
    "Seen": "已看到",
    "Partly": "部分看到",
    "Never": "从未看到",
}
SENTENCES = {
    "Reading the set": "正在读取布景",
    "Waiting for the end of the job": "正在等待任务结束",
    "There is no camera that the coverage could be judged for: add one": "没有可供判断覆盖的摄像机：请添加一个",
    "There is no mesh that renders": "没有可渲染的网格",
    "Unseen space: {share:t} of this frame": "未见空间：占此帧的 {share:t}",
    "The backend told of {count:n} surfaces, and where {places:n} are.": (
        "后端报告了 {count:n} 个表面，但给出了 {places:n} 个的位置。"
    ),
}
