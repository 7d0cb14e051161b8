"""Fetches takes that the backend went on with while no Blender listened: those of `pending_takes`."""

from __future__ import annotations

from collections.abc import Sequence
from queue import Queue

from .errors import BackendRefused, BackendUnreachable
from .order_watcher import OrderWatcher
from .pending_takes import PendingFile
from .take_job import Note, Order, TakeSaved, Update
from .take_saver import TakeSaver


class PickUpWatcher(OrderWatcher):
    """Follows each take to its end, as the watcher that sent it would have. It starts no backend, asks for nothing."""

    kind = "TAKE"

    def __init__(self, order: Order, pending: Sequence[PendingFile], updates: Queue[Update]) -> None:
        super().__init__(order, updates)
        self._pending = list(pending)

    def _work(self) -> None:
        self._end = "idle"  # until there is something to show for it
        for file in list(self._pending):
            self._hand_over(file, TakeSaver(file, self._tell).on_disk())
        if not self._pending:
            return
        try:
            self._connect()
        except BackendUnreachable:
            self._tell(Note(f"Takes of {self._which()} are not here yet: press Start Backend to fetch them."))
            return
        for file in list(self._pending):
            self._fetch(file)

    def _fetch(self, file: PendingFile) -> None:
        name, saver = file.take.shot.name, TakeSaver(file, self._tell)
        try:
            status = self._jobs.add(self._link.keep_at(lambda client: client.job(file.take.job_id)))
        except BackendRefused as error:
            if error.code != "not_found":
                raise
            self._tell(Note(f"{name}: a take that was asked for earlier is no longer on the backend."))
            saved = saver.on_disk(whatever_state=True)
        else:
            end = self._jobs.follow(status, lambda event: saver.apply(event, self._link.client))
            if end.state == "failed":
                words = f"{end.message} {end.hint}".strip()
                self._tell(Note(f"{name}: {words}"))
            saved = self._link.keep_at(lambda client: saver.finish(end, client))
        if saved is None:
            file.done()
            self._pending.remove(file)
        self._hand_over(file, saved)

    def _hand_over(self, file: PendingFile, saved: TakeSaved | None) -> None:
        if saved is not None:
            self._pending.remove(file)
            self._end = "done"
            self._tell(saved)

    def _let_go(self) -> None:
        for file in self._pending:
            file.leave()

    def _which(self) -> str:
        return ", ".join(dict.fromkeys(file.take.shot.name for file in self._pending))
