"""What goes on: the backend, the running take."""

SIMPLIFIED_CHINESE = {
    "Mirage": "Mirage",
    "Take": "镜次",
    "Settings": "设置",
    "Start Backend": "启动后端",
    "Connect to the backend, or start it on this machine, and list its worlds": (
        "连接后端，或在本机启动它，并列出其中的世界"
    ),
    "Cancel": "取消",
    "Stop what is running. Finished frames are kept": "停止正在进行的工作。已完成的帧会保留",
    "Release GPU": "释放 GPU",
    "Free the backend's GPU memory. The next take loads the model again": (
        "释放后端占用的显存。下一镜次会重新加载模型"
    ),
    "Something is still running: wait for it or cancel it first": "仍有工作在进行：请等待完成或先取消",
    "Something is still running: cancel it first": "仍有工作在进行：请先取消",
    "Already cancelling: finished frames are kept": "正在取消：已完成的帧会保留",
    "Nothing is running": "没有正在进行的工作",
    "No backend is connected, so none holds GPU memory": "未连接后端，因此没有占用显存",
    "Fetch Takes": "取回镜次",
    "Fetch takes that the backend finished while this file was closed": ("取回本文件关闭期间后端完成的镜次"),
    "Build Demo Set": "建立演示场景",
}
