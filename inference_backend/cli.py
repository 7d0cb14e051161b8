"""`mirage serve | doctor | worlds | demo | train | bench`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from . import __version__, world_commands
from .config import BackendConfig, load_config
from .errors import BackendError

_FORWARDED = {
    "demo": "build the demonstration set, generate its shots and measure them",
    "train": "train the previz engine on procedural sets",
    "bench": "measure the memory, the pictures (previz) or whole takes (speed) of this installation",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the `mirage` command; the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        # Their options are their own: argparse here must not read them, nor answer their --help.
        if arguments[:1] == ["demo"]:
            from .demo.main import main as demo

            return demo(arguments[1:])
        if arguments[:1] == ["train"]:
            from .training.cli import main as train

            return train(arguments[1:])
        if arguments[:2] == ["bench", "speed"]:
            from .evaluation.speed_bench.cli import main as bench_speed

            return bench_speed(arguments[2:])
        if arguments[:2] == ["bench", "previz"]:
            from .evaluation.previz_bench.cli import main as bench_previz

            return bench_previz(arguments[2:])
        if arguments[:1] == ["bench"]:
            from .evaluation.memory_bench.cli import main as bench

            return bench(arguments[1:])
        return _run(_parser().parse_args(arguments))
    except BackendError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mirage", description="The inference backend of Blender Mirage.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data-dir", type=Path, help="where worlds, takes and jobs are kept (MIRAGE_DATA_DIR)")
    compute = argparse.ArgumentParser(add_help=False)
    compute.add_argument("--device", help="auto, cpu, cuda, cuda:N or mps (MIRAGE_DEVICE)")
    serve = verbs.add_parser("serve", parents=[shared, compute], help="run the backend until it is stopped")
    serve.add_argument("--host", help="address to listen on; loopback unless you open it (MIRAGE_HOST)")
    serve.add_argument("--port", type=int, help="0 takes a free one (MIRAGE_PORT)")
    doctor = verbs.add_parser("doctor", parents=[shared, compute], help="what is installed, and what is missing")
    doctor.add_argument("--json", action="store_true", help="for programs")
    worlds = verbs.add_parser("worlds", help="what worlds remember: list, history, fork, revert, forget, delete …")
    world_commands.add_parser(worlds, shared)
    for verb, purpose in _FORWARDED.items():
        verbs.add_parser(verb, add_help=False, help=purpose)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    names = ("data_dir", "host", "port", "device")
    config = load_config({name: getattr(arguments, name, None) for name in names})
    if arguments.verb == "serve":
        from .serving import serve

        serve(config)
        return 0
    if arguments.verb == "doctor":
        return _doctor(config, as_json=arguments.json)
    return world_commands.run(config.data_dir, arguments)


def _doctor(config: BackendConfig, as_json: bool) -> int:
    from .doctor import examine, report

    findings = examine(config)
    print(json.dumps([asdict(finding) for finding in findings], indent=1) if as_json else report(findings))
    return 0 if all(finding.ok or not finding.needed for finding in findings) else 1
