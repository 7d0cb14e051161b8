"""The preferences."""

SIMPLIFIED_CHINESE = {
    "Address": "地址",
    "Token": "令牌",
    "Data Folder": "数据文件夹",
    "Python": "Python",
    "Start the Backend for Me": "自动启动后端",
    "Start it when a take is asked for and none runs": "请求条目而没有后端运行时启动它",
    "Release GPU for Renders": "渲染时释放 GPU",
    "Before Cycles renders on the GPU, ask an idle backend to give its GPU memory back": (
        "Cycles 使用 GPU 渲染前，让空闲的后端释放显存"
    ),
    "Stop the Backend with Blender": "随 Blender 停止后端",
    "End the backend that this Blender started; its takes wait until the next start": (
        "结束由此 Blender 启动的后端；条目会等到下次启动"
    ),
}
