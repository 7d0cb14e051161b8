"""The preferences."""

SIMPLIFIED_CHINESE = {
    "Address": "地址",
    "Token": "令牌",
    "Data Folder": "数据文件夹",
    "Python": "Python",
    "Start the Backend for Me": "自动启动后端",
    "Start the backend by itself when a take needs it": "需要生成镜次而后端未运行时自动启动它",
    "Release GPU for Renders": "渲染时释放 GPU",
    "Free the idle backend's GPU memory before Cycles renders on the GPU": (
        "Cycles 使用 GPU 渲染前，释放空闲后端占用的显存"
    ),
    "Stop the Backend with Blender": "随 Blender 停止后端",
    ("Stop the backend that this Blender started when Blender quits. Its unfinished takes go on at the next start"): (
        "退出 Blender 时停止由它启动的后端。未完成的镜次会在下次启动时继续"
    ),
}
