"""Why the backend does not take what it is sent."""

SENTENCES = {
    "Try again; if it happens again, report it with the backend's log.": "请重试；若再次发生，请附上后端日志反馈。",
    "The add-on and the backend may be of different versions: update both.": "插件与后端的版本可能不同：请都更新。",
    "Update the add-on.": "请更新插件。",
    "The backend failed: {kind}: {error}": "后端出错：{kind}：{error}",
    "The request cannot be read: {error}.": "无法读取请求：{error}。",
    "The request's {place} is not valid: {error}.": "请求中的 {place} 无效：{error}。",
    "The backend answers: {detail}.": "后端应答：{detail}。",
    "The backend's database failed: {error}.": "后端的数据库出错：{error}。",
    "the data folder": "数据文件夹",
    "The data folder": "数据文件夹",
    # the door
    "The token file {path} is empty.": "令牌文件 {path} 是空的。",
    "Remove it; the next start makes a new one.": "请删除它；下次启动会新建。",
    "The backend is not to be called by the name {host:r}.": "不允许用名称 {host} 访问后端。",
    "Call it by its IP address, or name the host in MIRAGE_ALLOWED_HOSTS when it is started.": (
        "请用它的 IP 地址访问，或在启动时把该主机写入 MIRAGE_ALLOWED_HOSTS。"
    ),
    "A web page ({origin}) may not call the backend.": "网页（{origin}）不得访问后端。",
    "Use the add-on.": "请使用插件。",
    "The add-on speaks protocol {theirs}, this backend protocol {ours}.": (
        "插件使用协议 {theirs}，此后端使用协议 {ours}。"
    ),
    "Update the older of the two, so that both have the same version.": "请更新较旧的一方，使两者版本相同。",
    "The token is not the one of this backend.": "令牌与此后端的不符。",
    "Read it from the file 'token' in the backend's data folder into the add-on's preferences.": (
        "请把后端数据文件夹中 'token' 文件的内容填入插件的偏好设置。"
    ),
    "The request has {size:t}; this backend takes {limit:n}.": "请求有 {size}；此后端最多接受 {limit} 字节。",
    "{count:n} bytes": "{count} 字节",
    "more than {count:n} bytes": "超过 {count} 字节",
    "Send less at once (fewer frames, a lighter mesh), or raise MIRAGE_MAX_BODY_BYTES.": (
        "请一次少发一些（减少帧数或简化网格），或调高 MIRAGE_MAX_BODY_BYTES。"
    ),
    # takes
    "There is no engine {name:r}.": "没有引擎 {name}。",
    "The engine {name} is not ready. {lacks:o}": "引擎 {name} 尚未就绪。{lacks}",
    "The engine {name} is not ready.": "引擎 {name} 尚未就绪。",
    "The take asks for the weights {wanted}; installed are {there}.": "镜次要求权重 {wanted}；已安装的是 {there}。",
    "Install those weights, or leave the weights open to make the take with the installed ones.": (
        "请安装这些权重，或不指定权重，用已安装的生成。"
    ),
    "The {side} must be a multiple of {step:n} from {least:n} to {most:n}, got {value:n}.": (
        "{side} 必须是 {least} 到 {most} 之间 {step} 的倍数，收到 {value}。"
    ),
    "Change the resolution of the shot.": "请更改镜头的分辨率。",
    "A take has 1 to {most:n} frames, got {frames:n}.": "一个镜次有 1 到 {most} 帧，收到 {frames}。",
    "Change the frame range, or split the shot.": "请更改帧范围，或拆分镜头。",
    "A frame number appears twice in the take.": "镜次中有重复的帧号。",
    "Change the frame range of the shot.": "请更改镜头的帧范围。",
    "Steps must be from 1 to {most:n}, got {steps:n}.": "步数必须在 1 到 {most} 之间，收到 {steps}。",
    "Steps must be from 0 to {most:n}, got {steps:n}.": "步数必须在 0 到 {most} 之间，收到 {steps}。",
    "4 is a good number.": "4 是合适的值。",
    "Frames per second must be positive, got {fps}.": "帧率必须为正，收到 {fps}。",
    "Set the scene's frame rate.": "请设置场景的帧率。",
    "The seed must be from 0 to {most:n}, got {seed:n}.": "随机种必须在 0 到 {most} 之间，收到 {seed}。",
    "Choose another seed.": "请选择另一个随机种。",
    "The strength of the look must be from 0 to 1, got {strength}.": "外观强度必须在 0 到 1 之间，收到 {strength}。",
    "1 follows it in full.": "1 表示完全跟随。",
    "{missing:n} of the {wanted:n} meshes of the set have not been sent.": (
        "布景的 {wanted} 个网格中有 {missing} 个尚未发送。"
    ),
    "Ask for /missing-meshes, send those, then submit again.": "请查询 /missing-meshes，发送它们，然后重新提交。",
    "A camera matrix is not a rotation and a place.": "摄像机矩阵不是由旋转和位置组成。",
    "Look for a sheared or mirrored parent of the camera.": "请检查摄像机的父级是否有切变或镜像。",
    "A camera has no positive focal length.": "有摄像机的焦距不是正数。",
    "A camera sees nothing at frame index {index:n}: it is clipped before {near:n} m and beyond {far:n} m.": (
        "摄像机在第 {index} 号帧什么也看不到：{near} 米以内和 {far} 米以外都被裁剪。"
    ),
    "Set the camera's Clip End to more than its Clip Start.": "请把摄像机的裁剪终点设得大于裁剪起点。",
    "Use a perspective camera with a lens longer than 0.": "请使用焦距大于 0 的透视摄像机。",
    "Two instances of the set have the same anchor, or one has none.": "布景中有两个实例的锚点相同，或有一个没有锚点。",
    "Send the set again.": "请重新发送布景。",
    "Nothing is anchored by {how:r}.": "没有任何东西以 {how} 锚定。",
    "There is no lamp of the kind {kind:r}.": "没有 {kind} 类型的灯光。",
    "Use {kinds}.": "请使用 {kinds}。",
    "There must be one camera a frame: update the add-on.": "每帧必须有一个摄像机：请更新插件。",
    "The request lacks the array {name:r}.": "请求缺少数组 {name}。",
    "Expected {name:r} with the shape {wanted} float64, got {shape} {dtype}.": (
        "数组 {name} 应为 {wanted} float64，收到 {shape} {dtype}。"
    ),
    "The array {name:r} is not finite at frame index {index:n} (value {value}).": (
        "数组 {name} 在第 {index} 个帧处不是有限的数值（值为 {value}）。"
    ),
    "Look for a driver or constraint of the camera that divides by zero there.": (
        "请检查摄像机在该处是否有除以零的驱动器或约束。"
    ),
    # looks
    "The look must have sides of {least:n} to {most:n} pixels, got {width:n} x {height:n}.": (
        "外观的边长必须在 {least} 到 {most} 像素之间，收到 {width} x {height}。"
    ),
    "Scale the picture.": "请缩放图片。",
    "Expected 'image' [H,W,3] uint8, got {shape} {dtype}.": "'image' 应为 [H,W,3] uint8，收到 {shape} {dtype}。",
    "Send it as sRGB pixels.": "请以 sRGB 像素发送。",
    "Expected 'depth' [{height:n},{width:n}] float32, got {shape} {dtype}.": (
        "'depth' 应为 [{height},{width}] float32，收到 {shape} {dtype}。"
    ),
    "Send one depth a pixel of the look, in metres; 0 where there is none.": (
        "请为外观的每个像素发送一个以米为单位的深度；没有则为 0。"
    ),
    "Expected 'alpha' [{height:n},{width:n}] uint8, got {shape} {dtype}.": (
        "'alpha' 应为 [{height},{width}] uint8，收到 {shape} {dtype}。"
    ),
    "Send the opacity of each pixel of the look, 255 where it is opaque.": (
        "请发送外观每个像素的不透明度，不透明处为 255。"
    ),
    "The take has the frames {first:n} to {last:n}, and no frame {frame:n}.": (
        "镜次有第 {first} 至 {last} 帧，没有第 {frame} 帧。"
    ),
    "Name the frame that was painted on.": "请指明绘制所在的帧。",
    "The paint-over is {width:n} x {height:n} pixels, the frame under it {columns:n} x {rows:n}.": (
        "改绘为 {width} x {height} 像素，其下的帧为 {columns} x {rows}。"
    ),
    "Paint on the frame as it is, without scaling or cropping it.": "请直接在帧上绘制，不要缩放或裁剪。",
    "The engine {name} makes {fps} frames a second, the take asks for {asked}.": (
        "引擎 {name} 每秒生成 {fps} 帧，而镜次要求 {asked} 帧。"
    ),
    "Generate again: the cameras are then read at the engine's frames.": "请再次生成：摄像机会按引擎的帧读取。",
    "The engine {name} makes frames that follow each other, and some are left out.": (
        "引擎 {name} 生成连续的帧，而请求缺少其中一些。"
    ),
    "Generate again.": "请再次生成。",
    "Surfaces are judged at 1 to {most:n} points, got {points:n}.": "表面按 1 到 {most} 个点评估，收到 {points}。",
    "40000 is a good number.": "40000 是合适的值。",
    # meshes
    "A mesh needs the array 'vertices' [V,3] float32 (or [T,V,3], for a vertex track).": (
        "网格需要数组 'vertices' [V,3] float32（顶点轨道则为 [T,V,3]）。"
    ),
    "The mesh has a vertex that is not a finite number.": "网格有一个顶点不是有限的数值。",
    "Look for a modifier that divides by zero.": "请检查是否有除以零的修改器。",
    "A mesh has the arrays 'vertices' [V,3], 'triangles' [F,3] and 'face_material' [F].": (
        "网格有数组 'vertices' [V,3]、'triangles' [F,3] 和 'face_material' [F]。"
    ),
    "Expected 'triangles' [F,3] int32, got {shape} {dtype}.": "'triangles' 应为 [F,3] int32，收到 {shape} {dtype}。",
    "Expected 'face_material' [F] int32, got {shape} {dtype}.": (
        "'face_material' 应为 [F] int32，收到 {shape} {dtype}。"
    ),
    "A triangle of the mesh points outside its {count:n} vertices.": "网格有三角面指向其 {count} 个顶点之外。",
    "A face of the mesh has a negative material index.": "网格有面的材质索引为负。",
    "The mesh was sent as {name}, but its {count:n} bytes hash to {found}.": (
        "网格以 {name} 发送，但其 {count} 字节的哈希是 {found}。"
    ),
    "Send the mesh again.": "请重新发送网格。",
    "The mesh {name} cannot be read: {error}.": "无法读取网格 {name}：{error}。",
    "The mesh {name} is not stored.": "没有存储网格 {name}。",
    "Remove it; the add-on sends it again.": "请删除它；插件会重新发送。",
}
