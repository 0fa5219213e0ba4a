"""``python -m reports.charts``: render, lint and judge by schema, one environment or all; keep what was rendered."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from lib.problems import FileError
from models.versions.loader import read_versions
from reports.charts.diff import markdown, orphaned
from reports.charts.render import CHARTS, Rendered, lint, render
from reports.charts.schemas import NoSchemaError, faults
from stacks.environments import ENVIRONMENTS
from toolchain.helm import UnavailableError


def write(objects: Iterable[Rendered], folder: Path) -> int:
    """One file a service, ``<folder>/<service>.yaml``; how many files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for service, own in groupby(objects, key=lambda one: one.service):
        path = folder / f"{service}.yaml"
        path.write_text("---\n" + "---\n".join(one.text for one in own), encoding="utf-8")
        written += 1
    return written


def _difference(environment: str, against: Path, charts: Path, objects: Sequence[Rendered]) -> str:
    before, after = (read_versions(ENVIRONMENTS[environment].versions, one).versions() for one in (against, charts))
    return markdown(environment, render(environment, against), objects, orphaned(before, after))


def main(arguments: Sequence[str]) -> int:
    """0; 1 where Helm or a schema refuses something; 2 where there is no Helm."""
    parser = argparse.ArgumentParser(prog="reports.charts")
    parser.add_argument("--environment", action="append", choices=list(ENVIRONMENTS))
    parser.add_argument("--charts", type=Path, default=CHARTS)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--against", type=Path, help="other charts: print as Markdown what differs from them")
    options = parser.parse_args(arguments)
    wrong = 0
    for environment in options.environment or ENVIRONMENTS:
        try:
            services, objects = lint(environment, options.charts), render(environment, options.charts)
            found = list(faults(objects))
            difference = _difference(environment, options.against, options.charts, objects) if options.against else ""
        except (FileError, NoSchemaError, UnavailableError) as error:
            sys.stderr.write(f"{error}\n")
            return 2 if isinstance(error, UnavailableError) else 1
        for fault in found:
            sys.stderr.write(f"{environment}: {fault}\n")
        wrong += len(found)
        if options.output:
            write(objects, options.output / environment)
        counted = f"{environment}: {services} services, {len(objects)} objects, {len(found)} faults by schema\n"
        (sys.stderr if options.against else sys.stdout).write(counted)
        sys.stdout.write(difference)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
