"""A filmmaker's first afternoon with the add-on, by mouse and keys in a windowed Blender, with a picture of each step:
install, set up, demo set, look, the first frame, cancel, regenerate, strips on the timeline, swap versions, look
through the camera, go to the shots, live look, coverage, check and save, preferences.

The clicks from *Install from Disk* to the first frame are counted, and may be no more than MOST_CLICKS.

    python tests/gui/filmmaker.py --zip ZIP --display :99 --out DIR [--blender "COMMAND"]

Needs an X display of its own of 1600 x 900 without other windows (Xvfb will do), and a Blender with factory settings.
Where its data folder (MIRAGE_DATA_DIR) has no backend, one is set up by the button. Nothing is pressed by script:
`companion.py` inside Blender only tells what is there. DIR and ZIP must have the same path for Blender. Leaves the
pictures and `report.json` in DIR; ends with 1, and a picture of how it stood, where something was not as it should be.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from screen import Box, Screen
from user import SETTLE_SECONDS, Blender, User

FOLDED = 60
"""Pixels of a sidebar that shows its tabs only."""
BUSY = ("READING", "RUNNING")
MOST_CLICKS = {True: 12, False: 15}
"""From *Install from Disk* to the first frame, where the backend is set up, and where it is not."""
MAIN_WINDOW = "Blender [0-9]"
SPLASH = Box(500, 150, 700, 600)
SET_UP_SECONDS = 1500.0


def go_to_folder(user: User, files: Box, folder: Path) -> None:
    """In a file browser."""
    user.screen.move(files.centre)
    user.screen.key("ctrl+l")
    user.screen.key("ctrl+a")
    user.screen.type(f"{folder}/")
    user.screen.key("Return")
    user.screen.click((files.x + files.width // 2, files.y + files.height - 80))  # 5.2 goes on completing the path
    time.sleep(2.0)


def leave_splash(user: User) -> None:
    """A Blender that was never started before asks for a language and keys instead of showing recent files."""
    user.await_any(("Getting Started", "Quick Setup"), SPLASH)
    user.screen.click((1250, 700))
    time.sleep(SETTLE_SECONDS)


def install(user: User, archive: Path) -> None:
    screen = user.screen
    user.menu("Edit", "Preferences")
    time.sleep(2.0)
    page = user.window("Preferences")
    screen.click(screen.find("Get Extensions", page).centre)
    time.sleep(2.0)
    screen.click((page.x + page.width - 19, page.y + 18))  # the arrow at the end of the header
    below = Box(page.x + page.width // 2, page.y + 24, page.width, 300)
    from_disk = screen.find("Install from Disk", below).centre
    screen.clicks = 0
    screen.click(from_disk)
    time.sleep(3.0)
    files = user.window("File View", 200, 120)
    go_to_folder(user, files, archive.parent)
    listed = Box(files.x + 240, files.y + 60, 600, files.height - 110)
    screen.click(screen.find(archive.name, listed).centre)
    user.picture("install_from_disk")
    foot = Box(files.x + files.width // 2, files.y + files.height - 50, files.width // 2, 50)
    screen.click(screen.find("Install from Disk", foot).centre)
    user.until(lambda seen: seen["enabled"], 120.0)
    screen.to_front(MAIN_WINDOW)


def open_panel(user: User) -> None:
    view = next(area for area in user.seen["areas"] if area["type"] == "VIEW_3D")
    if "UI" not in view["regions"]:
        user.screen.move(Box.of(view).centre)
        user.screen.key("n")
        user.until(lambda seen: any("UI" in area["regions"] for area in seen["areas"]), 20.0)
        time.sleep(SETTLE_SECONDS)
    side = user.sidebar
    if side.width > FOLDED and user.screen.shows("Shots", side):
        return  # pressed once more, the tab would fold the sidebar
    tabs = Box(side.x + side.width - 26, side.y, 26, side.height)
    user.screen.click(user.screen.find("Mirage", tabs, turned=True).centre)
    time.sleep(SETTLE_SECONDS)
    user.picture("first_screen")


def set_up(user: User) -> None:
    """The one button of the first screen, where there is no backend yet; the demo set is built meanwhile."""
    user.had_backend = user.seen["installed"]
    if user.had_backend:
        return
    user.press("Allow Online Access and Set Up")
    user.until(lambda seen: seen["setup"]["state"] == "RUNNING", 20.0)
    user.picture("setting_up")


def demo_set(user: User) -> None:
    """Seen through its camera at once."""
    user.press("Build Demo Set")
    seen = user.until(lambda seen: len(seen["shots"]) == 2)
    assert all(seen["through_camera"]) and seen["camera"] == seen["shots"][0]["name"], seen
    user.picture("demo_set")


def first_frame(user: User) -> None:
    """Generate is pressed while the look renders, and waits for it; nothing moves under the pointer."""
    user.until(lambda seen: user.had_backend or seen["setup"]["state"] == "DONE", SET_UP_SECONDS)
    user.press("Draft")
    place = user.locate("Generate Shot"), user.locate("Image")
    user.press("Render Look")
    user.until(lambda seen: seen["job"] in BUSY, 20.0)
    user.screen.click(place[0].centre)  # where it was: a small look is soon rendered
    user.until(lambda seen: seen["waiting"] == [f"Generate Shot {seen['shots'][0]['name']}"], 20.0)
    user.picture("generate_waits_for_the_look")
    seen = user.until(lambda seen: seen["saved"] >= 1)
    clicks, most = user.screen.clicks, MOST_CLICKS[user.had_backend]
    user.told.append({"clicks from Install from Disk to the first frame": clicks, "at most": most})
    print(f"clicks: {clicks} of {most}", flush=True)
    assert clicks <= most, clicks
    user.until(lambda seen: seen["saved"] >= 8)
    user.picture("frames_arrive_while_it_runs")
    seen = settled(user)
    assert seen["job"] == "DONE" and len(seen["strips"]) == 1, seen
    assert (user.locate("Generate Shot"), user.locate("Image")) == place, "something moved"
    user.picture("first_take_done")


def save_the_file(user: User) -> None:
    """The check says that it must be saved, and has the button."""
    file = user.out / "first_afternoon.blend"
    user.unfold("Check", "Check Before Generating")
    user.press("Check Before Generating")
    user.until(lambda seen: seen["job"] not in BUSY and seen["kind"] == "CHECK", 120.0)
    user.locate("Save As")
    user.picture("check_before_generating")
    user.press("Save As")
    time.sleep(2.0)
    files = user.window("File View", 200, 120)
    screen = user.screen
    go_to_folder(user, files, file.parent)
    screen.click((files.x + files.width // 2, files.y + files.height - 21))
    screen.key("ctrl+a")
    screen.type(file.name)
    screen.key("Return")
    screen.move(files.centre)
    screen.key("Return")
    user.until(lambda seen: seen["saved_as"] == str(file), 30.0)
    user.press("Check")


def go_to_shots(user: User) -> None:
    """A press on a shot goes to its first frame and looks through its camera."""
    for shot in reversed(user.seen["shots"]):
        user.press(shot["name"].replace("_", " "))
        user.until(lambda seen, name=shot["name"]: seen["camera"] == name, 20.0)
        user.picture(f"shot_{shot['name']}")


def settled(user: User) -> dict[str, Any]:
    return user.until(lambda seen: seen["job"] not in BUSY)


def version(seen: dict[str, Any]) -> int:
    """Of the take that the first shot's strip shows; 0 without one."""
    names = [strip for strip in seen["strips"] if strip.startswith(seen["shots"][0]["name"])]
    return int(names[0].rpartition("v")[2]) if names else 0


def cancel(user: User) -> None:
    before = version(user.seen)
    user.press("Generate Shot")
    user.until(lambda seen: seen["job"] in BUSY, 20.0)
    place = user.locate("Cancel").centre  # looked for while the set is read: a small take is soon made
    user.until(lambda seen: seen["saved"] >= 3)
    user.screen.click(place)
    start = time.monotonic()
    user.until(lambda seen: seen["cancelling"] or seen["job"] not in BUSY, 30.0)
    told = time.monotonic() - start
    seen = user.until(lambda seen: seen["job"] not in BUSY, 30.0)
    user.told.append({"seconds from the click": {"told": round(told, 2), "over": round(time.monotonic() - start, 2)}})
    assert seen["job"] == "CANCELLED" and version(seen) == before + 1, seen
    user.picture("cancelled_with_its_frames_kept")


def regenerate(user: User) -> None:
    before = version(user.seen)
    user.press("Generate Shot")
    user.until(lambda seen: seen["job"] in BUSY, 20.0)
    seen = settled(user)
    assert seen["job"] == "DONE" and version(seen) == before + 1, seen
    user.picture("regenerated")


def swap_versions(user: User) -> None:
    """The arrows beside the list of takes move the eye: up is the line above, an older one."""
    newest = version(user.seen)
    side = user.sidebar
    listed = user.locate("Takes")
    if listed.y + 160 > side.y + side.height:
        user.screen.scroll(side.centre, 4)
        listed = user.screen.find("Takes", side)
    arrow = (side.x + side.width - 50, listed.centre[1] + 33)
    for older in (newest - 1, newest - 2):
        user.screen.click(arrow)
        user.until(lambda seen, wanted=older: version(seen) == wanted, 20.0)
    user.until(lambda seen: [take["shown"] for take in seen["takes"]].index(True) == newest - 3, 10.0)
    user.picture("older_version_shown")


def look_through_the_camera(user: User) -> None:
    """The take lies behind the camera: out of its view, back into it, and along the shot with the arrow keys."""
    user.over_viewport("KP_0")
    user.picture("the_set_from_outside")
    user.over_viewport("KP_0")
    frame = user.seen["frame"]
    for _ in range(20):
        user.screen.key("Right")
    user.until(lambda seen: seen["frame"] == frame + 20, 20.0)
    user.picture("look_through_the_camera")


def on_the_timeline(user: User) -> None:
    """The editor below becomes the sequencer, drawn up until its strips can be seen."""
    low = lower_editor(user).height
    for above in range(-4, 7):  # pixels: where between two editors the edge is taken differs with the version
        below = lower_editor(user)
        user.screen.drag((below.x + 300, below.y - above), (below.x + 300, below.y - 190), steps=16)
        time.sleep(SETTLE_SECONDS)
        if lower_editor(user).height > low + 100:
            break
    below = lower_editor(user)
    assert below.height > low + 100, "the edge was missed"
    to_sequencer(user)
    frame_strips(user)
    user.picture("strips_on_the_timeline")


def frame_strips(user: User) -> None:
    """All of the film, in channels that are high enough for its pictures. By itself Blender leaves the first channel
    behind the row of the markers."""
    middle = lower_editor(user).centre
    user.screen.move(middle)
    user.screen.key("Home")
    time.sleep(2 * SETTLE_SECONDS)
    above = (middle[0], middle[1] - 60)
    user.screen.drag(middle, above, button=2, held="ctrl")
    time.sleep(2 * SETTLE_SECONDS)
    user.screen.drag(middle, above, button=2)
    time.sleep(2 * SETTLE_SECONDS)


def to_sequencer(user: User) -> None:
    """Of the editor below, by the menu of its kind."""
    below = lower_editor(user)
    user.screen.click((below.x + 22, below.y + 14))
    time.sleep(SETTLE_SECONDS)
    menu = Box(below.x, below.y - 300, 820, 300 + below.height)
    user.screen.click(user.screen.find("Video Sequencer", menu).centre)
    user.until(lambda seen: any(area["type"] == "SEQUENCE_EDITOR" for area in seen["areas"]), 30.0)
    time.sleep(3 * SETTLE_SECONDS)  # it is drawn first


def lower_editor(user: User) -> Box:
    return max((Box.of(area) for area in user.seen["areas"] if area["x"] < 100), key=lambda box: box.y)


def live_look(user: User) -> None:
    """The engine's frame over the camera's view: it follows the playhead, and the camera moved by hand."""
    user.press("Live Look", last=True)
    user.until(lambda seen: bool(seen["live"]["seen"]), 90.0)
    time.sleep(4.0)
    user.picture("live_look")
    for _ in range(12):
        user.screen.key("Right")
    time.sleep(4.0)
    user.picture("live_look_follows_the_playhead")
    user.told.append({"live": user.seen["live"]})
    user.press("Live Look", last=True)
    user.until(lambda seen: not seen["live"]["on"], 20.0)


def coverage_overlay(user: User) -> None:
    user.unfold("Coverage", "Coverage Overlay")
    user.press("Coverage Overlay")
    user.until(lambda seen: bool(seen["overlay"]["never"]), 90.0)
    time.sleep(4.0)
    user.picture("coverage_in_camera_view")
    view = user.viewport.centre
    user.screen.drag(view, (view[0] + 160, view[1] + 60), button=2)
    time.sleep(2.0)
    user.picture("coverage_on_the_set")
    user.press("Coverage Overlay")
    user.press("Coverage")
    user.over_viewport("KP_0")


def preferences(user: User) -> None:
    """The add-on's page, where the backend is set up too."""
    user.menu("Edit", "Preferences")
    time.sleep(3.0)
    page = user.window("Preferences")
    screen = user.screen
    screen.click(screen.find("Add-ons", Box(page.x, page.y, 180, page.height)).centre)
    time.sleep(2.0)
    name = screen.find("Blender Mirage", page)
    screen.click((name.x - 28, name.centre[1]))  # unfolds it
    user.picture("preferences", page)


STEPS: dict[str, Callable[[User], None]] = {
    "panel": open_panel,
    "set-up": set_up,
    "demo": demo_set,
    "first": first_frame,
    "cancel": cancel,
    "regenerate": regenerate,
    "timeline": on_the_timeline,
    "swap": swap_versions,
    "camera": look_through_the_camera,
    "shots": go_to_shots,
    "live": live_look,
    "coverage": coverage_overlay,
    "save": save_the_file,
    "preferences": preferences,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="filmmaker.py")
    parser.add_argument("--blender", default="blender", help="the command that starts it")
    parser.add_argument("--companion", default=str(Path(__file__).parent / "companion.py"), help="as Blender sees it")
    parser.add_argument("--display", required=True)
    parser.add_argument("--zip", type=Path, help="the add-on; where it is installed already, leave this out")
    parser.add_argument("--steps", nargs="*", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--keep", action="store_true", help="leave Blender open")
    parser.add_argument("--attach", action="store_true", help="go on in the Blender that a --keep left")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    state = asked.out / "state.json"
    user = User(Screen(asked.display), asked.out, state)
    blender, passed = None, False
    try:
        if not asked.attach:
            blender = Blender(asked.blender, asked.companion, state)
            leave_splash(user)
        if asked.zip is not None:
            install(user, asked.zip)
        for step in asked.steps:
            STEPS[step](user)
        passed = True
    except Exception:  # told, with how it stood
        traceback.print_exc()
        user.screen.save(asked.out / "failed.png")
    finally:
        report = {"passed": passed, "blender": user.seen["blender"], "steps": user.told}
        (asked.out / "report.json").write_text(json.dumps(report, indent=2), "utf-8")
        if blender is not None and not asked.keep:
            blender.kill()
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
