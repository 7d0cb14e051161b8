"""The preferences."""

SIMPLIFIED_CHINESE = {
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
