"""The live look."""

SIMPLIFIED_CHINESE = {
    "Live Look": "实时外观",
    "Mirage Live Look": "Mirage 实时外观",
    "Draw the engine's frame over the camera's view while the camera and the set move. Nothing is written:"
    " neither into the file nor into the world": (
        "在摄像机和布景移动时，把引擎生成的画面叠加在摄像机视图上。不写入任何内容：既不写入文件，也不写入世界"
    ),
    "Opacity": "不透明度",
    "Of the engine's frame over the greybox": "引擎画面叠加在灰盒上的不透明度",
    "Size": "尺寸",
    "Auto": "自动",
    "Small": "小",
    "Full": "完整",
    "Small while something moves, as large as a take when nothing does": "移动时较小，静止时与条目一样大",
    "Always small: quick": "始终较小：速度快",
    "Always as large as a take": "始终与条目一样大",
}

SENTENCES = {
    "Live at {rate:n} frames/s, {width:n} x {height:n}": "实时 {rate} 帧/秒，{width} x {height}",
    "Live, {width:n} x {height:n}": "实时，{width} x {height}",
    "Seen {seen:n} %, partly {partly:n} %, never {never:n} %": ("已见 {seen}%，部分 {partly}%，从未见过 {never}%"),
    "No world yet: generate a take or add a look first": "还没有世界：请先生成条目或添加外观",
    "Look through the camera (Numpad 0): the live look lies over its view": (
        "请进入摄像机视图（小键盘 0）：实时外观叠加在其上"
    ),
    "Orthographic views have no lens: look through a camera (Numpad 0)": (
        "正交视图没有焦距：请进入摄像机视图（小键盘 0）"
    ),
    "The camera's frame does not lie in front of it.": "摄像机的画面不在其前方。",
    "Check its lens and its sensor.": "请检查其焦距和传感器。",
    "{name:r} has a transform that is not a finite number.": "{name} 的变换不是有限的数值。",
    "{instance:r} has a vertex that is not a finite number.": "{instance} 有顶点不是有限的数值。",
    "Check its modifiers and drivers.": "请检查其修改器和驱动器。",
    "Waiting: Blender is rendering": "等待：Blender 正在渲染",
    "Waiting: a take is being made": "等待：正在生成条目",
    "Reading the set": "正在读取布景",
    "There is no mesh that renders": "没有可渲染的网格",
    "Connecting to the backend": "正在连接后端",
    "Preparing the first frame": "正在准备第一帧",
    "Waiting for the first frame": "等待第一帧",
}
