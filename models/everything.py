"""Every file that people edit, judged at once and before the engine starts: ``python -m models.everything``."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from lib.problems import FileError, Problem, lines, ordered
from lib.yaml_file import ROOT
from models.access.loader import load_access
from models.access.model import Access
from models.catalog.loader import read_catalog
from models.command_environment import load_command_environment
from models.manual_rotation import load_manual_rotation
from models.people import employees
from models.prices.loader import load_prices
from models.roadmap.loader import load_ledger
from models.roadmap.model import Ledger
from models.roadmap.trend import load_trend
from models.roadmap.waiver import load_waivers, misplaced
from stacks import settings
from stacks.environments import ENVIRONMENTS


def problems(root: Path = ROOT, today: dt.date | None = None) -> tuple[Problem, ...]:
    """What is wrong in settings, catalog, ledger and waivers of a clone, by file and line; nothing where all is right.

    ``today``, by which grants and waivers expire, defaults to the day in UTC. Nothing raises, whatever the files hold.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    catalog, roadmap = root / "catalog", root / "roadmap"
    ledger, collected = _ledger(roadmap / "clauses.yaml")
    access = _access(catalog / "access.yaml", day, collected)
    collected += read_catalog(root, access)[1]
    readers: tuple[Callable[[], object], ...] = (
        partial(load_command_environment, catalog / "command_environment.yaml"),
        partial(load_manual_rotation, catalog / "manual_rotation.yaml", day),
        partial(load_prices, catalog),
        partial(load_trend, roadmap / "scorecard.jsonl"),
    )
    for reader in readers:
        try:
            reader()
        except FileError as error:
            collected += error.problems
    collected += settings.problems(root / "stacks")
    collected += _waivers(root, ledger, day)
    return ordered(collected)


def _access(path: Path, today: dt.date, collected: list[Problem]) -> Access | None:
    """The model, by which people and databases of services are judged; None where it is wrong itself."""
    try:
        return load_access(path, today)
    except FileError as error:
        collected += error.problems
        return None


def _ledger(path: Path) -> tuple[Ledger | None, list[Problem]]:
    try:
        return load_ledger(path), []
    except FileError as error:
        return None, list(error.problems)


def _waivers(root: Path, ledger: Ledger | None, today: dt.date) -> Iterator[Problem]:
    """A rule is one that the ledger names: tests hold the two together."""
    file = load_waivers(root / "roadmap" / "waivers.yaml", employees(root / "catalog" / "access.yaml"))
    yield from file.problems
    named = {policy for clause in ledger.clauses for policy in clause.policies} if ledger else set()
    policies = named or {waiver.policy for waiver in file.waivers}
    yield from (problem for _, problem in misplaced(file.waivers, policies, ENVIRONMENTS, today))


def main() -> int:
    """0 where all is right, else 1 with one line for each problem on standard error."""
    collected = problems()
    if collected:
        sys.stderr.write(f"{lines(collected)}\n")
    return int(bool(collected))


if __name__ == "__main__":
    sys.exit(main())
