"""The live look."""

SIMPLIFIED_CHINESE = {
    "Live Look": "实时外观",
    "Mirage Live Look": "Mirage 实时外观",
    (
        "Show the look over the camera view while you move the camera and the set. Neither the file nor the "
        "world is changed"
    ): ("在您移动摄像机和布景时，把外观显示在摄像机视图上。文件和世界都不会改变"),
    "Opacity": "不透明度",
    "Opacity of the live look over the set": "实时外观叠加在布景上的不透明度",
    "Size": "尺寸",
    "Auto": "自动",
    "Small": "小",
    "Full": "完整",
    "Small while something moves, full size when nothing does": "移动时较小，静止时与镜次一样大",
    "Always small, for speed": "始终较小：速度快",
    "Always the full size of a take": "始终与镜次一样大",
}

SENTENCES = {
    "Live at {rate:n} frames/s, {width:n} x {height:n}": "实时 {rate} 帧/秒，{width} x {height}",
    "Live, {width:n} x {height:n}": "实时，{width} x {height}",
    "Known {seen:n} %, partly {partly:n} %, unknown {never:n} %": "已知 {seen}%，部分 {partly}%，未知 {never}%",
    "No world yet: generate a take or add a look first": "还没有世界：请先生成镜次或添加外观",
    "Look through the camera (Numpad 0) to see the live look": ("请进入摄像机视图（小键盘 0）以查看实时外观"),
    "The live look needs a camera view: press Numpad 0": ("实时外观需要摄像机视图：请按小键盘 0"),
    "The camera sees nothing in front of it.": "摄像机的画面不在其前方。",
    "Check its lens and its sensor.": "请检查其焦距和传感器。",
    "{name:r} has a transform that is not a finite number.": "{name} 的变换不是有限的数值。",
    "{instance:r} has a vertex that is not a finite number.": "{instance} 有顶点不是有限的数值。",
    "Check its modifiers and drivers.": "请检查其修改器和驱动器。",
    "Waiting: Blender is rendering": "等待：Blender 正在渲染",
    "Waiting: a take is being made": "等待：正在生成镜次",
    "Reading the set": "正在读取布景",
    "No object in the scene renders": "没有可渲染的网格",
    "Connecting to the backend": "正在连接后端",
    "Preparing the first frame": "正在准备第一帧",
    "Waiting for the first frame": "等待第一帧",
}
