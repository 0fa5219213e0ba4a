"""README's table of clauses, generated from the ledger between two markers.

``python -m reports.roadmap_table`` writes it; with ``--check`` it writes nothing and exits 1 where README.md
is out of date.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from models.roadmap.loader import LedgerError, load_ledger
from models.roadmap.model import Clause, Ledger, State

README = Path(__file__).parents[1] / "README.md"
BEGIN = "<!-- roadmap:begin (written by python -m reports.roadmap_table) -->"
END = "<!-- roadmap:end -->"

MOST_LINKS = 3
"""How many files a cell names; of more it gives the number and leads to the ledger."""
_HEAD = "| Clause | What the company asks for | Due | State | Built by | Policies | Proof | Explained in |"


def render(ledger: Ledger) -> str:
    """The table as Markdown, led by a count of the states. It holds no date of today: equal ledgers give equal text."""
    states = Counter(clause.state for clause in ledger.clauses)
    count = ", ".join(f"{states[state]} {state}" for state in reversed(State))
    rule = "| --- " * _HEAD.count(" | ") + "| --- |"
    return "\n".join([f"{len(ledger.clauses)} clauses: {count}.", "", _HEAD, rule, *map(_row, ledger.clauses)])


def _row(clause: Clause) -> str:
    text = clause.text.replace("|", "\\|")
    if clause.open:
        text += f" (open: {'; '.join(clause.open)})".replace("|", "\\|")
    policies = _count(clause.policies) if clause.policies else ""
    links = [_links(paths) for paths in (clause.components, clause.tests, clause.documents)]
    cells = [clause.id, text, clause.due or "from the start", str(clause.state), links[0], policies, *links[1:]]
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"


def _links(paths: tuple[str, ...]) -> str:
    if len(paths) > MOST_LINKS:
        return _count(paths)
    return ", ".join(f"[{Path(path).stem.removeprefix('test_')}]({path})" for path in paths)


def _count(names: tuple[str, ...]) -> str:
    return f"[{len(names)}](roadmap/clauses.yaml)"


def place(readme: str, table: str) -> str:
    """``readme`` with ``table`` between its markers. ValueError where the markers are not there once, in this order."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise ValueError(f"README.md: needs {BEGIN!r} and, below it, {END!r}, each once; put both where the table goes")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def main(arguments: list[str] | None = None, readme: Path = README) -> int:
    """Write or check the table; 0 where README.md is fresh, 1 where it is not or the ledger has problems."""
    parser = argparse.ArgumentParser(prog="python -m reports.roadmap_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail where README.md is out of date")
    check: bool = parser.parse_args(arguments).check
    current = readme.read_text(encoding="utf-8")
    try:
        fresh = place(current, render(load_ledger()))
    except (LedgerError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if current == fresh:
        return 0
    if check:
        sys.stderr.write("README.md: its roadmap table is out of date; run python -m reports.roadmap_table\n")
        return 1
    readme.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
