"""A world's memory while a job runs: what its segments hold, and what this job has learned on top."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import BackendError
from ..greybox.geometry import VOID
from ..memory.cells import Cells
from ..memory.copies import Copies, groups_of
from ..memory.exemplar import Exemplars, borrow
from ..memory.fingerprint import fingerprint
from ..memory.index import INDEX_BYTES, TokenIndex
from ..memory.moments import Moments
from ..memory.overlay import Paint, hidden
from ..memory.read import CANDIDATES, ReadOut, read
from ..memory.retain import most_worth, retained
from ..memory.tokens import Tokens, TokenStore
from ..memory.write import write
from ..models.protocol import Engine, Knowledge
from ..storage.tensors import load_arrays
from ..worlds.world_files import Anchor, SegmentInfo, WorldFiles


@dataclass(frozen=True)
class Residency:
    """How much of a world is in memory."""

    tokens: int
    bytes: int
    evicted: int
    """Tokens of live commits that the budget, or newer pictures of the same place, kept out."""


class Memory:
    """Tokens of one engine's latent space, with their index."""

    def __init__(
        self,
        tokens: Tokens,
        copies: Copies | None = None,
        rank: Tensor | None = None,
        limit: int | None = None,
        evicted: int = 0,
        paint: Paint | None = None,
    ) -> None:
        """rank: [N] of each token, see `memory.retain`. limit: how many tokens fit the budget. evicted: how many of the
        world's stayed out. paint: of which the first tokens are."""
        self._store = TokenStore(tokens)
        self._paint = paint or Paint.none(tokens)
        self._rank = torch.zeros(len(tokens), device=tokens.anchor.device) if rank is None else rank.float()
        self._index = TokenIndex.build(hidden(tokens, self._paint.count), self._rank)
        seen = self._unpainted()
        self._exemplars = Exemplars.build(seen)
        self._moments = Moments.of(seen)
        self._copies = copies or Copies.build([], seen)
        self._limit = limit
        self._evicted = evicted
        self._added: list[Tokens] = []
        self.foreign = 0
        """How many tokens of the world other weights left, which mean nothing to this engine."""

    @classmethod
    def load(cls, world: WorldFiles, engine: Engine, learned: Tokens | None = None, report: bool = True) -> Memory:
        """What the world's live commits hold for this engine, as far as the world's budget goes. Raises BackendError on
        a damaged segment.

        learned: the tokens of a commit that is about to be made; what is loaded is what will be loaded then. report:
        whether the world notes what of it is in memory.
        """
        live = world.committed_segments()
        segments = [(info, tokens) for info in live if (tokens := _tokens(info, engine))]
        parts = [(info.order, tokens) for info, tokens in segments if not info.over_take]
        painted = [(info.order, tokens) for info, tokens in segments if info.over_take]
        if learned is not None:
            parts.append((1 + max((info.order for info, _ in segments), default=0), learned))
        tokens = Tokens.join([Tokens.empty(engine.spec.channels, engine.device), *(part for _, part in parts)])
        order = torch.cat([torch.full((len(part),), order) for order, part in parts] or [torch.zeros(0)])
        order = order.long().to(engine.device)
        pictures = [info.order for info, _ in segments if info.kind == "seed_view" and not info.over_take]
        limit = world.budget_bytes() // bytes_a_token(engine.spec.channels)
        rows, rank = retained(tokens, order, pictures, max(1, limit - sum(len(part) for _, part in painted)))
        evicted = len(tokens) - len(rows)
        if evicted:
            tokens, order = tokens.select(rows), order[rows]
        groups = groups_of((anchor.id, shape_of(anchor)) for anchor in world.anchors())
        copies, paint = Copies.build(groups, tokens), Paint.build(painted, order, pictures)
        if painted:
            tokens, rank = Tokens.join([*(part for _, part in painted), tokens]), paint.with_own(rank)
        memory = cls(tokens, copies, rank, limit, evicted, paint)
        memory.foreign = sum(info.tokens for info in live) - sum(info.tokens for info, _ in segments)
        if report:
            memory.report(world)
        return memory

    @property
    def tokens(self) -> Tokens:
        return self._store.tokens

    @property
    def painted(self) -> int:
        """How many of the tokens, from the first, were painted over others."""
        return self._paint.count

    @property
    def has_points(self) -> bool:
        """Whether any of it hangs on points in space, where there is no geometry."""
        return bool((self.tokens.anchor[self.painted :] == VOID).any())

    def read(self, cells: Cells, candidates: int = CANDIDATES) -> ReadOut:
        """What is known of the cells, of themselves or of copies of their objects, with the paint that lies on it."""
        known = self._read(cells, candidates)
        known = self._copies.share(self.tokens, self._index, cells, known)
        return self._paint.lay(cells, known, self._read)

    def _read(self, cells: Cells, candidates: int) -> ReadOut:
        return read(self.tokens, self._index, cells, candidates)

    def recall(self, cells: Cells) -> ReadOut:
        """What is known of the cells, and for the others what their material looks like elsewhere."""
        readout = self.read(cells)
        if bool(readout.covered.all()):
            return readout
        return borrow(self.tokens, self._index, self._exemplars, cells, readout)

    def knowledge(self, readout: ReadOut, prompt: str) -> Knowledge:
        """What an engine is told of a frame that reads `readout`."""
        return Knowledge(self.tokens, self._moments, readout, prompt)

    def learn(self, latents: Tensor, cells: Cells, keep: Tensor | None, confidence: float) -> Tokens:
        """Writes latents [C,h,w] of the `keep` [N] cells; returns the tokens that were added."""
        added = write(latents.flatten(1).T, cells, keep, confidence)
        self.adopt(added)
        return added

    def adopt(self, added: Tokens) -> None:
        """Takes tokens in as learned by this job: its own, or those of an attempt that was cut short."""
        if len(added) == 0:
            return
        self._added.append(added)
        self._store.append(added)
        self._moments.add(added)
        self._index = self._index.extended(added)
        self._rank = torch.cat([self._rank, self._rank.new_zeros(len(added))])
        self._paint = self._paint.under(len(added))
        # What the filmmaker showed is the exemplar for ever; what was generated serves where nothing was shown.
        if len(self._exemplars) == 0:
            self._exemplars = Exemplars.build(self._unpainted())
        # With some slack, as what follows costs what is known and not what is learned.
        if self._limit is not None and len(self._rank) > 1.1 * self._limit:
            self._evict(self._limit)

    @property
    def pieces(self) -> tuple[Tokens, ...]:
        """What this job added, in the pieces and the order in which it was learned."""
        return tuple(self._added)

    def learned(self) -> Tokens:
        """What this job added to what the world held before, whether or not it is still in memory."""
        return Tokens.join([self.tokens.select(slice(0, 0)), *self._added])

    def of(self, added: Tokens) -> Memory:
        """A memory of these tokens alone, with the same copies."""
        return Memory(added, self._copies)

    def sharing(self, shapes: Iterable[tuple[int, object]]) -> Memory:
        """The same tokens, to be read only, with other copies: pairs of (anchor, shape), see `shape_of`."""
        other = copy.copy(self)
        other._copies = Copies.build(groups_of(shapes), self.tokens)
        return other

    def fingerprint(self, readout: ReadOut) -> str:
        """16 hexadecimal digits of what was read; see `memory.fingerprint`."""
        return fingerprint(readout, self.tokens)

    def residency(self) -> Residency:
        count = len(self._rank)
        return Residency(count, count * bytes_a_token(self.tokens.feature.shape[-1]), self._evicted)

    def report(self, world: WorldFiles) -> None:
        """Notes in the world what of it is in memory."""
        now = self.residency()
        world.record_residency(now.tokens, now.bytes, now.evicted)

    def _evict(self, limit: int) -> None:
        tokens = self.tokens
        rows = most_worth(tokens.confidence, self._rank, limit)
        self._evicted += len(tokens) - len(rows)
        self._store, self._rank = TokenStore(tokens.select(rows)), self._rank[rows]
        self._paint = self._paint.select(rows)
        self._index = TokenIndex.build(hidden(self.tokens, self._paint.count), self._rank)
        self._moments = Moments.of(self._unpainted())

    def _unpainted(self) -> Tokens:
        """What was seen or made. The world's look as a whole is taken from it: a moustache on a portrait is none."""
        return self.tokens.select(slice(self._paint.count, None)) if self._paint.count else self.tokens


def bytes_a_token(channels: int) -> int:
    """What a token of so many channels takes in memory, its place in the index included."""
    return Tokens.empty(channels).row_bytes() + INDEX_BYTES


def _tokens(segment: SegmentInfo, engine: Engine) -> Tokens | None:
    arrays, meta = load_arrays(segment.path)
    if meta.get("engine") != engine.spec.name or meta.get("latents", engine.latent_space) != engine.latent_space:
        return None
    try:
        tokens = Tokens.from_arrays(arrays, engine.device)
        # Before the latents had a name of their own their number told them apart.
        return tokens if tokens.feature.shape[1] == engine.spec.channels else None
    except ValueError as error:
        raise BackendError(
            f"The segment {segment.path.name} of this world is not readable: {error}.",
            "Revert that take, or restore the file from a backup.",
        ) from error


def shape_of(anchor: Anchor) -> object:
    """Two anchors with an equal one are copies."""
    return anchor.rest_mesh, tuple(round(factor, 4) for factor in anchor.rest_scale)


def batches(cells: Iterable[Cells], most: int) -> Iterator[list[Cells]]:
    """Them in stretches of at most `most` cells together (one at least)."""
    stretch: list[Cells] = []
    for one in cells:
        if stretch and sum(map(len, stretch)) + len(one) > most:
            yield stretch
            stretch = []
        stretch.append(one)
    if stretch:
        yield stretch


def nothing(engine: Engine, cells: int) -> ReadOut:
    """The read-out of a world that remembers nothing."""
    empty = Tokens.empty(engine.spec.channels, engine.device)
    blank = torch.zeros(cells, dtype=torch.int32, device=engine.device)
    vector = torch.ones(cells, 3, device=engine.device)
    unit = torch.ones(cells, device=engine.device)
    return read(empty, TokenIndex.build(empty), Cells(blank, blank, vector, vector, vector, vector, vector, unit))
