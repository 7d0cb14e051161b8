"""`mirage worlds …`: what worlds remember, listed and changed without a running backend."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from blender_mirage.wire.history import Commit, ForgetRequest, WorldComparison
from blender_mirage.wire.messages import WorldStats

if TYPE_CHECKING:
    from .jobs.queue import JobQueue
    from .worlds.catalog import WorldCatalog

MEBIBYTE = 1024**2
_TABLE = ("order", "when", "who", "kind", "shot", "seed", "engine", "tokens", "MiB", "state", "id")


def add_parser(worlds: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The actions of `mirage worlds`; `shared` has the options of all of them."""
    actions = worlds.add_subparsers(dest="action", metavar="ACTION")

    def action(name: str, purpose: str, *names: str) -> argparse.ArgumentParser:
        parser = actions.add_parser(name, parents=[shared], help=purpose)
        for positional in names:
            parser.add_argument(positional, metavar=positional.upper())
        return parser

    action("list", "every world with what it remembers (the default)")
    action("stats", "how much a world remembers, and what of it fits its budget", "world")
    action("history", "who wrote what into a world, from which shot, when", "world")
    action("compare", "what two worlds share, and what each has by itself", "world", "other")
    action("fork", "a new world that starts with everything this one has", "world", "name")
    action("revert", "take a take's or a look's tokens out of the world's sight", "world", "take")
    action("restore", "bring what was reverted back into its place", "world", "take")
    budget = action("budget", "show or set how much memory a world's tokens may take", "world")
    budget.add_argument("mebibytes", metavar="MEBIBYTES", type=int, nargs="?")
    forget = action("forget", "delete a part of what a world remembers, for good", "world")
    what = forget.add_mutually_exclusive_group(required=True)
    what.add_argument("--anchor", default="", help="an object, by its id in `stats`; or sky, or void")
    what.add_argument("--take", default="", help="a take or a look, with its frames or its picture")
    what.add_argument("--everything", action="store_true", help="all of it; the world stays, empty")
    forget.add_argument("--yes", action="store_true", help="needed for --everything")
    action("delete", "delete a world with its takes, for good", "world")


def run(data_dir: Path, arguments: argparse.Namespace) -> int:
    """Carries an action out. Raises BackendError."""
    from .worlds.catalog import WorldCatalog

    catalog = WorldCatalog(data_dir)
    name = arguments.action or "list"
    if name in _READING and (name != "budget" or arguments.mebibytes is None):
        lines = _READING[name](catalog, arguments)
    else:
        with _alone(data_dir, f"`mirage worlds {name}`") as queue:
            lines = [_CHANGING[name](catalog, queue, arguments)]
    for line in lines:
        print(line)
    return 0


@contextmanager
def _alone(data_dir: Path, holder: str) -> Iterator[JobQueue]:
    """Holds the data directory, with its jobs. Raises Conflict naming the backend that has it."""
    from .jobs.queue import JobQueue
    from .worlds.lock import DataDirLock

    with closing(DataDirLock(data_dir, holder)), closing(JobQueue(data_dir)) as queue:
        yield queue


def _list(catalog: WorldCatalog, arguments: argparse.Namespace) -> Iterable[str]:
    for world in catalog.list():
        yield f"{world.world_id}  {world.created}  {world.takes:4d} takes {world.tokens:9d} tokens  {world.name}"


def _stats(catalog: WorldCatalog, arguments: argparse.Namespace) -> Iterable[str]:
    yield from _figures(catalog.stats(arguments.world))
    for anchor in catalog.anchor_list(arguments.world).anchors:
        yield f"{anchor.tokens:9d} tokens  {anchor.anchor}  {anchor.name}".rstrip()


def _figures(stats: WorldStats) -> Iterable[str]:
    yield f"{stats.tokens} tokens in {stats.segments} commits, {_mib(stats.bytes)} MiB on disk"
    yield (
        f"budget {_mib(stats.budget_bytes)} MiB; the last job had {stats.resident_tokens} tokens"
        f" ({_mib(stats.resident_bytes)} MiB) in memory and left {stats.evicted_tokens} out"
    )


def _history(catalog: WorldCatalog, arguments: argparse.Namespace) -> Iterable[str]:
    return table(catalog.history(arguments.world).commits)


def _compare(catalog: WorldCatalog, arguments: argparse.Namespace) -> Iterable[str]:
    told: WorldComparison = catalog.compare(arguments.world, arguments.other)
    yield f"Both remember {len(told.shared)} commits."
    for world, commits in ((told.first, told.only_first), (told.second, told.only_second)):
        yield f"Only {world}: {len(commits)}"
        if commits:
            yield from table(commits)
    for one in told.anchors:
        yield f"{one.first_tokens:9d} | {one.second_tokens:9d} tokens  {one.anchor}"


def _budget(catalog: WorldCatalog, arguments: argparse.Namespace) -> Iterable[str]:
    return _figures(catalog.stats(arguments.world))


def table(commits: Sequence[Commit]) -> Iterable[str]:
    """The commits, a line each below a line of titles, in columns."""
    rows = [_TABLE]
    for c in commits:
        who, shot, engine = c.author or "-", c.shot or "-", c.engine or "-"
        numbers = (str(c.seed), engine, str(c.tokens), _mib(c.bytes))
        rows.append((str(c.order), c.created, who, c.kind, shot, *numbers, c.state, c.take_id))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _fork(catalog: WorldCatalog, queue: JobQueue, arguments: argparse.Namespace) -> str:
    return catalog.fork(arguments.world, arguments.name).world_id


def _revert(catalog: WorldCatalog, queue: JobQueue, arguments: argparse.Namespace) -> str:
    queue.check_idle(arguments.world)
    with catalog.open(arguments.world) as world:
        world.revert(arguments.take)
    return f"{arguments.take} is reverted. `mirage worlds restore` brings it back."


def _restore(catalog: WorldCatalog, queue: JobQueue, arguments: argparse.Namespace) -> str:
    queue.check_idle(arguments.world)
    with catalog.open(arguments.world) as world:
        world.restore(arguments.take)
    return f"{arguments.take} is part of the world again."


def _set_budget(catalog: WorldCatalog, queue: JobQueue, arguments: argparse.Namespace) -> str:
    with catalog.open(arguments.world) as world:
        world.set_budget(arguments.mebibytes)
    return f"The budget is {arguments.mebibytes} MiB from the next job on."


def _forget(catalog: WorldCatalog, queue: JobQueue, arguments: argparse.Namespace) -> str:
    from .errors import InvalidRequest
    from .worlds.forgetting import forget

    if arguments.everything and not arguments.yes:
        raise InvalidRequest(
            "Everything that the world remembers would be deleted for good.", "Add --yes if you mean it."
        )
    queue.check_idle(arguments.world)
    request = ForgetRequest(anchor=arguments.anchor, take_id=arguments.take, everything=arguments.everything)
    told = forget(catalog, arguments.world, request, {})
    if request.everything:
        queue.delete_world(arguments.world)
    elif request.take_id:
        queue.delete_take(arguments.world, request.take_id)
    return f"Forgotten: {told.tokens} tokens, {told.commits} whole commits, {_mib(told.bytes)} MiB."


def _delete(catalog: WorldCatalog, queue: JobQueue, arguments: argparse.Namespace) -> str:
    queue.check_idle(arguments.world)
    catalog.delete(arguments.world)
    queue.delete_world(arguments.world)
    return f"The world {arguments.world} is deleted."


def _mib(size: int) -> str:
    return f"{size / MEBIBYTE:.1f}"


_READING: dict[str, Callable[[WorldCatalog, argparse.Namespace], Iterable[str]]] = {
    "list": _list, "stats": _stats, "history": _history, "compare": _compare, "budget": _budget
}  # fmt: skip
_CHANGING: dict[str, Callable[[WorldCatalog, JobQueue, argparse.Namespace], str]] = {
    "fork": _fork, "revert": _revert, "restore": _restore, "budget": _set_budget, "forget": _forget, "delete": _delete
}  # fmt: skip
