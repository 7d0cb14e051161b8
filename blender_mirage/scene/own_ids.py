"""An id of its own for every data-block of a kind, the same in every session, written into the file or not.

A data-block without one has the id that its name in this file gives it (`core.derived_ids`). The name that counts is
the one that the file was opened with; where that changes, the next saving writes the id. Of two with one id (a
duplicate copies it) the elder keeps it. An undo past the writing of an id takes it back; the session still knows whose
it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

import bpy

from ..core.derived_ids import derived_id

Block = TypeVar("Block", bound=bpy.types.ID)


class OwnIds(Generic[Block]):
    """Of one kind of data-blocks. Linked ones, which cannot be written, have none here."""

    def __init__(
        self,
        kind: str,
        blocks: Callable[[], Iterable[Block]],
        read: Callable[[Block], str],
        write: Callable[[Block, str], None],
    ) -> None:
        """kind: see `derived_id`. blocks: all that there are. read, write: the id that lies in the file."""
        self._kind, self._blocks, self._read, self._write = kind, blocks, read, write
        self._given: dict[int, str] = {}  # by session_uid, a block's own for the session, through undo and redo

    def known(self, block: Block) -> str:
        """The id that was given to it in this session, else what the file says; empty where there is none."""
        return self._given.get(block.session_uid) or self._read(block)

    def ensure(self, blocks: Iterable[Block]) -> None:
        """Writes an id into every block that has none, or another's."""
        for block, own in self._own(blocks):
            if self._read(block) != own:
                self._write(block, own)

    def remember(self, blocks: Iterable[Block]) -> None:
        """The same for this session only: the file stays as it is, and `ensure` writes the same ids later."""
        for _ in self._own(blocks):
            continue

    def after_load(self) -> None:
        """The names that the file was opened with are the ones that count."""
        if bpy.data.filepath:
            self.remember(self._blocks())

    def before_save(self, target: str) -> None:
        """Writes what the file at `target` would not tell by itself: who is the elder of two, and the ids of renamed
        blocks, or of all where the file gets another name. Everything else is left as it was."""
        self.ensure(block for block in list(self._blocks()) if self._read(block) or self._is_renamed(block, target))

    def _is_renamed(self, block: Block, target: str) -> bool:
        known = self._given.get(block.session_uid)
        return known is not None and known != derived_id(self._kind, target, block.name)

    def _own(self, blocks: Iterable[Block]) -> Iterator[tuple[Block, str]]:
        taken: set[str] = set()
        kept = {self._read(block) or self._given.get(block.session_uid, "") for block in self._blocks()}
        for block in sorted(blocks, key=lambda block: block.session_uid):
            if not is_writable(block):
                continue
            own = self._read(block)
            if not own or own in taken:
                known = self._given.get(block.session_uid)
                own = known if known and known not in taken else self._new(block, kept | taken)
            self._given[block.session_uid] = own
            taken.add(own)
            yield block, own

    def _new(self, block: Block, taken: set[str]) -> str:
        """Of its name in the file; by chance where there is no file yet."""
        blend = bpy.data.filepath
        return derived_id(self._kind, blend, block.name, taken) if blend else uuid.uuid4().hex


def is_writable(block: bpy.types.ID) -> bool:
    return block.library is None and bool(block.is_editable)
