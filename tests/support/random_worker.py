"""A real engine worker with the real networks at random weights: everything but good pictures, and nothing to load."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

import torch

from inference_backend.jobs.runner import EngineRunner
from inference_backend.jobs.worker import main
from tests.support.engines import random_engine


class RandomRunner(EngineRunner):
    def __init__(self) -> None:
        super().__init__("cpu", Path())
        torch.set_num_threads(1)  # the pictures are small, and the machine may be busy
        self._engines["previz"] = random_engine()


if __name__ == "__main__":
    main(runner=RandomRunner())
