"""What the set, the cameras, the looks and the shots lack, and what comes of it."""

SENTENCES = {
    # cameras
    "There is no frame between the start and the end.": "起始帧与结束帧之间没有帧。",
    "Set an end frame that is not before the start frame.": "请把结束帧设为不早于起始帧。",
    "The camera has {what:t} at frame {frame:n}.": "摄像机在第 {frame} 帧{what}。",
    "a position or rotation that is not a number": "的位置或旋转不是数值",
    "a lens that is not a number": "的焦距不是数值",
    "a sheared or uneven scale": "带有切变或不均匀的缩放",
    "a focal length of zero or less": "的焦距为零或更小",
    "Check its drivers, constraints and parents at that frame.": "请检查它在该帧的驱动器、约束和父级。",
    "The camera's position or rotation is not a finite number.": "摄像机的位置或旋转不是有限的数值。",
    "Check its drivers and constraints.": "请检查它的驱动器和约束。",
    "The camera or one of its parents has a scale of zero.": "摄像机或其某个父级的缩放为零。",
    "Set that scale to another value than 0.": "请把该缩放设为 0 以外的值。",
    "Camera {camera:r} at frame {frame:n}: {message:o}": "摄像机 {camera} 在第 {frame} 帧：{message}",
    "Its {value:t} is {number:n}.": "它的{value}为 {number}。",
    "focal length": "焦距",
    "sensor width": "传感器宽度",
    "sensor height": "传感器高度",
    "Clip Start": "裁剪起点",
    "Clip End": "裁剪终点",
    "Its shift is {x:n}, {y:n}.": "它的移位为 {x}, {y}。",
    "Check its keys and drivers.": "请检查它的关键帧和驱动器。",
    "It sees nothing: its Clip Start is {near:n} and its Clip End {far:n}.": (
        "它什么也看不到：裁剪起点为 {near}，裁剪终点为 {far}。"
    ),
    "Set its Clip End to more than its Clip Start.": "请把它的裁剪终点设得大于裁剪起点。",
    "There is no camera {name:r}.": "没有名为 {name} 的摄像机。",
    "There are {count:n} cameras {name:r}: {cameras}.": "有 {count} 个名为 {name} 的摄像机：{cameras}。",
    "Name one with its library.": "请连同库名一起指定。",
    "Check the name for a typing error.": "请检查名称是否有误。",
    "It was removed or renamed. Select the shot again.": "它已被删除或改名：请重新选择镜头。",
    "It was removed. Select the shot again.": "它已被删除：请重新选择镜头。",
    "{name:r} is of the type {type}, not a camera.": "{name} 的类型是 {type}，不是摄像机。",
    "Bind the marker (or the scene) to a camera.": "请把标记（或场景）绑定到一个摄像机。",
    "It is {kind:o}; a take needs a perspective camera.": "它是{kind}；镜次需要透视摄像机。",
    "orthographic": "正交摄像机",
    "panoramic": "全景摄像机",
    "Set its lens type to Perspective in the camera's properties, and look for keys of it.": (
        "请在摄像机属性中把镜头类型设为“透视”，并检查它的关键帧。"
    ),
    "The camera of shot {shot:r} sees no mesh in frames {first:n} to {last:n}.": (
        "镜头 {shot} 的摄像机在第 {first} 至 {last} 帧看不到任何网格。"
    ),
    "Point the camera at the set, and check that the objects are enabled for rendering.": (
        "请让摄像机对准布景，并检查物体是否已启用渲染。"
    ),
    # the set
    "{name:r} is a liquid that is not baked: it stays as it is before. Bake it, and start again.": (
        "{name} 是尚未烘焙的液体：保持烘焙前的样子。请先烘焙，再重新开始。"
    ),
    "No view layer of the scene {name:r} is used for rendering.": "场景 {name} 没有用于渲染的视图层。",
    "Switch on Use for Rendering in the View Layer properties.": "请在视图层属性中开启“用于渲染”。",
    "Blender did not evaluate the scene {name:r} for a render: {problem:o}.": (
        "Blender 没有为渲染求值场景 {name}：{problem}。"
    ),
    "it was stopped": "它被中止了",
    "Render a frame yourself (F12) to see why, or set Use Settings For to Viewport.": (
        "请自行渲染一帧（F12）查看原因，或把“采用设置”设为“视图”。"
    ),
    "There is no mesh that renders at {where:t}.": "{where}没有可渲染的网格。",
    "the look's frame": "外观所在帧",
    "shot {shot:r}": "镜头 {shot} 中",
    "Add objects to the scene, or enable them for rendering.": "请添加布景，或在渲染中启用它。",
    "{name:r} has hair, which has no surface: the hair is left out.": "{name} 带有毛发，毛发没有表面：已略去毛发。",
    "{name:r} is {what:t} and is left out.": "{name} 是{what}：已略去。",
    "hair without a surface": "毛发，没有表面",
    "a point cloud without a surface": "点云，没有表面",
    "a volume without a surface": "体积，没有表面",
    "a drawing without a surface": "蜡笔画，没有表面",
    "The colours of {name:r} change over time; it keeps those of frame {frame:n}.": (
        "{name} 的颜色随时间变化；沿用第 {frame} 帧的颜色。"
    ),
    "{name:r} has a scale of zero in some frames and is left out of them.": "{name} 在某些帧缩放为零，在这些帧中略去。",
    "{name:r} has no faces and is left out.": "{name} 没有面，已略去。",
    "Glass is left out, so that the camera sees through it: {names:o}.": "玻璃已略去，摄像机可以看穿它：{names}。",
    "Holdouts are left out, and what stands behind them is seen: {names:o}.": "阻隔物已略去，可以看到其后方：{names}。",
    "{names} and {count:n} more": "{names} 等（另有 {count} 个）",
    "The image {name:r} is missing: surfaces with it have their viewport display color.": (
        "图像 {name} 缺失：使用它的表面取其视图显示颜色。"
    ),
    "{name:r} is in edit mode.": "{name} 处于编辑模式。",
    "Leave Edit Mode (Tab) and try again.": "请退出编辑模式（Tab）后重试。",
    "{name:r} has a vertex that is not a finite number at frame {frame:n}.": (
        "{name} 在第 {frame} 帧有一个顶点不是有限的数值。"
    ),
    "Check its modifiers and drivers at that frame.": "请检查它在该帧的修改器和驱动器。",
    "{name:r} has a transform that is not a finite number at frame {frame:n}.": (
        "{name} 在第 {frame} 帧的变换不是有限的数值。"
    ),
    "Check its drivers and constraints at that frame.": "请检查它在该帧的驱动器和约束。",
    "The scene {name:r} was deleted while it was being read.": "场景 {name} 在读取过程中被删除。",
    "Camera {name:r} was deleted while it was being read.": "摄像机 {name} 在读取过程中被删除。",
    "Try again.": "请重试。",
    # shots
    "Shot {name:r} has no frame: it starts at {start:n} and ends at {end:n}.": (
        "镜头 {name} 没有帧：起始于第 {start} 帧，结束于第 {end} 帧。"
    ),
    "The scene {name:r} has no frame: it starts at {start:n} and ends at {end:n}.": (
        "场景 {name} 没有帧：起始于第 {start} 帧，结束于第 {end} 帧。"
    ),
    "There is no shot {name:r} in the scene {scene:r}.": "场景 {scene} 中没有镜头 {name}。",
    "Choose one of {names}.": "请从以下选择：{names}。",
    "The timeline of {name:r} has no scene strip.": "{name} 的时间线上没有场景片段。",
    "Add one (Add > Scene in the sequencer), or make the shots of markers.": (
        "请添加一个（序列编辑器：添加 > 场景），或用标记定义镜头。"
    ),
    "The scene {name:r} of the strip {strip:r} has no camera.": "片段 {strip} 的场景 {name} 没有摄像机。",
    "Give it one, or mute the strip.": "请为它添加摄像机，或屏蔽该片段。",
    "The scene {name:r} has no camera.": "场景 {name} 没有摄像机。",
    "Add a camera, or select one and press Ctrl+Numpad 0 to make it the scene's camera.": (
        "请添加一个，或把某个摄像机设为场景摄像机（选中后按 Ctrl+小键盘 0）。"
    ),
    "Add a camera and make it the scene's camera.": "请添加一个并设为场景摄像机。",
    "No shot lies at frame {frame:n}.": "第 {frame} 帧处没有镜头。",
    "Move the playhead into a shot, or choose All.": "请把播放头移到某个镜头内，或选择“全部”。",
    "No shot name was given.": "没有指定镜头名称。",
    "Enter a shot name, or choose All or At the Playhead.": "请输入镜头名称，或选择“全部”或“播放头处”。",
    "The scene {name:r} is {columns:n}x{rows:n}, and the timeline that shows it {width:n}x{height:n}.": (
        "场景 {name} 的分辨率是 {columns}x{rows}，而显示它的时间线是 {width}x{height}。"
    ),
    "Give both the same resolution, so that the camera sees what the timeline shows.": (
        "请让两者分辨率一致，使摄像机看到的与时间线显示的相同。"
    ),
    # looks
    "This scene has no look yet.": "还没有外观。",
    "Choose an image, press Render Look, or write a prompt.": "请选择图像、点击“渲染外观”，或输入提示词。",
    "There is neither a look image nor a prompt.": "既没有外观图像，也没有提示词。",
    "Choose an image or write a prompt.": "请选择图像或输入提示词。",
    "There is no look image at {path}.": "{path} 处没有外观图像。",
    "Choose a PNG, JPEG or EXR file, or press Render Look.": "请选择 PNG、JPEG 或 EXR 文件，或点击“渲染外观”。",
    "{path} could not be read: {error}.": "无法读取 {path}：{error}。",
    "{path} cannot be used: it {error:o}.": "无法使用 {path}：{error}。",
    "holds pixels that are not finite numbers": "含有不是有限数值的像素",
    "{path} is not an image that Blender can read.": "{path} 不是 Blender 能读取的图像。",
    "Save it as PNG.": "请把它另存为 PNG。",
    "The look {name} is {width:n}x{height:n} pixels; each side needs at least {least:n}.": (
        "外观 {name} 是 {width}x{height} 像素；每边至少需要 {least} 像素。"
    ),
    "Choose a larger picture.": "请选择更大的图片。",
    "The look {name} is {width:n}x{height:n} pixels, more than {most:n} a side.": (
        "外观 {name} 是 {width}x{height} 像素，单边超过 {most} 像素。"
    ),
    "Scale it down; {most:n} a side are enough.": "请缩小它；单边 {most} 像素已足够。",
    "Look cropped to {columns:n} × {rows:n} to match the camera.": "外观已裁剪为 {columns} × {rows} 以匹配摄像机。",
    "A second Blender could not be started: {error}.": "无法启动另一个 Blender：{error}。",
    "Render the frame yourself (F12) and choose the image file.": "请自行渲染该帧（F12），再选择图像文件。",
    "Render Look was cancelled.": "外观已取消。",
    "The look could not be rendered: {cause:o}.": "无法渲染外观：{cause}。",
    "EEVEE could not draw in a second Blender: {cause:o}.": "EEVEE 无法在另一个 Blender 中绘制：{cause}。",
    "Press Render Look again: this window then renders it and waits until it is done.": (
        "请再按一次“渲染外观”：将由本窗口绘制，其间需要等待。"
    ),
    "exit code {code:n}": "退出代码 {code}",
    # reading in a second Blender
    "The second Blender that reads the set stopped: {cause:o}.": "读取布景的另一个 Blender 已停止：{cause}。",
    "Save the file and start again. If it stops again, `blender -b FILE` in a terminal shows why.": (
        "请保存文件后重试。如果再次停止，可在终端中运行 `blender -b 文件` 查看原因。"
    ),
    "it could not be started ({error})": "无法启动（{error}）",
    "A copy of the file could not be saved for a second Blender: {error}.": (
        "无法为另一个 Blender 保存文件副本：{error}。"
    ),
    "See that the disk of the temporary folder is not full.": "请确认临时文件夹所在的磁盘未满。",
    "What the second Blender read of the set cannot be used: {name}: {error}.": (
        "另一个 Blender 读取的布景无法使用：{name}：{error}。"
    ),
    "Press the button again; see that the disk of the temporary folder is not full.": (
        "请再按一次按钮；并确认临时文件夹所在的磁盘未满。"
    ),
    "Scripts of this file are switched off, and what they move stands still: {what:o}.": (
        "此文件的脚本已禁用，由脚本驱动的内容保持不动：{what}。"
    ),
    "The scene {name:r} is not in the copy of the file.": "文件副本中没有场景 {name}。",
    "Look rendered: {path}": "外观已渲染：{path}",
    "{engine} needs a GPU with a window, and this Blender runs in the background without one.": (
        "{engine} 需要带窗口的 GPU，而此 Blender 在后台运行，没有窗口。"
    ),
    "Render the look with Cycles, or choose an image file.": "请用 Cycles 渲染外观，或选择图像文件。",
    # painting over
    "No take lies at frame {frame:n} of the timeline.": "时间线第 {frame} 帧处没有镜次。",
    "Generate one, or move the playhead onto a take's strip.": "请生成一个，或把播放头移到镜次的片段上。",
    "There is no frame of a take at {path}.": "{path} 处没有镜次的帧。",
    "Generate the take again.": "请重新生成该镜次。",
    "{folder} does not say which take it holds.": "{folder} 没有说明它属于哪个镜次。",
    "The frame that {name} was painted on is not known: {path} cannot be read ({error}).": (
        "不知道 {name} 画在哪一帧上：无法读取 {path}（{error}）。"
    ),
    "Press Paint Over This Frame, and paint on the picture it makes.": "请点击“改绘此帧”，并在它生成的图片上绘制。",
    "Press Paint Over This Frame again.": "请再次点击“改绘此帧”。",
    "There is no picture at {path}.": "{path} 处没有图片。",
    "{name} has transparent parts and is {width:n}x{height:n} pixels, the frame under it {columns:n}x{rows:n}.": (
        "{name} 有透明部分且为 {width}x{height} 像素，而其下的帧是 {columns}x{rows}。"
    ),
    "Paint on the picture as it is, without scaling or cropping it.": "请直接在图片上绘制，不要缩放或裁剪。",
    "Paint on {path}, save it, then press Use Paint-over": "请在 {path} 上绘制并保存，然后点击“使用改绘”",
    "This scene has no world yet, so there is nothing to paint over.": "此场景还没有世界，因此没有可改绘的内容。",
    "Choose the world that the take was made in.": "请选择生成该镜次的世界。",
    "The look could not be added to the world.": "无法把外观加入世界。",
    # takes and their files
    "Shot {name:r} could not be made.": "无法生成镜头 {name}。",
    "{shot}: v{version:n} is up to date.": "{shot}：v{version} 是最新的。",
    "{shot}: v{version:n} is no longer on the backend, so every frame is made again.": (
        "{shot}：v{version} 已不在后端上，因此重新生成每一帧。"
    ),
    "This is the newest take": "这是最新的镜次",
    "This is the oldest take": "这是最早的镜次",
    "Not restored from {take}: {names}": "未能从 {take} 恢复：{names}",
    "Save the file so its takes stay with it. Until then they go to {folder}.": (
        "请保存文件，使镜次与它放在一起。在此之前它们存到 {folder}。"
    ),
    "{folder} is a file where a folder is needed.": "{folder} 是文件，而此处需要文件夹。",
    "Move it away or choose another output folder.": "请移走它，或选择另一个输出文件夹。",
    "{path} already exists and is kept.": "{path} 已存在，予以保留。",
    "Generate again: a new version will be made.": "请再次生成：会建立新版本。",
    "{path} cannot be read: {error}.": "无法读取 {path}：{error}。",
    "{path} holds no take.": "{path} 中没有镜次。",
    "The disk is full: {path} was not written.": "磁盘已满：未写入 {path}。",
    "Free some space and generate again.": "请腾出一些空间后再次生成。",
    "{folder} is read-only for you: {name} was not written.": "您对 {folder} 只有读取权限：未写入 {name}。",
    "Choose another output folder.": "请选择另一个输出文件夹。",
    "{path} could not be written: {error}.": "无法写入 {path}：{error}。",
    "The take in {folder} lacks the frames {frames}.": "{folder} 中的镜次缺少这些帧：{frames}。",
    "The take in {folder} is empty.": "{folder} 中的镜次是空的。",
    "All {count:n} channels of the timeline are taken between frames {start:n} and {end:n}.": (
        "时间线的全部 {count} 个通道在第 {start} 至 {end} 帧之间都被占用。"
    ),
    "Remove strips that are no longer needed.": "请移除不再需要的片段。",
    "The scene {name:r} is not open: its take lies in {folder}.": "场景 {name} 未打开：其镜次位于 {folder}。",
    "{lies:t} It is shown when the file is opened again.": "{lies}再次打开文件时会显示它。",
    "The scene {name:r} is not open: its look lies at {path}.": "场景 {name} 未打开：其外观位于 {path}。",
    "The take in {folder} could not all be shown. {error:o}": "{folder} 中的镜次未能全部显示。{error}",
    "The coverage of {shot} could not be shown. {error:o}": "无法显示 {shot} 的覆盖。{error}",
    "The take stopped unexpectedly.": "镜次意外停止。",
    "Something went wrong inside Blender Mirage.": "Blender Mirage 内部出错。",
    "See Blender's console for the cause.": "原因请看 Blender 的控制台。",
    "Another file was opened while the set was being read.": "读取布景时打开了另一个文件。",
    "Press Generate again.": "请再次点击“生成”。",
    "Cancelled while the set was being read.": "在读取布景时取消。",
    "Blender Mirage was disabled.": "Blender Mirage 已被禁用。",
    # the user's own renders
    "F12 still renders the scene, not the takes on the timeline. Takes > F12 Renders changes that.": (
        "F12 仍渲染场景，而不是时间线上的镜次。可在“镜次”>“F12 渲染”中更改。"
    ),
    "F12 and Render Animation give the takes on the timeline, not the scene.": (
        "F12 和“渲染动画”得到的是时间线上的镜次，而不是场景。"
    ),
    # scene strips
    "The strip {name:r} plays its scene at frames with fractions.": "片段 {name} 以小数帧播放其场景。",
    "Set its strobe to a whole number, or make it a plain strip.": "请把它的频闪设为整数，或使它成为普通片段。",
    "The strip {name:r} shows the scene whose timeline it lies on.": "片段 {name} 显示的正是它所在时间线的场景。",
    "Make the shots of markers, or lay it on the timeline of another scene.": (
        "请由标记生成镜头，或把它放到另一个场景的时间线上。"
    ),
    "The strip {name:r} shows the timeline of {scene:r}, which no camera sees.": (
        "片段 {name} 显示 {scene} 的时间线，没有摄像机能看到它。"
    ),
    "Set its input to Camera, or mute it.": "请把它的输入设为“摄像机”，或将其静音。",
    "The strip {name:r} is retimed.": "片段 {name} 已重新定时。",
    "Reset its retiming to make takes, and retime the takes themselves; or mute it.": (
        "请重置它的重新定时以生成镜次，再对镜次本身重新定时；或将其静音。"
    ),
    "A speed effect plays the strip {name:r}.": "速度效果控制着片段 {name} 的播放。",
    "Mute the effect to make takes, and put it on the takes themselves; or mute the strip.": (
        "请将效果静音以生成镜次，再把效果加到镜次上；或将片段静音。"
    ),
    # the check before generating
    "{refusal:t} {hint:t}": "{refusal}{hint}",
    "{scene}: {finding:t}": "{scene}：{finding}",
    "There is no scene {name:r}.": "没有场景 {name}。",
    "It was renamed or removed: check again.": "它已被改名或移除：请再次检查。",
    "The scene {name:r} is linked from a library.": "场景 {name} 链接自库文件。",
    "Set its unit scale there.": "请在库文件中设置它的缩放单位。",
    "{length:n} m": "{length} 米",
    "The set is {size:t} long, a {what:t}: engines expect metres. A unit scale of {scale:n} would make it {length:n} "
    "m.": ("布景长 {size}，{what}：引擎以米为单位。把缩放单位设为 {scale} 会使它长 {length} 米。"),
    "miniature": "过小",
    "giant": "过大",
    "The set has {triangles:n} million triangles: reading it at {frames:n} frames takes about {seconds:t} and "
    "{memory:t} of memory.": ("布景有 {triangles} 百万个三角形：读取 {frames} 帧大约需要 {seconds} 和 {memory} 内存。"),
    "{frames:n} frames take about {size:t}, but only {free:t} are free at {path}.": (
        "{frames} 帧约需 {size}，而 {path} 处仅剩 {free}。"
    ),
    "{number:n} GiB": "{number} GiB",
    "{number:n} MiB": "{number} MiB",
    "{number:n} KiB": "{number} KiB",
    "{shot}: between frames {first:n} and {last:n} the camera turns by up to {share:n} of the picture a frame: little "
    "is seen twice there, so little is remembered.": (
        "{shot}：在第 {first} 至 {last} 帧之间，摄像机每帧"
        "转动多达画面的 {share}：那里很少有内容被看到两次，因此记住的很少。"
    ),
    "Camera {camera:r} is inside {name:r} at frame {frame:n}: it sees nothing else.": (
        "摄像机 {camera} 在第 {frame} 帧位于 {name} 内部：看不到其他东西。"
    ),
    "{names} and {count:n} more come from a library and are remembered by their file and "
    "name: renamed there, they count as new.": (
        "{names} 等（另有 {count} 个）来自库文件，按文件和名称记忆：若在那里改名，会被当作新物体。"
    ),
    "{names} come from a library and are remembered by their file and name: renamed there, they count as new.": (
        "{names} 来自库文件，按文件和名称记忆：若在那里改名，会被当作新物体。"
    ),
    # coverage
    "There were no frames to check.": "没有可查看的帧。",
    "Known {seen:t}, partly {partly:t}, unknown {never:t}.": "已知 {seen}，部分 {partly}，未知 {never}。",
    "{share:n} %": "{share}%",
    "under 1 %": "不到 1%",
    "over 99 %": "超过 99%",
    "{shares:t} No frame enters new areas.": "{shares}没有帧进入新区域。",
    "{shares:t} New areas {where:t}, most at {frame:n} ({share:t}).": (
        "{shares}{where}进入新区域，第 {frame} 帧最多（{share}）。"
    ),
    "in every frame": "每一帧都",
    "from frame {frame:n} on": "自第 {frame} 帧起",
    "in frames {frames}": "在第 {frames} 帧",
    "{take:o} is up to date.": "{take} 是最新的。",
    "{take:o}: {frames:t} are out of date: {why:o} changed.": "{take}：{frames}已过时：{why}有变化。",
    "{take:o}: {frames:t} are out of date.": "{take}：{frames}已过时。",
    "all frames": "全部帧",
    "{count:n} of {all:n} frames ({which})": "{all} 帧中的 {count} 帧（{which}）",
    "The last take": "最近的镜次",
    "the camera": "摄像机",
    "the set": "布景",
    "what the world remembers": "世界的记忆",
    "the settings": "设置",
    "{some:t} and {last:t}": "{some}和{last}",
    "{some:t}, {next:t}": "{some}、{next}",
    "The coverage of shot {name:r} could not be found out.": "无法查出镜头 {name} 的覆盖。",
    "There is no world called {name:r} yet, so nothing has been seen.": "还没有名为 {name} 的世界，因此什么都没见过。",
    "This scene has no world yet, so nothing is known.": "此场景还没有世界，因此什么都没见过。",
    "Generate a take first.": "请先生成一个镜次。",
    # the world and its history
    "Memory: {size:t} of {objects:n} objects": "记忆：{objects} 个物体，{size}",
    "Not used by a take yet": "还没有镜次使用过它",
    "The last take used {size:t}": "上一镜次使用了 {size}",
    "{held:t}; the memory limit left part of it out": "{held}；因内存上限有一部分未使用",
    "{frames:n} frames with seed {seed:n}": "{frames} 帧，随机种 {seed}",
    "A paint-over": "改绘",
    "A picture": "图片",
    "{picture:t} of frame {frame:n}": "第 {frame} 帧的{picture}",
    "{picture:t} through {camera}": "{picture}，摄像机 {camera}",
    "{made:t} by {engine}": "{made}，引擎 {engine}",
    "{made:t}, {when}. {size:t}": "{made}，{when}。{size}",
    "{made:t}, {when}, for {author}. {size:t}": "{made}，{when}，作者 {author}。{size}",
    "{size:t}.": "{size}。",
    "The world no longer remembers {name}.": "世界不再记得 {name}。",
    "Permanently delete {name}, {when}?": "永久删除 {name}（{when}）？",
    "Delete {name} from the world?": "从世界中删除 {name}？",
    "Permanently delete everything in {name}?": "永久删除 {name} 中的全部内容？",
    "Delete {name}?": "删除 {name}？",
    "It is deleted permanently on the backend. The frames in your output folder stay.": (
        "它会从后端永久删除。您输出文件夹中的帧会保留。"
    ),
    ("All its takes and looks are deleted permanently on the backend. The frames in your output folder stay."): (
        "它的每个镜次和外观都会从后端永久删除。您输出文件夹中的帧会保留。"
    ),
    ("What the world remembers of it is deleted permanently. The frames in your output folder stay."): (
        "世界对它的记忆会永久删除。您输出文件夹中的帧会保留。"
    ),
    # prompts
    "Ignored words: {words:t}.": "已忽略的词：{words}。",
    "{word:r} (did you mean {nearest:r}?)": "{word}（是否指 {nearest}？）",
    "{word:r}": "{word}",
    "Use words from the menu, or a look image.": "请使用菜单中的词语，或使用外观图像。",
}
