"""``python -m models.charts [--check]``: what of ``charts/`` is generated, and that released charts are untouched."""

import sys
from pathlib import Path

from lib.problems import FileError, Problem, lines
from lib.yaml_file import ROOT
from models.charts import checksums, files
from models.versions.loader import read_versions
from stacks.environments import PROMOTION


def unreleased(root: Path = ROOT) -> list[Problem]:
    """The lines of ``charts/versions`` whose chart could still change."""
    known = checksums.released(root / "charts" / "service")
    read = [read_versions(environment, root / "charts") for environment in PROMOTION]
    return [
        file.file.problem(
            (str(index), "chart"),
            "is not released: its folder may still change",
            f"make release-chart VERSION={version.chart}",
            version.chart,
        )
        for file in read
        if file.file is not None
        for index, version in file.lines.items()
        if version.chart not in known
    ]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """0, or 1 where data are wrong, a released chart has changed or, with ``--check``, where a file is stale."""
    check = "--check" in arguments
    try:
        changed = files.stale(root) if check else files.write(root)
        problems = [problem for folder in checksums.folders(root) for problem in checksums.problems(folder)]
        problems += unreleased(root)
    except FileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in changed:
        out = sys.stderr if check else sys.stdout
        out.write(f"charts/{path}: {f'is not what the catalog says; run {files.COMMAND}' if check else 'written'}\n")
    if problems:
        sys.stderr.write(f"{lines(problems)}\n")
    return int(bool(problems) or (check and bool(changed)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
