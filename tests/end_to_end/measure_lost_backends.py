"""How soon the panel says that a backend is lost, and how soon Cancel is obeyed:
`python -m tests.end_to_end.measure_lost_backends`.

Real Blender (bpy) with the add-on's own timer turned by hand every 20 ms, a real backend with the tiny engine, a real
proxy for the cable. Linux only.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy

from blender_mirage.event_pump import pump
from tests.support import tiny_worker
from tests.support.addon import enabled_addon, small_set
from tests.support.cutting_proxy import cutting_proxy
from tests.support.killable import Killable

PATIENCE_S = 70.0


def state():
    return bpy.context.window_manager.mirage


def seconds_until(reached: Callable[[], bool]) -> float:
    start = time.perf_counter()
    while not reached():
        pump.tick()
        time.sleep(0.02)
        if time.perf_counter() - start > PATIENCE_S:
            return float("inf")
    return time.perf_counter() - start


def measure(name: str, harm: str, local: bool, start: bool, quick_cancel: bool = False) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "data").mkdir()
        backend = Killable(folder / "data", tiny_worker)
        with cutting_proxy(str(backend.client.base_url)) as proxy:
            token = backend.client.headers["Authorization"].split()[1]
            there = {"data_dir": str(folder / "data")} if local else {"address": proxy.url, "token": token}
            with enabled_addon(start_backend=start, **there) as scene:
                small_set(scene)
                scene.frame_end, scene.mirage.prompt = 2000, "slow"
                bpy.ops.wm.save_as_mainfile(filepath=str(folder / "set.blend"))
                bpy.ops.mirage.generate_take()
                seconds_until(lambda: state().frames_saved >= 3)
                {
                    "kill": lambda: backend.kill(worker_too=True),
                    "worker": backend.kill_worker,
                    "hang": backend.suspend,
                    "cable": proxy.freeze,
                    "nothing": lambda: None,
                }[harm]()
                told, words = 0.0, ""
                if not quick_cancel:
                    told = seconds_until(lambda: bool(state().message))
                    words = f"{state().message} {state().hint}"
                ended = 0.0
                if state().job_state == "RUNNING":
                    bpy.ops.mirage.cancel_job()
                    ended = seconds_until(lambda: state().job_state != "RUNNING")
                print(
                    f"{name:<44} told {told:5.2f} s   cancel {ended:5.2f} s   {state().job_state:<9} {words}",
                    flush=True,
                )
                backend.wake()
                proxy.thaw()
                backend.process.kill()
                backend.process.wait()
                backend.close()
                proxy.close()
                pump.run_until_idle()
                pump.stop_started()


if __name__ == "__main__":
    measure("nothing happens, cancel", "nothing", True, False, quick_cancel=True)
    measure("server killed, here, not to be started", "kill", True, False)
    measure("server killed, here, to be started", "kill", True, True)
    measure("server killed, elsewhere", "kill", False, False)
    measure("worker killed", "worker", True, False)
    measure("server hangs, here", "hang", True, False)
    measure("server hangs, cancel at once", "hang", True, False, quick_cancel=True)
    measure("cable pulled", "cable", False, False)
    measure("cable pulled, cancel at once", "cable", False, False, quick_cancel=True)
