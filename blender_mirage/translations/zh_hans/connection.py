"""The way to the backend: addresses, tokens, networks, and what waits at its other end."""

SENTENCES = {
    "{text:r} is not the address of a backend.": "{text} 不是后端的地址。",
    "{text:r} is not the address of a backend: {error}.": "{text} 不是后端的地址：{error}。",
    "Write it as localhost:8765, 192.168.1.20:8765 or https://gpu.example.org.": (
        "请写成 localhost:8765、192.168.1.20:8765 或 https://gpu.example.org 的形式。"
    ),
    "Not connected yet": "尚未连接",
    "Not connected": "未连接",
    "Connecting": "正在连接",
    "Ready ({device})": "就绪（{device}）",
    "{ready:t} at {address}": "{ready}，位于 {address}",
    "Apple GPU": "Apple 显卡",
    "{ready:t}, {size:n} GiB held": "{ready}，占用 {size} GiB",
    "{ready:t}, no engine is ready": "{ready}，没有可用的引擎",
    "There is no connection to a backend yet.": "还没有连接到后端。",
    "Press Start Backend.": "请点击“启动后端”。",
    "No backend runs on this machine.": "本机没有后端在运行。",
    "Press Start Backend, or run `mirage serve` in a terminal.": "请点击“启动后端”，或在终端运行 `mirage serve`。",
    "Starting the backend": "正在启动后端",
    "See its log: {path}.": "请看它的日志：{path}。",
    "The whole log is in {path}.": "完整日志在 {path}。",
    "The backend could not be started: {error}.": "无法启动后端：{error}。",
    "Check the data folder and Python in the preferences.": "请检查偏好设置中的数据文件夹和 Python。",
    "The backend did not answer within {seconds:n} seconds of its start.": "后端启动后 {seconds} 秒内没有应答。",
    "{program} cannot be run: {error}.": "无法运行 {program}：{error}。",
    "Something answers at {url} (HTTP {status:n}), but it is not a Mirage backend.": (
        "{url} 有应答（HTTP {status}），但不是 Mirage 后端。"
    ),
    "Check the address and the port in the add-on's preferences.": "请检查插件偏好设置中的地址和端口。",
    "The add-on is version {addon_version} and the backend at {url} version {theirs}: they speak protocols "
    "{protocol_version:n} and {spoken}.": (
        "插件版本为 {addon_version}，{url} 处的后端版本为 {theirs}：两者的协议分别为 {protocol_version} 和 {spoken}。"
    ),
    "Update whichever is older, so that both come from the same release.": "请更新较旧的一方，使两者来自同一版本。",
    "The backend at {url} answered HTTP {status:n}.": "{url} 的后端应答 HTTP {status}。",
    "See the backend's log for the cause.": "原因请看后端的日志。",
    "The backend at {url} does not accept the token.": "{url} 的后端不接受该令牌。",
    "Copy the text of the file `token` in the backend's data folder into the add-on's preferences.": (
        "请把后端数据文件夹中 `token` 文件的内容复制到插件的偏好设置。"
    ),
    "The backend at {url} answered what this add-on cannot read: {error}.": (
        "{url} 的后端应答了此插件无法读取的内容：{error}。"
    ),
    "Update the add-on and the backend to the same release.": "请把插件和后端更新到同一版本。",
    "{url} does not answer with a valid https certificate.": "{url} 没有有效的 https 证书。",
    "Write http:// instead, or give the backend's proxy a certificate that this machine trusts.": (
        "请改写为 http://，或为后端的代理配置本机信任的证书。"
    ),
    "{host} did not answer within {seconds:n} seconds.": "{host} 在 {seconds} 秒内没有应答。",
    "Check that the machine is on and that its firewall lets port {port:n} in.": (
        "请检查该机器是否开机，以及其防火墙是否允许端口 {port}。"
    ),
    "The backend at {url} said nothing for {seconds:n} seconds.": "{url} 的后端已 {seconds} 秒没有回应。",
    "Look at its log; if it hangs, stop and start it.": "请看它的日志；若已卡死，请停止后重新启动。",
    "There is no machine called {host:r}.": "没有名为 {host} 的机器。",
    "{host} is there, but nothing listens on port {port:n}.": "{host} 在线，但端口 {port} 没有程序监听。",
    "Start the backend there.": "请在那里启动后端。",
    "{start:t} The backend's usual port is {port:n}.": "{start}后端的常用端口是 {port}。",
    "Check the address for a typo.": "请检查地址是否有误。",
    "The connection to {url} broke off ({cause}).": "与 {url} 的连接中断（{cause}）。",
    "Check the network and the backend's log.": "请检查网络和后端的日志。",
    "Blender Mirage is not enabled.": "Blender Mirage 未启用。",
    "Enable it in Edit > Preferences > Add-ons.": "请在 编辑 > 偏好设置 > 插件 中启用它。",
    "The backend {address} is on another machine, and Blender may not go online.": (
        "后端 {address} 在另一台机器上，而 Blender 不允许联网。"
    ),
    "Enable Allow Online Access in Preferences > System, or use a backend on this machine.": (
        "请在 偏好设置 > 系统 中启用“允许联机访问”，或使用本机的后端。"
    ),
    "The world {name:r} is not on the backend at {url}.": "世界 {name} 不在 {url} 的后端上。",
    "Choose another world or make a new one.": "请选择另一个世界或新建一个。",
    "The world of this scene is not on the backend at {url}: choose another.": (
        "此场景的世界不在 {url} 的后端上：请另选一个。"
    ),
    "A job could not be cancelled: {message:o}": "无法取消任务：{message}",
    # a backend that goes away
    "Does not answer": "没有应答",
    "The backend stopped and is being started again.": "后端已停止，正在重新启动。",
    "Its work goes on where it stopped.": "它会从停止处继续。",
    "The backend does not answer: trying again for {seconds:n} s.": "后端没有应答：还会重试 {seconds} 秒。",
    ("It hangs, or this machine is very busy. If it stays like this, end its process and press Start Backend."): (
        "它已卡死，或本机非常繁忙。若一直如此，请结束其进程，再点击“启动后端”。"
    ),
    "The backend at {where} does not answer: trying again for {seconds:n} s.": (
        "{where} 的后端没有应答：还会重试 {seconds} 秒。"
    ),
    "Check the network, and that it runs there. Cancel keeps the frames that are here.": (
        "请检查网络，以及它是否在那里运行。点击“取消”会保留已取回的帧。"
    ),
    "The backend stopped: waiting for it for {seconds:n} s.": "后端已停止：还会等待 {seconds} 秒。",
    "Press Start Backend: its work goes on where it stopped.": "请点击“启动后端”：它会从停止处继续。",
    "The backend stopped reporting on a job that still runs.": "后端不再报告仍在运行的任务。",
    "See its log for the cause.": "原因请看它的日志。",
    "The backend stayed away for {seconds:n} seconds.": "后端已有 {seconds} 秒没有应答。",
    "Press Start Backend when it is back, to fetch the takes that it was asked for.": (
        "请在它恢复后点击“启动后端”，以取回请求的镜次。"
    ),
    "The backend did not confirm that it stopped: it may go on.": "后端没有确认已停止：它可能仍在继续。",
    "Frames that it finishes are fetched when it is found again (Start Backend).": (
        "它完成的帧会在重新找到它时取回（“启动后端”）。"
    ),
    "The backend has not confirmed that it stopped.": "后端尚未确认已停止。",
    "{program} is not a Python (exit code {code:n}).": "{program} 不是 Python（退出代码 {code}）。",
    "it said nothing (exit code {code:n}).": "没有输出（退出代码 {code}）。",
    "The backend is not installed in {program}.": "{program} 中没有安装后端。",
    "The backend ended while it started: {words:o}": "后端在启动时退出：{words}",
    "Cancelled while the set was sent.": "在发送布景时取消。",
    "What arrived stays there for a few days.": "已收到的内容会在那里保留几天。",
    # takes that are fetched later
    "Takes of {shots} are not here yet: press Start Backend to fetch them.": (
        "{shots} 的镜次还没取回：请点击“启动后端”取回。"
    ),
    "{shot}: a take that was asked for earlier is no longer on the backend.": "{shot}：先前请求的镜次已不在后端上。",
    "Takes that were asked for are not here yet. {error:o}": "请求的镜次还没取回。{error}",
    "Takes wait on the backend {address}: enter that address in the preferences to fetch them.": (
        "有镜次在后端 {address} 上等待：请在偏好设置中填写该地址以取回。"
    ),
}
