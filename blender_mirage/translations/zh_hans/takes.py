"""Takes."""

SIMPLIFIED_CHINESE = {
    "F12 Renders": "F12 渲染",
    "What F12 and Render Animation give: the scene as before the first take, or the timeline with the takes on it "
    "(Sequencer, under Post Processing in the Output properties)": (
        "F12 和“渲染动画”得到什么：如第一个镜次之前的场景，或带镜次的时间线（即输出属性中“后期处理”下的“序列编辑器”）"
    ),
    "The scene through its camera": "场景摄像机所见的场景",
    "Timeline": "时间线",
    "The timeline, with the takes on it": "带有镜次的时间线",
    "Render the Scene": "渲染场景",
    "Takes": "镜次",
    "No takes of this shot yet": "此镜头还没有镜次",
    "One version of the selected shot": "所选镜头的一个版本",
    "Take Opacity": "镜次不透明度",
    "Swap Take": "切换镜次",
    "Step": "步进",
    "1: the next newer one; -1: the next older one": "1：下一个较新的；-1：下一个较旧的",
    "Show Take": "显示镜次",
    "Show this take on the timeline and in the camera view": ("在时间线和摄像机视图中显示此镜次"),
    "Review Take": "评价镜次",
    "Star this take and add a note. Both are saved beside its frames": ("为此镜次加星标并添加备注。两者都保存在帧旁边"),
    "Star": "星标",
    "A take worth keeping": "值得保留",
    "Note": "备注",
    "Your note on this take": "您的评价",
    "Compare": "比较",
    "Compare Takes": "比较镜次",
    "Compare the selected take with the one on the timeline. Your own strips are not changed": (
        "将所选镜次与时间线上的镜次比较；您自己的片段不受影响"
    ),
    "How": "方式",
    "Wipe": "擦除",
    "Side by Side": "并排",
    "The visible take on the left of a line, the selected one on the right": "分界线左侧为显示的镜次，右侧为所选镜次",
    "Both takes at half size": "两者并排，各缩小一半",
    "Position of the line between the visible take (left) and the selected one (right)": (
        "分界线的位置：左侧为正在显示的镜次，右侧为所选镜次"
    ),
    "Stop Comparing": "停止比较",
    "Remove the comparison strips from the timeline": "移除时间线上仅用于比较的片段",
    "Restore Settings": "恢复设置",
    "Set look, prompt, seed, engine, size and world back to what this take was made with": (
        "把外观、提示词、随机种、引擎、尺寸和世界恢复为生成此镜次时的设置"
    ),
    "No takes of this shot yet: press Generate": "此镜头还没有镜次：请点击“生成”",
    "Select a take first": "请先选择镜次",
    "Select a take in the list first": "请先在列表中选择镜次",
    "No take of this shot is on the timeline yet: show one first": "时间线上没有此镜头的镜次：请先显示一个",
    "This take is the visible one: select another to compare with it": "此镜次正在显示：请选择另一个进行比较",
    "The settings of this take were not saved": "此镜次没有保存生成设置",
}
