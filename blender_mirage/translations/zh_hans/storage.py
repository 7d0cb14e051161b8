"""What the backend keeps on its disk: worlds, takes, surveys, uploads."""

SENTENCES = {
    "There was no room to write {path} ({reason:o}).": "没有空间写入 {path}（{reason}）。",
    "Free space on that disk (delete worlds or takes that you no longer need), then try again.": (
        "请在该磁盘上腾出空间（删除不再需要的世界或镜次），然后重试。"
    ),
    "{path} cannot be written ({reason}).": "无法写入 {path}（{reason}）。",
    "Give this user the right to write there, or choose another folder with --data-dir.": (
        "请给此用户写入权限，或用 --data-dir 选择另一个文件夹。"
    ),
    "The data folder {path} is in use by {holder:o}.": "数据文件夹 {path} 正被{holder}使用。",
    "another process that is just starting": "另一个刚启动的进程",
    "a backend": "后端",
    "{holder:o} (process {number:n})": "{holder}（进程 {number}）",
    "Use that backend, stop it first, or choose another folder with --data-dir.": (
        "请使用那个后端、先停止它，或用 --data-dir 选择另一个文件夹。"
    ),
    "The file {path} is damaged ({error}).": "文件 {path} 已损坏（{error}）。",
    "The file {path} is not there.": "文件 {path} 不存在。",
    "Restore it from a backup.": "请从备份恢复。",
    "Restore it from a backup, or revert the take that wrote it.": "请从备份恢复，或撤回写入它的镜次。",
    "{path} is from a newer Blender Mirage: it has {newest}, this one ({version}) ends at {known}.": (
        "{path} 来自更新的 Blender Mirage：它有 {newest}，而此版本（{version}）到 {known} 为止。"
    ),
    "Update the inference backend, then open it again.": "请更新推理后端，然后再次打开。",
    "Another process has held {path} for more than {seconds:n} seconds.": "另一个进程占用 {path} 已超过 {seconds} 秒。",
    "Wait until it has finished, then try again.": "请等它完成，然后重试。",
    # worlds
    "A world's name has 1 to {most:n} printable characters, got {name:r}.": (
        "世界名称须有 1 到 {most} 个可打印字符，收到 {name}。"
    ),
    "Choose another name.": "请选择另一个名称。",
    "There is no world {world}.": "没有世界 {world}。",
    "Choose one of the list, or create a new world.": "请从列表中选择，或新建世界。",
    "The world {world} has no look {look}.": "世界 {world} 没有外观 {look}。",
    "Add the look once more.": "请重新添加外观。",
    "The world {world} has no take or look {take}.": "世界 {world} 没有镜次或外观 {take}。",
    "Choose one of the world's history.": "请从世界的历史中选择。",
    "The world {world} remembers no object {name:r}.": "世界 {world} 没有关于物体 {name} 的记忆。",
    "Choose one of its list of objects.": "请从其物体列表中选择。",
    "Exactly one of anchor, box, take and everything can be forgotten at once, got {count:n}.": (
        "锚点、区域、镜次和全部，一次只能遗忘一种，收到 {count} 种。"
    ),
    "Send one request for each.": "请分别发送请求。",
    "A box needs the greybox: it tells where the objects stand.": "区域需要布景：它说明物体的位置。",
    "The box from {first} to {last} holds nothing.": "从 {first} 到 {last} 的区域是空的。",
    "Its lowest corner comes first, then its highest, each x, y, z in metres.": (
        "先写最低的角，再写最高的角，各为以米为单位的 x、y、z。"
    ),
    "A world's memory budget is 1 to {most:n} MiB, got {value}.": "世界的记忆预算为 1 到 {most} MiB，收到 {value}。",
    "512 is a good number.": "512 是合适的值。",
    "The take {take} is already part of the world.": "镜次 {take} 已是世界的一部分。",
    "Discard it before it is made again.": "重新生成之前请先丢弃它。",
    "The take {take} is {state:t} already.": "镜次 {take} 已处于此状态：{state}。",
    "live": "有效",
    "reverted": "已撤回",
    "Ask for the world's history again.": "请重新查询世界的历史。",
    "The take {take} has no tokens in the world {world}.": "镜次 {take} 在世界 {world} 中没有记忆单元。",
    "It was forgotten, never finished, or made in another world.": "它已被遗忘、从未完成，或在另一个世界中生成。",
    # takes and surveys
    "There is no take {take}.": "没有镜次 {take}。",
    "The take {take} is not of this world.": "镜次 {take} 不属于此世界。",
    "Choose the world that it was made in.": "请选择生成它的世界。",
    "The take {take} has no frame {index:n}.": "镜次 {take} 没有第 {index} 个帧。",
    "Frames are counted from 0.": "帧从 0 开始计数。",
    "Frame {index:n} of the take {take} is not finished.": "镜次 {take} 的第 {index} 个帧尚未完成。",
    "Wait for its event, then ask again.": "请等待其事件，然后重新查询。",
    "Frame {index:n} of the take {take} is not there.": "镜次 {take} 的第 {index} 个帧不存在。",
    "Make it again.": "请重新生成。",
    "Make the take again.": "请重新生成该镜次。",
    "There is no survey {survey}.": "没有覆盖查看 {survey}。",
    "The survey {survey} is not finished.": "覆盖查看 {survey} 尚未完成。",
    "Wait for the end of its job, then ask again.": "请等待其任务结束，然后重新查询。",
    "The survey {survey} has no picture of frame {index:n}.": "覆盖查看 {survey} 没有第 {index} 个帧的图片。",
    "Wait for its event, or ask for a survey with pictures.": "请等待其事件，或请求带图片的覆盖查看。",
    "The survey {survey} has no frame {index:n}.": "覆盖查看 {survey} 没有第 {index} 个帧。",
    "Only the newest {count:n} are kept; survey the shot once more.": (
        "只保留最新的 {count} 个；请重新查看该镜头的覆盖。"
    ),
    "Make the survey again.": "请重新查看覆盖。",
    "{text:r} is not the id of a {what:o}.": "{text} 不是{what}的标识。",
    "world": "世界",
    "seed view": "外观",
    "An id has 32 hexadecimal digits.": "标识为 32 位十六进制数。",
    "{text:r} is not a content hash.": "{text} 不是内容哈希。",
    "It has 32 hexadecimal digits of blake2b.": "它是 32 位十六进制的 blake2b。",
    "Send it with PUT /v1/meshes/{hash}, then try again.": "请用 PUT /v1/meshes/{hash} 发送，然后重试。",
    # uploads
    "An upload has 1 to {most:n} bytes, got {length:n}.": "上传须有 1 到 {most} 字节，收到 {length}。",
    "{count:n} bytes of uploads, and {room:n} allowed": "上传共 {count} 字节，允许 {room} 字节",
    "{count:n} bytes to come": "还有 {count} 字节要上传",
    "{arrived:n} bytes of {name} are here, not {offset:n}.": "已收到 {name} 的 {arrived} 字节，不是 {offset}。",
    "Ask again, and go on there.": "请重新查询，并从那里继续。",
    "The upload {name} goes on over another connection.": "上传 {name} 正在另一个连接上进行。",
    "Ask again.": "请重新查询。",
    "More came than the {length:n} bytes of {name}.": "收到的超过 {name} 的 {length} 字节。",
    "Send it again.": "请重新发送。",
    "The upload {name} is not here.": "上传 {name} 不在此处。",
    "The upload {name} arrived damaged.": "上传 {name} 到达时已损坏。",
    "anchor {number:n}": "锚点 {number}",
}
