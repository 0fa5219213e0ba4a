"""The commands: one file of ``cli/commands`` each, found here, by the Makefile and by the documents' tables.

A file is named after its command, with ``_`` for ``-``. The first line of its docstring is the command's one line of
help, ``GROUP`` its heading, and ``run`` what it does: a function whose parameters are options for ``typer`` and which
returns the exit code. Values that come through ``make`` are read from the environment (``STACK=dev make up``), so that
no shell sees them.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent / "commands"
GROUPS = ("Catalog", "Deploy", "Look", "Secrets", "Verify")
"""The headings, in the order in which help shows them."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What help, tables and tests say of a command; ``module`` is imported where it runs."""

    name: str
    summary: str
    group: str
    module: str

    def load(self) -> ModuleType:
        """The module with ``run``."""
        return importlib.import_module(self.module)

    @property
    def run(self) -> Callable[..., int]:
        """The function behind the command."""
        function: Callable[..., int] = self.load().run
        return function


def _described(path: Path) -> Command:
    """The description of a file, read without importing it: help must not wait for botocore."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (group,) = [line.split('"')[1] for line in lines if line.startswith("GROUP = ")]
    return Command(
        name=path.stem.replace("_", "-"),
        summary=lines[0].removeprefix('"""').removesuffix('"""'),
        group=group,
        module=f"cli.commands.{path.stem}",
    )


def commands(folder: Path = FOLDER) -> list[Command]:
    """Every command, by group and name."""
    found = [_described(path) for path in folder.glob("[a-z]*.py")]
    return sorted(found, key=lambda command: (GROUPS.index(command.group), command.name))
