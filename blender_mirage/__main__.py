"""Blender Mirage without a window: `python -m blender_mirage COMMAND …`, or `blender -b --command mirage COMMAND …`.

Runs the operators that the panel runs. Exit code 0 when everything was made, 1 with one sentence and the next step
otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .core.errors import MirageError
from .headless import file_commands, order_commands, read_command
from .headless.arguments import parser
from .headless.session import addon_enabled

_COMMANDS = {
    "generate": order_commands.generate,
    "survey": order_commands.survey,
    "add-look": order_commands.add_look,
    "paint-over": order_commands.paint_over,
    "export": file_commands.export,
    "demo-set": file_commands.demo_set,
    "look": file_commands.look,
    "read": read_command.read,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of both forms; the exit status."""
    arguments = parser().parse_args(argv)
    try:
        with addon_enabled(arguments):
            return _COMMANDS[arguments.command](arguments)
    except MirageError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
