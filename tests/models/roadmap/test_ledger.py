"""The ledger, the roadmap, the rules and the files of this repository agree."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.roadmap.loader import load_ledger
from models.roadmap.model import Clause, State
from policy.core.engine import load_rules
from policy.core.guidance import WAIVER_POLICIES

ROOT = Path(__file__).parents[3]
GOLDEN = (Path(__file__).parent / "roadmap.md").read_text(encoding="utf-8")
LEDGER = load_ledger()


def named(clause: Clause) -> Iterator[str]:
    """Every path that the clause gives as evidence."""
    yield from (*clause.components, *clause.tests, *clause.documents)


def test_clauses_are_the_roadmaps_word_for_word() -> None:
    """Same clauses, same order, same text: neither a clause nor a word is lost."""
    golden = re.findall(r"^\| ([A-Z]{3}-\d{2}) \| (.+) \|$", GOLDEN, re.MULTILINE)
    assert len(golden) == 29
    assert [(clause.id, clause.text) for clause in LEDGER.clauses] == golden


def test_due_quarters_are_the_plans() -> None:
    """A clause that the plan names is due in its quarter, any other from the start."""
    plan = re.findall(r"^\| (20\d{2}-Q\d) \| (.+) \|$", GOLDEN, re.MULTILINE)
    due = {clause: quarter for quarter, cell in plan for clause in re.findall(r"[A-Z]{3}-\d{2}", cell)}
    assert len(due) == 15
    assert {clause.id: clause.due for clause in LEDGER.clauses if clause.due} == due


@pytest.mark.parametrize("clause", LEDGER.clauses, ids=lambda clause: clause.id)
def test_what_a_clause_names_exists(clause: Clause) -> None:
    """A component, test or document that is moved or deleted fails here."""
    assert [path for path in named(clause) if not (ROOT / path).is_file()] == []
    assert all(path.startswith("tests/") for path in clause.tests)
    assert all(path.endswith(".md") for path in clause.documents)


@pytest.mark.parametrize("clause", LEDGER.clauses, ids=lambda clause: clause.id)
def test_a_clause_lists_its_rules_and_no_others(clause: Clause) -> None:
    """A rule without its clause, a clause with a rule that is gone and a misspelt name all fail."""
    rules = {name for name, rule in load_rules().items() if rule.clause == clause.id}
    own = {name for name in WAIVER_POLICIES if name.startswith(clause.id.lower())}
    assert set(clause.policies) == rules | own
    assert list(clause.policies) == sorted(clause.policies)


def test_every_rule_belongs_to_a_clause_and_says_so_in_its_name() -> None:
    """``sec-06-private-database`` is of clause SEC-06, which the ledger holds."""
    clauses = {clause.id for clause in LEDGER.clauses}
    strays = [n for n, r in load_rules().items() if r.clause not in clauses or not n.startswith(f"{r.clause.lower()}-")]
    assert strays == []


@pytest.mark.parametrize("clause", LEDGER.clauses, ids=lambda clause: clause.id)
def test_every_test_of_a_rule_is_proof_of_its_clause(clause: Clause) -> None:
    """``tests/policy/test_sec_06_*.py`` are listed by SEC-06, and a clause with policies lists tests."""
    name = clause.id.lower().replace("-", "_")
    written = {path.relative_to(ROOT).as_posix() for path in ROOT.glob(f"tests/policy/test_{name}_*.py")}
    assert written <= set(clause.tests)
    assert clause.tests or not clause.policies


def test_no_state_claims_more_than_the_evidence() -> None:
    """Built and proven clauses have component, document and policy or test; proven ones tests and nothing open."""
    assert [(clause.id, key) for clause in LEDGER.clauses for key, _ in clause.gaps()] == []
    assert any(clause.state is not State.PLANNED for clause in LEDGER.clauses)
