"""Prints how far greybox and Cycles agree on sets drawn at random: `measure_random_sets.py 0 30`.

A line a seed: share of pixels that agree; of those that only the greybox sees, that only Cycles sees, and that are
elsewhere.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy  # noqa: E402

from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.depth_judge import agreement, cycles_depth, greybox_depth  # noqa: E402
from tests.support.random_sets import draw_set  # noqa: E402

HEIGHT, WIDTH = 90, 160


def main(first: int, after: int) -> None:
    worst = 1.0
    print("seed  agree  only ours  only Cycles  elsewhere", file=sys.stderr)
    for seed in range(first, after):
        frame = draw_set(seed)
        bpy.context.scene.mirage.keep_glass = True
        ours = greybox_depth(bpy.context.scene, frame, HEIGHT, WIDTH)
        theirs = cycles_depth(bpy.context.scene, frame, HEIGHT, WIDTH)
        share = agreement(ours, theirs)
        more, less = ((ours > 0) & (theirs == 0)).mean(), ((ours == 0) & (theirs > 0)).mean()
        row = f"{seed:4d}  {share:7.3%}  {more:7.3%}  {less:7.3%}  {1 - share - more - less:7.3%}"
        print(row, file=sys.stderr, flush=True)
        worst = min(worst, share)
    print(f"worst: {worst:.3%}", file=sys.stderr)


if __name__ == "__main__":
    with enabled_addon():
        main(*map(int, sys.argv[1:] or (0, 30)))
    os._exit(0)  # the bpy module may not end by itself
