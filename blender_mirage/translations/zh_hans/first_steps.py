"""The first screen: what leads on from it, and the rows that stay where they are."""

SIMPLIFIED_CHINESE = {
    "Connect": "连接",
    "Allow Online Access": "允许联机访问",
    "Blender may go online from now on": "从现在起 Blender 可以联机",
    "Comes Next": "接下来",
    "Notes": "提示",
    "No note": "没有提示",
    "Ready": "就绪",
    (
        "Build a small corridor with props and two shots in a scene of its own, seen through its first camera. Where "
        "the file has one already, go to it"
    ): "在单独的场景中建立一条带道具和两个镜头的小走廊，并从第一个摄像机观看。文件中已有时，转到它",
    "A camera over a range of frames. Choosing it goes to its first frame and looks through its camera": (
        "一个摄像机和一段帧。选择后会转到它的第一帧，并从它的摄像机观看"
    ),
    (
        "Show the take above or below in the list in place of the one that is seen, on the timeline and over the "
        "camera's view; the eye in the list goes with it. No file is touched"
    ): "在时间线和摄像机视图上，用列表中上方或下方的镜次替换正在显示的镜次；列表中的眼睛随之移动。不改动任何文件",
}

SENTENCES = {
    "Allow Online Access and Set Up": "允许联机访问并安装",
    (
        "The pictures are made by the backend, a program beside Blender. It is not on this machine yet: setting it up "
        "takes a few minutes, once."
    ): "画面由后端生成，它是 Blender 之外的一个程序。本机上还没有：安装只需一次，需要几分钟。",
    "It is downloaded: 0.3 GB, with an NVIDIA GPU 2.9 GB. Blender's online access is off.": (
        "需要下载 0.3 GB，使用 NVIDIA GPU 时为 2.9 GB。Blender 的联机访问已关闭。"
    ),
    "Blender was started in offline mode.": "Blender 以离线模式启动。",
    "Start it without --offline-mode.": "启动时请不要使用 --offline-mode。",
    "Blender was started in offline mode. Start it without --offline-mode.": (
        "Blender 以离线模式启动。启动时请不要使用 --offline-mode。"
    ),
    "pip has to download packages, and Blender may not go online.": "pip 需要下载软件包，而 Blender 不允许联机。",
    "Enable Allow Online Access in Preferences > System first.": "请先在“偏好设置 > 系统”中启用“允许联机访问”。",
    "The demo set is there already, in the scene {scene:r}": "演示布景已存在，位于场景 {scene}",
    "Checked: no problem": "已检查：没有问题",
    "Checked: see Check": "已检查：请看“检查”",
    "Nothing to make": "没有要生成的内容",
    "{count:n} notes": "{count} 条提示",
    "It shows in the Sequencer's preview; camera views go on showing the take": (
        "显示在序列编辑器的预览中；摄像机视图仍显示镜次"
    ),
}
