"""What goes on and wrong while the backend makes a take: engines, jobs, the worker."""

SENTENCES = {
    # engines and their weights
    "The weights {name} are of another version of previz: {error}": "权重 {name} 属于另一版本的 previz：{error}",
    "Reinstall the backend, or train them again with `mirage train`.": "请重新安装后端，或用 `mirage train` 重新训练。",
    "The weights {name} are missing: reinstall the backend, or train them with `mirage train`.": (
        "缺少权重 {name}：请重新安装后端，或用 `mirage train` 训练。"
    ),
    "Choose one of: {names}.": "请从以下选择：{names}。",
    "The weights of the engine {name:r} are not at {path}.": "{path} 处没有引擎 {name} 的权重。",
    "Reinstall the backend, or train them with `mirage train`.": "请重新安装后端，或用 `mirage train` 训练。",
    "The device {device:r} can not be used by this torch.": "此 torch 无法使用设备 {device}。",
    "Start the backend with `--device auto`, or install a torch build for that device.": (
        "请用 `--device auto` 启动后端，或为该设备安装相应的 torch。"
    ),
    "Memory ran short: frames are made in tiles of {side:n} cells a side from here on, which is slower and looks the "
    "same.": "显存或内存不足：此后的帧按每边 {side} 格分块生成，较慢，但画面相同。",
    "Close other programs that use the GPU, or choose a lower resolution.": (
        "请关闭其他使用 GPU 的程序，或选择较低的分辨率。"
    ),
    "Loading the model": "正在加载模型",
    "Preparing the first frame": "正在准备第一帧",
    # takes
    "The take asks for the weights {wanted}, and the engine has {there}.": (
        "镜次要求权重 {wanted}，而引擎的是 {there}。"
    ),
    "Leave the weights empty to use those installed, or install the version that made the take.": (
        "请留空权重以使用已安装的，或安装生成该镜次的版本。"
    ),
    "{count:n} tokens of this world were left by other weights, and are not read.": (
        "此世界有 {count} 个记忆单元由其他权重写入，不会读取。"
    ),
    "Add the looks again, or install the version that made them: nothing of them is lost.": (
        "请重新添加外观，或安装写入它们的版本：内容没有丢失。"
    ),
    "The segment {name} of this world is not readable: {error}.": "无法读取此世界的片段 {name}：{error}。",
    "Revert that take, or restore the file from a backup.": "请撤回该镜次，或从备份恢复文件。",
    "No frame of the earlier take can be kept. {reason:o}": "先前镜次的帧都不能沿用。{reason}",
    "Regenerate with the take's own settings to make only what has changed.": (
        "请用该镜次自己的设置重新生成，只生成有变化的部分。"
    ),
    "It was made with another {what:t}.": "它是用不同的{what}生成的。",
    "size": "尺寸",
    "prompt": "提示词",
    "seed": "随机种",
    "engine": "引擎",
    "weights": "权重",
    "use of memory": "记忆选项",
    "number of steps": "步数",
    "strength of the look": "外观强度",
    "It belongs to another world.": "它属于另一个世界。",
    "It was not finished, or was made by an older version.": "它没有完成，或由较旧的版本生成。",
    # looks and paint-overs
    "The camera of the look {name:r} sees nothing of the set.": "外观 {name} 的摄像机看不到布景。",
    "Set the look's frame to one where the camera looks at the set, or send a depth with the picture.": (
        "请把外观所在帧设为摄像机看得到布景的帧，或随图片发送深度。"
    ),
    "The look is {width:n} x {height:n} pixels.": "外观是 {width} x {height} 像素。",
    "Give one of at least {width:n} x {height:n}.": "请提供至少 {width} x {height} 的图片。",
    "The look is not a picture that can be read ({error}).": "外观不是可读取的图片（{error}）。",
    "Choose a PNG, JPEG, WebP or TIFF file.": "请选择 PNG、JPEG、WebP 或 TIFF 文件。",
    "{share:n} of frame {frame:n} differ from the take's, so all of that is written.": (
        "第 {frame} 帧有 {share} 与镜次不同，因此全部写入。"
    ),
    "If you painted on less, save the picture as PNG, in its own size and colours.": (
        "如果您绘制的没有这么多，请按原尺寸和颜色另存为 PNG。"
    ),
    "What was painted on frame {frame:n} lies only along the outlines of things.": (
        "第 {frame} 帧上绘制的内容只在物体轮廓上。"
    ),
    "Paint broader than a few pixels.": "请画得比几个像素更宽。",
    "Frame {frame:n} of the take {take} is no longer on the backend.": "镜次 {take} 的第 {frame} 帧已不在后端上。",
    "Paint on a frame of a newer take.": "请在较新镜次的帧上绘制。",
    "The paint-over is the same picture as frame {frame:n} of the take.": "改绘与镜次的第 {frame} 帧完全相同。",
    "Paint on it, save it, and use it again.": "请在上面绘制并保存，然后再使用。",
    # views at once
    "The key of the set is not that of its content.": "布景的键与其内容不符。",
    "The engine does not have this set.": "引擎没有此布景。",
    "Send the set with the request.": "请随请求发送布景。",
    "The engine is at work on a job.": "引擎正在执行任务。",
    "It answers again when the job has ended.": "任务结束后它会再次应答。",
    "A take is being made.": "正在生成镜次。",
    "The engine answers again when it has ended.": "镜次完成后引擎会再次应答。",
    "The engine stopped before it answered.": "引擎在应答之前停止。",
    "Try again: it starts anew.": "请重试：它会重新启动。",
    "The engine did not answer within {seconds} seconds.": "引擎在 {seconds} 秒内没有应答。",
    "Try again in a moment.": "请稍后重试。",
    "The engine does not answer questions of the kind {kind:r}.": "引擎不回答 {kind} 类请求。",
    "Update it.": "请更新它。",
    "The backend is shutting down.": "后端正在关闭。",
    "Start it again.": "请重新启动它。",
    # jobs
    "The job was cancelled.": "任务已取消。",
    "The job was cancelled before it began.": "任务在开始前已取消。",
    "The backend was started again; the job waits for its turn.": "后端已重新启动；任务在排队。",
    "There is no job {job}.": "没有任务 {job}。",
    "It was deleted with its world, or never existed.": "它已随世界删除，或从未存在。",
    "The backend ended {times:n} times while this job ran.": "此任务运行期间后端退出了 {times} 次。",
    "Try a lower resolution or fewer frames; worker.log in the data folder says how far it came.": (
        "请尝试较低的分辨率或较少的帧；数据文件夹中的 worker.log 记录了进度。"
    ),
    "{count:n} jobs of the world are not finished.": "该世界有 {count} 个任务尚未完成。",
    "Cancel them, or wait for their end, then try again.": "请取消它们或等待结束，然后重试。",
    "The engine is at work, so its memory cannot be given back.": "引擎正在工作，无法释放其显存。",
    "Cancel the job, or wait for its end.": "请取消任务，或等待其结束。",
    # the worker's end
    "The engine stopped {cause:t}.": "引擎停止了：{cause}。",
    "because the system ended it (signal 9), most often for lack of memory": "被系统终止（信号 9），多半因为内存不足",
    "by the signal {name}, as a driver or library fault does": "收到信号 {name}，通常是驱动或库的故障",
    "with the exit code {code:n}": "退出代码 {code}",
    "Its last words: {words}": "最后的输出：{words}",
    "It starts again with the next job. If it stops once more, choose a lower resolution; worker.log has the "
    "details.": ("下一个任务会重新启动它。若再次停止，请选择较低的分辨率；详情见 worker.log。"),
    "The engine failed: {kind}: {error}": "引擎出错：{kind}：{error}",
    "worker.log in the data folder has the details; please report it with them.": (
        "详情见数据文件夹中的 worker.log；请附上它反馈。"
    ),
    "There was not enough memory for this job ({detail:o}).": "内存或显存不足以完成此任务（{detail}）。",
    "no details": "没有详情",
    "Choose a lower resolution, or close other programs that use the GPU, then generate again.": (
        "请选择较低的分辨率，或关闭其他使用 GPU 的程序，然后再次生成。"
    ),
}
