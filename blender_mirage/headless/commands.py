"""Which function does what the command line asks for. Each gets the arguments and returns the exit status."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from . import file_commands, order_commands, read_command

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "generate": order_commands.generate,
    "survey": order_commands.survey,
    "add-look": order_commands.add_look,
    "paint-over": order_commands.paint_over,
    "export": file_commands.export,
    "demo-set": file_commands.demo_set,
    "look": file_commands.look,
    "read": read_command.read,
}
