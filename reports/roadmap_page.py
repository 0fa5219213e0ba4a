"""``docs/roadmap.md``, and README's summary of it, written from the ledger.

``python -m reports.roadmap_page`` writes both; with ``--check`` it writes nothing and exits 1 where one is out of date.
Neither holds a date of today: equal ledgers give equal text.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from lib.markers import Markers
from lib.problems import FileError
from models.roadmap.loader import load_ledger
from models.roadmap.model import Clause, Ledger, State
from policy.core.guidance import WAIVER_POLICIES
from policy.core.names import path_of

ROOT = Path(__file__).resolve().parents[1]
README = Path("README.md")
PAGE = Path("docs") / "roadmap.md"
COMMAND = "python -m reports.roadmap_page"
MARKERS = Markers.of("roadmap", COMMAND)
SECTIONS = {
    "DEV": "Development workflow and tooling",
    "SEC": "Security and compliance",
    "INF": "Infrastructure and deployment",
    "OBS": "Observability and monitoring",
    "ENB": "Enablement and onboarding",
    "REV": "Review",
}
"""The roadmap's chapters by the prefix of their clauses. A clause of another prefix raises KeyError."""


def summary(ledger: Ledger) -> str:
    """README's table: how many clauses of each chapter are proven, built and planned."""
    lines = [f"| Chapter | Clauses | {' | '.join(str(state).capitalize() for state in reversed(State))} |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for prefix, clauses in _chapters(ledger):
        states = Counter(clause.state for clause in clauses)
        counts = " | ".join(str(states[state]) for state in reversed(State))
        lines.append(f"| [{SECTIONS[prefix]}]({PAGE.as_posix()}) | {prefix}-01 to {clauses[-1].id} | {counts} |")
    return "\n".join(lines)


def page(ledger: Ledger) -> str:
    """The whole page: a table of the clauses of each chapter, then what builds, holds and proves each one."""
    states = Counter(clause.state for clause in ledger.clauses)
    count = ", ".join(f"{states[state]} {state}" for state in reversed(State))
    blocks = [
        "# Roadmap",
        (
            "What the company asks for, clause by clause, and how far this repository is: "
            f"{len(ledger.clauses)} clauses, {count}."
        ),
        (
            "A clause is *planned* while nothing holds it, *built* when something builds it and a policy or a test\n"
            "holds what is built, and *proven* when tests prove all of it. Policies are advisory before the due\n"
            "quarter and mandatory from it."
        ),
        f"Written from [clauses.yaml](../roadmap/clauses.yaml) by `{COMMAND}`; edit that file.",
    ]
    for prefix, clauses in _chapters(ledger):
        blocks += [f"## {SECTIONS[prefix]}", _table(clauses), *map(_details, clauses)]
    return "\n\n".join(blocks) + "\n"


def _chapters(ledger: Ledger) -> Iterator[tuple[str, list[Clause]]]:
    chapters: dict[str, list[Clause]] = {}
    for clause in ledger.clauses:
        chapters.setdefault(clause.id.partition("-")[0], []).append(clause)
    yield from chapters.items()


def _table(clauses: Iterable[Clause]) -> str:
    rows = ["| Clause | What the company asks for | Due | State |", "| --- | --- | --- | --- |"]
    for clause in clauses:
        text = clause.text.strip().replace("|", "\\|")
        rows.append(f"| [{clause.id}](#{clause.id.lower()}) | {text} | {_due(clause)} | {clause.state} |")
    return "\n".join(rows)


def _details(clause: Clause) -> str:
    lists = (
        ("Built by", _links(clause.components)),
        ("Enforced by", [f"[{name}](../{_rule(name)})" for name in clause.policies]),
        ("Proven by", _links(clause.tests)),
        ("Explained in", _links(clause.documents)),
        ("Open", list(clause.open)),
    )
    blocks = [f"### {clause.id}", clause.text.strip(), f"Due: {_due(clause)}. State: {clause.state}."]
    blocks += ["\n".join([f"{title}:", "", *(f"- {item}" for item in items)]) for title, items in lists if items]
    return "\n\n".join(blocks)


def _rule(policy: str) -> str:
    return "policy/core/pack.py" if policy in WAIVER_POLICIES else path_of(policy)


def _due(clause: Clause) -> str:
    return clause.due or "from the start"


def _links(paths: Iterable[str]) -> list[str]:
    return [f"[{path}](../{path})" for path in paths]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write or check both; 0 where they are fresh, 1 where one is not or the ledger has problems."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail where a file is out of date")
    check: bool = parser.parse_args(arguments).check
    try:
        ledger = load_ledger()
        readme = MARKERS.place((root / README).read_text(encoding="utf-8"), str(README), summary(ledger))
        fresh = {README: readme, PAGE: page(ledger)}
    except (FileError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    stale = [name for name, text in fresh.items() if not _holds(root / name, text)]
    for name in stale:
        if check:
            sys.stderr.write(f"{name}: is out of date with roadmap/clauses.yaml; run {COMMAND}\n")
        else:
            (root / name).write_text(fresh[name], encoding="utf-8")
    return 1 if check and stale else 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
