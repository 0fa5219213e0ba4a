"""Costs of whole stacks, as their programs declare them: ``python -m cli.costs`` writes the README's table of them."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from cli import desired
from cli.options import SANDBOX
from cli.target import ROOT
from lib.markers import Markers
from reports.cost.estimate import estimate
from reports.cost.model import Estimate
from reports.cost.output import overview
from stacks.environments import ENVIRONMENTS
from stacks.files import FOLDER
from stacks.settings import load_file

ACCOUNTS: Final = tuple(name for name in ENVIRONMENTS if name != SANDBOX)
"""The stacks that live in an account of AWS: the sandbox costs nothing."""
MARKERS: Final = Markers.of("cost", "python -m cli.costs")


def declared(stacks: Iterable[str] = ACCOUNTS) -> Mapping[str, Estimate]:
    """What each stack would cost a month, all programs at once.

    RuntimeError where a program fails, SettingsError or FileError where a file is wrong.
    """
    regions = {stack: load_file(FOLDER / f"Pulumi.{stack}.yaml").region for stack in stacks}
    running = {stack: desired.begin(stack) for stack in regions}
    try:
        return {stack: estimate(desired.ended(stack, process), regions[stack]) for stack, process in running.items()}
    finally:
        for process in running.values():
            process.kill()


def placed(document: str, estimates: Mapping[str, Estimate]) -> str:
    """The README with its table."""
    return MARKERS.place(document, "README.md", overview(estimates))


def main(root: Path = ROOT) -> int:
    """Write the table."""
    path = root / "README.md"
    path.write_text(placed(path.read_text(encoding="utf-8"), declared()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
