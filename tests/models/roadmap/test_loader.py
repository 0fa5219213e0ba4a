"""The ledger's file is read whole or refused with every reason."""

import datetime as dt
import re
from pathlib import Path

import pytest

from lib.problems import FileError
from models.roadmap.loader import load_ledger
from models.roadmap.model import Clause, Ledger

GOOD = """\
clauses:
  - id: SEC-06
    text: Databases restricted
    due: 2026-Q4
    state: built
    components: [components/database.py]
    policies: [sec-06-private-database]
    documents: [README.md]
"""


def load(folder: Path, text: str) -> Ledger:
    """The ledger with this text, in ``folder/clauses.yaml``."""
    path = folder / "clauses.yaml"
    path.write_text(text, encoding="utf-8")
    return load_ledger(path, ())


def problems(folder: Path, text: str) -> list[str]:
    """The lines of the error, without the folder's name."""
    with pytest.raises(FileError) as error:
        load(folder, text)
    return [line.removeprefix(f"{folder}/") for line in str(error.value).splitlines()]


def test_a_good_ledger_is_typed(tmp_path: Path) -> None:
    """Lists become tuples, and clauses are found by ID."""
    clause = load(tmp_path, GOOD).clause("SEC-06")
    assert clause.policies == ("sec-06-private-database",)
    with pytest.raises(KeyError, match="SEC-99: not in"):
        load(tmp_path, GOOD).clause("SEC-99")


@pytest.mark.parametrize(
    ("due", "first_day"),
    [
        ("2026-Q1", dt.date(2026, 1, 1)),
        ("2026-Q2", dt.date(2026, 4, 1)),
        ("2026-Q3", dt.date(2026, 7, 1)),
        ("2026-Q4", dt.date(2026, 10, 1)),
        (None, None),
    ],
)
def test_a_clause_is_due_on_the_first_day_of_its_quarter(due: str | None, first_day: dt.date | None) -> None:
    """A clause without a quarter has no day: it holds from the start."""
    assert Clause(id="SEC-06", text="x", due=due).due_date == first_day


def test_every_problem_is_reported_at_once_with_line_key_value_and_fix(tmp_path: Path) -> None:
    """Five mistakes in two clauses are five lines, in the order of the file, each with what to do."""
    text = """\
clauses:
  - id: SEC-6
    text: Databases restricted
    due: 2026-4
    owner: platform
  - id: SEC-07
    text: Firewall rules
    state: done
    components:
      - components/iam.py
      - 7
"""
    found = problems(tmp_path, text)
    assert [line.split(" ")[0] for line in found] == [
        "clauses.yaml:2:",
        "clauses.yaml:4:",
        "clauses.yaml:5:",
        "clauses.yaml:8:",
        "clauses.yaml:11:",
    ]
    expected = [
        ("SEC-6.id", "'SEC-6'", "as SEC-06"),
        ("SEC-6.due", "'2026-4'", "as 2026-Q4"),
        ("SEC-6.owner", "is no key here", "remove it; the keys are id, text, due"),
        ("SEC-07.state", "'done'", "write planned, built or proven"),
        ("SEC-07.components.1", "7", "write text"),
    ]
    for line, fragments in zip(found, expected, strict=True):
        assert all(fragment in line for fragment in fragments), line


@pytest.mark.parametrize(
    ("before", "after", "where", "says"),
    [
        (
            "    components: [components/database.py]\n",
            "",
            "2: SEC-06.components: does not fit state",
            "name the files that build it",
        ),
        (
            "    documents: [README.md]\n",
            "",
            "2: SEC-06.documents: does not fit state",
            "name the document that explains it",
        ),
        (
            "    policies: [sec-06-private-database]\n",
            "",
            "2: SEC-06.policies: does not fit state",
            "a test that proves it",
        ),
        ("state: built", "state: proven", "2: SEC-06.tests: does not fit state", "name the tests that prove it"),
    ],
)
def test_a_state_without_its_evidence_is_refused(
    tmp_path: Path, before: str, after: str, where: str, says: str
) -> None:
    """Built needs component, document and policy or test; proven needs tests."""
    (line,) = problems(tmp_path, GOOD.replace(before, after))
    assert line.startswith(f"clauses.yaml:{where}")
    assert says in line


def test_a_proven_clause_has_nothing_open(tmp_path: Path) -> None:
    """What is still missing and "proven" exclude each other."""
    proven = GOOD.replace("built", "proven") + "    tests: [tests/test_a.py]\n"
    assert load(tmp_path, proven).clause("SEC-06").state == "proven"
    (line,) = problems(tmp_path, proven + "    open: [the VPN]\n")
    assert line.startswith("clauses.yaml:10: SEC-06.open: ['the VPN']")


def test_a_planned_clause_needs_no_evidence(tmp_path: Path) -> None:
    """ID and text are enough to plan."""
    assert load(tmp_path, "clauses:\n  - {id: DEV-01, text: Branches}\n").clauses[0].state == "planned"


def test_what_yaml_would_swallow_is_refused(tmp_path: Path) -> None:
    """A repeated key and a repeated clause are named with their lines."""
    fix = "fix: keep one; YAML keeps the last in silence"
    repeated = GOOD + "    due: 2027-Q1\n" + "  - {id: SEC-06, text: Again}\n"
    assert problems(tmp_path, repeated) == [
        f"clauses.yaml:9: SEC-06.due: the key is given twice, first on line 4; {fix}",
        "clauses.yaml:10: SEC-06.id: 'SEC-06': is defined already, as entry 1; fix: remove one of the two",
    ]
    (line,) = problems(tmp_path, "clauses: [7]\n" + GOOD)
    assert line == f"clauses.yaml:2: clauses: the key is given twice, first on line 1; {fix}"


@pytest.mark.parametrize(
    "text",
    ["", "clauses: []\n", "clauses: {}\n", "clauses: [SEC-06]\n", "- id: SEC-06\n", f"{GOOD}waivers: []\n", "a: [\n"],
)
def test_another_form_is_refused(tmp_path: Path, text: str) -> None:
    """Anything but one key with a list of mappings is one problem, never a traceback."""
    (line,) = problems(tmp_path, text)
    assert line.startswith("clauses.yaml:")
    assert re.search("is not a (mapping|list)|has no clause|is no key of this file|is not YAML", line)


def test_a_long_value_is_cut(tmp_path: Path) -> None:
    """An error stays one readable line."""
    (line,) = problems(tmp_path, GOOD.replace("2026-Q4", "x" * 500))
    assert "xxx...: " in line
    assert len(line) < 300
