"""Batches read ahead."""

from __future__ import annotations

import threading

import pytest

from inference_backend.training.prefetch import Prefetch


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_come_in_the_order_of_their_steps(workers):
    with Prefetch(lambda step: step * step, 5, workers) as reader:
        assert [reader.take() for _ in range(20)] == [step * step for step in range(5, 25)]


def test_workers_read_ahead_while_the_step_is_busy():
    read = threading.Semaphore(0)

    def note(step):
        read.release()
        return step

    with Prefetch(note, 0, 2) as reader:
        assert reader.take() == 0
        # Three more are read without being asked for; a reader that does not read ahead never gets there.
        assert all(read.acquire(timeout=20) for _ in range(4))


def test_what_reading_raises_is_raised_where_the_batch_is_taken():
    def fail(step):
        raise ValueError(f"step {step}")

    with Prefetch(fail, 3, 2) as reader, pytest.raises(ValueError, match="step 3"):
        reader.take()
