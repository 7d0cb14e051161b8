"""What goes on: the backend, the running take."""

SIMPLIFIED_CHINESE = {
    "Mirage": "Mirage",
    "Take": "条目",
    "Settings": "设置",
    "Start Backend": "启动后端",
    "Find the inference backend, or start it on this machine, and list its worlds": (
        "查找推理后端，或在本机启动它，并列出其中的世界"
    ),
    "Cancel": "取消",
    "Stop the take that is being made; its finished frames stay": "停止正在生成的条目；已完成的帧会保留",
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
    "Fetch the takes that the backend finished while this file was closed": ("取回本文件关闭期间后端完成的条目"),
    "Build Demo Set": "建立演示场景",
}
