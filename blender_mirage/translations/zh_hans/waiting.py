"""The line of what was asked for while something else runs."""

SIMPLIFIED_CHINESE = {
    "Take Out": "移出",
    "Take this out of the line; what runs now goes on": "将其移出队列；正在进行的任务继续",
    "Place": "位置",
    "In the line, from 0": "在队列中的位置，从 0 开始",
}

SENTENCES = {
    "Next: {what:t}": "接下来：{what}",
    "{what:t} comes next, after what runs now": "{what}：将在当前任务之后进行",
    "{what:t} waits already.": "{what}：已在队列中。",
    "It will be made with the settings of when its turn comes.": "轮到它时，会使用届时的设置。",
    "{what:t} was not begun: the scene {scene:r} was deleted.": "{what}：没有开始，场景 {scene} 已被删除。",
    "{what:t} was taken out of the line: its look was not rendered.": "{what}：已移出队列，因为它的外观没有渲染出来。",
    # what waits
    "Generate": "生成",
    "Generate All": "生成全部",
    "Generate Shot {shot}": "生成镜头 {shot}",
    "Update Changed Shots": "更新有变化的镜头",
    "Coverage of This Shot": "此镜头的覆盖",
    "Check Before Generating": "生成前检查",
    "Add Look": "添加外观",
    "Use Paint-over": "使用改绘",
    "Render Look": "渲染外观",
    "New World {name}": "新建世界 {name}",
    "Use World {name}": "使用世界 {name}",
    "Hide {commit}, {when:t}": "隐藏 {commit}，{when}",
    "Unhide {commit}, {when:t}": "取消隐藏 {commit}，{when}",
    "Delete {commit}, {when:t}": "删除 {commit}，{when}",
    "Delete {thing}": "删除 {thing}",
}
