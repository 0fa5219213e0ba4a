"""``python -m cli COMMAND --stack NAME``: what the Makefile calls."""

import argparse
import importlib
import os
import sys

from rich.console import Console

from cli import commands, target
from cli.repair import RepairError
from cli.run import console

COMMANDS = {
    "up": commands.up,
    "preview": commands.preview,
    "down": commands.down,
    "repair": commands.settle,
    "drift": commands.drift,
}


READERS = {"audit-rotation": "cli.audit", "env": "cli.environment", "reach": "cli.reach"}
"""Commands that only read: modules with ``options`` of their own and ``run``, imported where asked for."""


def main(arguments: list[str] | None = None) -> int:
    """Check the stack's settings, open the target, run the command. Errors are one message and exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m cli", description=__doc__)
    parser.add_argument("command", choices=[*COMMANDS, *READERS, "clean"])
    parser.add_argument("--stack", default="sandbox")
    words = sys.argv[1:] if arguments is None else arguments
    reader = importlib.import_module(READERS[words[0]]) if words[:1] and words[0] in READERS else None
    if reader:
        reader.options(parser)
    end = words.index("--") if "--" in words and words[0] == "env" else len(words)
    given = parser.parse_args(words[:end])
    given.words = words[end + 1 :]  # argparse does not keep positionals after options apart
    if given.command == "clean":
        return commands.clean()
    from stacks.errors import SettingsError  # noqa: PLC0415 - pydantic and the SDK are slow to import
    from stacks.settings import load_file  # noqa: PLC0415

    try:
        load_file(target.ROOT / "stacks" / f"Pulumi.{given.stack}.yaml")
        name = target.name_of(given.stack, given.command, os.environ.get("TARGET"), os.environ)
        if name == "sandbox" and given.stack != "sandbox":
            where = Console(stderr=True) if reader else console  # what a reader prints may be read by a program
            where.print(f"{given.stack} runs on the emulated account; nothing of AWS is read or changed.", style="dim")
        if reader:
            return int(reader.run(name, given.stack, given))
        return int(COMMANDS[given.command](target.open_target(name, given.stack)))
    except (target.TargetError, RepairError, SettingsError, RuntimeError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return 2


if __name__ == "__main__":
    sys.exit(main())
