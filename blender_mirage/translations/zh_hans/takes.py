"""Takes."""

SIMPLIFIED_CHINESE = {
    "F12 Renders": "F12 渲染",
    "What F12 and Render Animation give: the scene as before the first take, or the timeline with the takes on it "
    "(Sequencer, under Post Processing in the Output properties)": (
        "F12 和“渲染动画”得到什么：如第一个条目之前的场景，或带条目的时间线（即输出属性中“后期处理”下的“序列编辑器”）"
    ),
    "The scene through its camera": "场景摄像机所见的场景",
    "Timeline": "时间线",
    "The timeline, with the takes on it": "带有条目的时间线",
    "Render the Scene": "渲染场景",
    "Takes": "条目",
    "This shot has no take yet": "此镜头还没有条目",
    "One version of the chosen shot": "所选镜头的一个版本",
    "Opacity over Camera": "摄像机叠加不透明度",
    "Swap Take": "切换条目",
    "Step": "步进",
    "1: the next newer one; -1: the next older one": "1：下一个较新的；-1：下一个较旧的",
    "Show Take": "显示条目",
    "Show this take on the timeline and behind the shot's camera, in place of the one there": (
        "在时间线和镜头摄像机中显示此条目，替换当前条目"
    ),
    "Review Take": "评价条目",
    "Give this take a star, and write down what you think of it; it stays beside the frames": (
        "给此条目加星并写下评价；保存在帧旁边"
    ),
    "Star": "星标",
    "One of those to keep": "值得保留",
    "Note": "备注",
    "What you think of it": "您的评价",
    "Compare": "比较",
    "Compare Takes": "比较条目",
    "Compare the chosen take with the one on the timeline; your own strips stay as they are": (
        "将所选条目与时间线上的条目比较；您自己的片段不受影响"
    ),
    "How": "方式",
    "Wipe": "擦除",
    "Side by Side": "并排",
    "The shown take left of a line, the chosen one right of it": "分界线左侧为显示的条目，右侧为所选条目",
    "Both, half as large": "两者并排，各缩小一半",
    "Left of it the take that is shown, right of it the one that it is compared with": (
        "左侧为显示的条目，右侧为与之比较的条目"
    ),
    "Stop Comparing": "停止比较",
    "Take the strips off the timeline that only compare": "移除时间线上仅用于比较的片段",
    "Restore Settings": "恢复设置",
    "Set look, prompt, seed, engine, size and world as they were when this take was made": (
        "把外观、提示词、随机种、引擎、尺寸和世界恢复为生成此条目时的设置"
    ),
    "There is no take of this shot yet: press Generate": "此镜头还没有条目：请点击“生成”",
    "Choose a take first": "请先选择条目",
    "Choose a take of the list first": "请先在列表中选择条目",
    "No take of this shot is on the timeline: show one first": "时间线上没有此镜头的条目：请先显示一个",
    "This take is the one that is shown: choose another to compare with": "此条目正在显示：请选择另一个进行比较",
    "This take has no file that says what it was made with": "此条目没有记录生成设置的文件",
}
