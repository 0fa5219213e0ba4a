"""What commands print: tables and sentences to standard output, refusals to standard error."""

import sys

from rich.console import Console, RenderableType

WIDE = 10_000
"""Columns where no terminal is: one message stays one line for whoever reads it, and tables fold nothing."""
console = Console(width=None if sys.stdout.isatty() else WIDE, emoji=False)
errors = Console(width=None if sys.stderr.isatty() else WIDE, emoji=False, stderr=True)


def say(text: str, style: str = "") -> None:
    """Print sentences as they are: brackets are no markup, and nothing is folded or coloured by guess."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def show(*parts: RenderableType) -> None:
    """Print what reports made; without a terminal no line ends in blanks."""
    if console.is_terminal:
        console.print(*parts)
        return
    with console.capture() as captured:
        console.print(*parts)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def note(text: str) -> None:
    """Say something beside what a program may read."""
    errors.print(text, style="dim", markup=False, highlight=False, soft_wrap=True)


def refuse(text: str, code: int = 2) -> int:
    """Say why nothing was done; the exit code."""
    errors.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    return code
