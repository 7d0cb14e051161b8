"""Setting the backend up, and its page in the preferences."""

SIMPLIFIED_CHINESE = {
    "Set-up": "安装",
    "Set Up Backend": "安装后端",
    (
        "Make a Python environment for the backend, outside Blender, or bring it to the add-on's version. pip "
        "downloads about 0.3 GB, with an NVIDIA GPU 2.9 GB. Nothing else on this machine is changed"
    ): (
        "在 Blender 之外为后端建立 Python 环境，或将其更新到插件的版本。"
        "pip 大约下载 0.3 GB，使用 NVIDIA GPU 时为 2.9 GB。"
        "本机的其他内容不会改变"
    ),
    "Cancel Set-up": "取消安装",
    "Stop setting the backend up; what was half made is removed, and what pip downloaded whole is kept": (
        "停止安装后端；未完成的部分会删除，pip 已完整下载的内容会保留"
    ),
    "It is being cancelled: what was half made is removed": "正在取消：正在删除未完成的部分",
    "The backend is not being set up": "没有正在安装后端",
    "The backend is being set up": "正在安装后端",
    "The preferences name a backend on another machine: it is set up there": (
        "偏好设置中指定的后端在另一台机器上：请在那台机器上安装"
    ),
    "Open Log": "打开日志",
    "Test Connection": "测试连接",
    "Open Wheel Folder": "打开 wheel 文件夹",
    "Backend": "后端",
    "This Machine": "本机",
    "The backend runs beside Blender, which sets it up and starts it": "后端与 Blender 并行运行，由 Blender 安装并启动",
    "Another Machine": "另一台机器",
    "The backend runs on a machine with a GPU in this network": "后端在局域网内另一台带 GPU 的机器上运行",
    "Of the other machine, in any form: 192.168.1.20:8765, http://gpu.local:8765, https://gpu.example.org": (
        "另一台机器的地址，任意写法：192.168.1.20:8765、http://gpu.local:8765、https://gpu.example.org"
    ),
    "The text of the file `token` in the data folder of the backend on the other machine": (
        "另一台机器上后端数据文件夹中 `token` 文件的内容"
    ),
    "Compute On": "计算设备",
    "Automatic": "自动",
    "An NVIDIA GPU where its driver answers, Apple's on a Mac, else the CPU": (
        "驱动有响应时使用 NVIDIA GPU，Mac 上使用 Apple GPU，否则使用 CPU"
    ),
    "NVIDIA GPU": "NVIDIA 显卡",
    "Set the backend up with PyTorch for CUDA, a download of 2.9 GB": "安装带 CUDA 的 PyTorch，下载 2.9 GB",
    "CPU": "仅 CPU",
    "Set the backend up with the small PyTorch that uses no GPU": "安装不使用 GPU 的小型 PyTorch",
    "Holds the backend's environment, worlds and takes. Empty: the usual one of this system": (
        "存放后端的环境、世界和镜次。空：系统的默认位置"
    ),
    (
        "To set the backend up with (3.11 to 3.14), or one that has the backend already. Empty: one is found, and "
        "the environment that was set up is used"
    ): "用来安装后端的 Python（3.11 至 3.14），或已装有后端的 Python。空：自动查找，并使用已安装的环境",
}

SENTENCES = {
    # what goes on
    "Looking at this machine": "正在查看本机",
    "Looking for a Python": "正在查找 Python",
    "Making an environment": "正在建立环境",
    "Renewing pip": "正在更新 pip",
    "Downloading pip": "正在下载 pip",
    "Asking for PyTorch": "正在查询 PyTorch",
    "Asking the usual index": "正在查询默认软件源",
    "Checking the backend": "正在检查后端",
    "Tidying up": "正在清理",
    "Looking for {package}": "正在查找 {package}",
    "Downloading {package}": "正在下载 {package}",
    "Downloading {package}, {size:n} {unit}": "正在下载 {package}，{size} {unit}",
    "Downloading {package}, {done:n} of {total:n} MB": "正在下载 {package}，{done} / {total} MB",
    "{package} was downloaded before": "{package} 之前已下载",
    "Installing packages, {done:n} of {count:n}": "正在安装软件包，{done} / {count}",
    "{phase:t}, {minutes:n} min {seconds:n} s": "{phase}，{minutes} 分 {seconds} 秒",
    "{phase:t}, {seconds:n} s": "{phase}，{seconds} 秒",
    "Cancelling: what was half made is removed": "正在取消：正在删除未完成的部分",
    # what was decided
    "Made from {python}.": "由 {python} 建立。",
    "No other Python was found, so it is made from Blender's own, {python}. Nothing is put into that one.": (
        "没有找到其他 Python，因此由 Blender 自带的 {python} 建立。其中不会放入任何内容。"
    ),
    "PyTorch for {device:t}.": "PyTorch：{device}。",
    "the CPU": "CPU 版",
    "Apple's GPU": "Apple GPU 版",
    "NVIDIA GPUs ({build})": "NVIDIA GPU 版（{build}）",
    "{index} cannot be reached, so PyTorch comes from the usual index: a larger download.": (
        "无法访问 {index}，因此从默认软件源获取 PyTorch：下载量更大。"
    ),
    # how it ended
    "Ready on {device:o}.": "就绪：{device}。",
    "cpu (slow: no GPU is used)": "CPU（较慢：未使用 GPU）",
    "this machine": "本机",
    "Cancelled. What pip had downloaded whole is kept for the next time.": (
        "已取消。pip 已完整下载的内容会留到下次使用。"
    ),
    "Setting the backend up stopped unexpectedly.": "安装后端意外停止。",
    "The environment could not be made. {cause:o}": "无法建立环境。{cause}",
    "The backend was installed, but does not work: {why:o}.": "后端已安装，但不能工作：{why}。",
    "it does not start": "它无法启动",
    "Open Log shows all of it.": "“打开日志”可查看全部内容。",
    "PyTorch for {device:t} could not be downloaded from {index}. {cause:o}": (
        "无法从 {index} 获取 PyTorch（{device}）。{cause}"
    ),
    # the other machine
    (
        "On the other machine: install the wheel that lies in this add-on's folder with pip in a virtual environment, "
        "run `mirage serve --host 0.0.0.0`, and copy the text of the file `token` in its data folder to here."
    ): (
        "在另一台机器上：在虚拟环境中用 pip 安装此插件文件夹里的 wheel，运行 `mirage serve --host 0.0.0.0`，"
        "再把其数据文件夹中 `token` 文件的内容复制到这里。"
    ),
    # versions
    "The backend is version {backend}, the add-on {addon}. Set Up Backend brings both to one version.": (
        "后端版本为 {backend}，插件版本为 {addon}。“安装后端”可使两者一致。"
    ),
    "The backend is version {backend}, the add-on {addon}. Set it up there with this add-on's version.": (
        "后端版本为 {backend}，插件版本为 {addon}。请在那台机器上安装与插件相同的版本。"
    ),
    # what stands in the way, and the next step
    "This add-on does not carry its backend: it was not installed from a release's zip.": (
        "此插件不带后端：它不是由发布的 zip 安装的。"
    ),
    "Install the zip that build_addon.py makes (Preferences > Get Extensions > Install from Disk).": (
        "请安装由 build_addon.py 生成的 zip（偏好设置 > 获取扩展 > 从磁盘安装）。"
    ),
    "There is too little space: {needed:n} GB are needed in {folder}, {free:n} GB are free.": (
        "空间不足：{folder} 需要 {needed} GB，可用 {free} GB。"
    ),
    "Free some, or choose a Data Folder on another disk in the preferences; then press Set Up Backend again.": (
        "请释放空间，或在偏好设置中选择另一块磁盘上的数据文件夹；然后再次点击“安装后端”。"
    ),
    "The data folder {folder} cannot be written to ({error}).": "数据文件夹 {folder} 无法写入（{error}）。",
    "Choose another Data Folder in the preferences, one of your own, then press Set Up Backend again.": (
        "请在偏好设置中选择另一个属于您的数据文件夹，然后再次点击“安装后端”。"
    ),
    "Another Blender is setting the backend up just now.": "另一个 Blender 正在安装后端。",
    "Wait until it is done.": "请等待完成。",
    "The backend is making takes, and setting it up would end them.": "后端正在生成镜次，安装会中断它们。",
    "Wait until they are done, or cancel them; then press Set Up Backend again.": (
        "请等待完成或取消它们，然后再次点击“安装后端”。"
    ),
    "The backend that runs (process {process:n}) cannot be ended.": "无法结束正在运行的后端（进程 {process}）。",
    "End it by hand, where it was started; then press Set Up Backend again.": (
        "请在启动它的地方手动结束它，然后再次点击“安装后端”。"
    ),
    "The preferences say that the backend is on another machine, and not on which.": (
        "偏好设置指定后端在另一台机器上，但没有写明是哪一台。"
    ),
    "Write its address there, or choose This Machine.": "请在那里填写地址，或选择“本机”。",
    # Pythons
    "Python {version} ({program})": "Python {version}（{program}）",
    "The Python that the preferences name cannot be used ({program}): {why:t}.": (
        "偏好设置中指定的 Python 不能使用（{program}）：{why}。"
    ),
    "Clear the field Python, so that one is looked for, or choose another one.": (
        "请清空“Python”一栏以便自动查找，或选择另一个。"
    ),
    "it does not run": "它无法运行",
    "it is Python {version}, and it takes {oldest} to {newest}": "它是 Python {version}，需要 {oldest} 至 {newest}",
    "it is a 32-bit Python, and PyTorch needs a 64-bit one": "它是 32 位 Python，而 PyTorch 需要 64 位",
    "it is made for Intel Macs, which PyTorch no longer supports": "它用于 Intel Mac，PyTorch 已不再支持",
    "it is a free-threaded build, for which some packages have no wheels": "它是自由线程版，部分软件包没有对应的版本",
    "it lacks the module venv": "它缺少 venv 模块",
    "No Python from {oldest} to {newest} was found.": "没有找到 {oldest} 至 {newest} 的 Python。",
    (
        "Install Python 3.12 (64 bit) from https://www.python.org/downloads/windows/, or run "
        "`winget install Python.Python.3.12` in a terminal; then press Set Up Backend again."
    ): (
        "请从 https://www.python.org/downloads/windows/ 安装 Python 3.12（64 位），或在终端中运行 "
        "`winget install Python.Python.3.12`；然后再次点击“安装后端”。"
    ),
    (
        "Install Python 3.12 from https://www.python.org/downloads/macos/, or run `brew install python@3.12` in a "
        "terminal; then press Set Up Backend again."
    ): (
        "请从 https://www.python.org/downloads/macos/ 安装 Python 3.12，或在终端中运行 `brew install python@3.12`；"
        "然后再次点击“安装后端”。"
    ),
    (
        "Install one in a terminal (Debian, Ubuntu: `sudo apt install python3`; Fedora: `sudo dnf install python3.12`; "
        "Arch: `sudo pacman -S python`); then press Set Up Backend again."
    ): (
        "请在终端中安装（Debian、Ubuntu：`sudo apt install python3`；Fedora：`sudo dnf install python3.12`；"
        "Arch：`sudo pacman -S python`）；然后再次点击“安装后端”。"
    ),
    "Choose another Python in the preferences.": "请在偏好设置中选择另一个 Python。",
    "Clear the field Python in the add-on's preferences, then press Set Up Backend.": (
        "请清空插件偏好设置中的“Python”一栏，然后点击“安装后端”。"
    ),
    "Press Set Up Backend, here or in the add-on's preferences.": "请点击“安装后端”（在此处或插件的偏好设置中）。",
    "The backend is not set up on this machine yet.": "本机尚未安装后端。",
    # GPUs
    "No NVIDIA card was found: its driver's nvidia-smi does not answer.": (
        "没有找到 NVIDIA 显卡：其驱动的 nvidia-smi 没有响应。"
    ),
    (
        "The driver of the {card} is version {driver}, and PyTorch takes {least:n} or newer: update it from "
        "https://www.nvidia.com/drivers."
    ): ("{card} 的驱动版本为 {driver}，PyTorch 需要 {least} 或更新的版本：请从 https://www.nvidia.com/drivers 更新。"),
    "Choose Automatic or CPU in the preferences, then press Set Up Backend again.": (
        "请在偏好设置中选择“自动”或“仅 CPU”，然后再次点击“安装后端”。"
    ),
    # pip
    "{page} has no pip for Python {version}.": "{page} 没有适用于 Python {version} 的 pip。",
    "pip could not be downloaded from {page} ({error}).": "无法从 {page} 下载 pip（{error}）。",
    (
        "Check that this machine is online, or install Python with pip "
        "(Debian, Ubuntu: `sudo apt install python3-venv`); then press Set Up Backend again."
    ): (
        "请确认本机已联网，或安装带 pip 的 Python（Debian、Ubuntu：`sudo apt install python3-venv`）；"
        "然后再次点击“安装后端”。"
    ),
    "The download of pip came out damaged.": "下载的 pip 已损坏。",
    "Press Set Up Backend again.": "请再次点击“安装后端”。",
    "The disk is full.": "磁盘已满。",
    "Free some space, or choose a Data Folder on another disk; then press Set Up Backend again.": (
        "请释放空间，或选择另一块磁盘上的数据文件夹；然后再次点击“安装后端”。"
    ),
    "The proxy of this network did not let pip through.": "此网络的代理没有放行 pip。",
    (
        "Give pip the proxy (`pip config set global.proxy http://USER:PASSWORD@HOST:PORT` in a terminal), then press "
        "Set Up Backend again."
    ): (
        "请为 pip 设置代理（在终端中运行 `pip config set global.proxy http://USER:PASSWORD@HOST:PORT`），"
        "然后再次点击“安装后端”。"
    ),
    "The package index does not show a certificate that this machine trusts.": "软件源没有出示本机信任的证书。",
    (
        "A firewall that reads https traffic does that: give pip its certificate "
        "(`pip config set global.cert FILE` in a terminal), then press Set Up Backend again."
    ): (
        "这通常是读取 https 流量的防火墙所致：请把它的证书交给 pip（在终端中运行 `pip config set global.cert FILE`），"
        "然后再次点击“安装后端”。"
    ),
    "Another program holds a file of the environment, most often a virus scanner.": (
        "另一个程序占用了环境中的文件，通常是杀毒软件。"
    ),
    "Wait a minute and press Set Up Backend again; if it stays so, exclude the data folder from the scanner.": (
        "请稍等片刻再点击“安装后端”；如果仍然如此，请让杀毒软件排除数据文件夹。"
    ),
    "A path became longer than Windows allows.": "路径超过了 Windows 允许的长度。",
    "Choose a Data Folder with a short path, such as C:\\Mirage, then press Set Up Backend again.": (
        "请选择路径较短的数据文件夹，例如 C:\\Mirage，然后再次点击“安装后端”。"
    ),
    "The environment's folder may not be written to.": "环境所在的文件夹不可写入。",
    "Choose a Data Folder of your own in the preferences, then press Set Up Backend again. No administrator is "
    "needed.": ("请在偏好设置中选择属于您的数据文件夹，然后再次点击“安装后端”。不需要管理员权限。"),
    "A download came out damaged.": "下载的文件已损坏。",
    "Press Set Up Backend again; if it stays so, clear pip's store (`pip cache purge` in a terminal).": (
        "请再次点击“安装后端”；如果仍然如此，请清空 pip 的缓存（在终端中运行 `pip cache purge`）。"
    ),
    "The package index cannot be reached.": "无法访问软件源。",
    (
        "Check that this machine is online and that no firewall or wrong proxy stops pip, then press Set Up Backend "
        "again."
    ): "请确认本机已联网，且没有防火墙或错误的代理拦截 pip，然后再次点击“安装后端”。",
    "The connection to the package index broke off.": "与软件源的连接中断。",
    "Press Set Up Backend again: what pip downloaded whole is kept.": (
        "请再次点击“安装后端”：pip 已完整下载的内容会保留。"
    ),
    "The package index has no {package} for this Python and this system.": (
        "软件源没有适用于此 Python 和系统的 {package}。"
    ),
    "Choose another Python in the preferences (3.12 has the most packages), then press Set Up Backend again.": (
        "请在偏好设置中选择另一个 Python（3.12 的软件包最全），然后再次点击“安装后端”。"
    ),
    "The system ended pip.": "系统结束了 pip。",
    "Most often that means too little memory: close other programs, then press Set Up Backend again.": (
        "通常是内存不足：请关闭其他程序，然后再次点击“安装后端”。"
    ),
    "pip failed: {cause:o}": "pip 失败：{cause}",
    "exit code {code:n}": "退出代码 {code}",
    "Open Log shows all that it said.": "“打开日志”可查看它的全部输出。",
}
