"""Blender Mirage without a window: `python -m blender_mirage COMMAND …`, or `blender -b --command mirage COMMAND …`.

Runs the operators that the panel runs. `headless.ending` says which exit codes there are.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .core.errors import MirageError
from .headless.arguments import parser
from .headless.ending import FAILED, end_process, signals_stop, status_of_signal


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of both forms; the exit status."""
    arguments = parser().parse_args(argv)
    from .headless.commands import COMMANDS  # with Blender, which `--help` does without
    from .headless.session import addon_enabled

    try:
        with signals_stop(), addon_enabled(arguments):
            return COMMANDS[arguments.command](arguments)
    except MirageError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return status_of_signal()


if __name__ == "__main__":
    end_process(main)
