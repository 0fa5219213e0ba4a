"""Read the ledger: every problem of the file at once, each with file, line, key, value and fix."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from roadmap.model import Clause, Ledger

LEDGER = Path(__file__).parent / "clauses.yaml"

_FIX = {
    "id": "write three capitals, a dash and two digits, as SEC-06",
    "text": "copy the sentence of the roadmap",
    "due": "write year and quarter, as 2026-Q4, or leave the key out where the clause holds from the start",
    "state": "write planned, built or proven",
}
_FIX_BY_ERROR = {
    "extra_forbidden": f"remove it; the keys are {', '.join(Clause.model_fields)}",
    "missing": "add it",
    "tuple_type": "write a list",
    "string_type": "write text",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file."""

    file: str
    line: int
    key: str
    value: object
    why: str
    fix: str

    def __str__(self) -> str:
        shown = repr(self.value)
        shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
        return f"{self.file}:{self.line}: {self.key}: {shown}: {self.why}; {self.fix}"


class LedgerError(ValueError):
    """The ledger cannot be used; ``problems`` holds all reasons, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.key)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class _Entry:
    """One clause as written: where it stands and what it says."""

    file: str
    node: yaml.MappingNode
    raw: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.raw.get("id", "clause without id"))

    @property
    def line(self) -> int:
        return self.node.start_mark.line + 1

    def problem(self, path: Sequence[str], value: object, why: str, fix: str) -> Problem:
        """A problem at the deepest line that ``path`` (key, index) reaches."""
        at: yaml.Node = self.node
        line = self.line
        for step in path:
            if isinstance(at, yaml.MappingNode):
                found = next(((key, value) for key, value in at.value if key.value == step), None)
            elif isinstance(at, yaml.SequenceNode):
                found = (at.value[int(step)],) * 2
            else:
                found = None
            if found is None:
                break
            line, at = found[0].start_mark.line + 1, found[1]
        return Problem(file=self.file, line=line, key=".".join((self.name, *path)), value=value, why=why, fix=fix)


def load_ledger(path: Path = LEDGER) -> Ledger:
    """The ledger of ``path``. LedgerError lists every problem; OSError where the file cannot be read."""
    problems: list[Problem] = []
    clauses: list[Clause] = []
    seen: dict[str, int] = {}
    for entry in _entries(path):
        problems += _duplicate_keys(entry)
        if entry.name in seen:
            why = f"already defined on line {seen[entry.name]}"
            problems.append(entry.problem(["id"], entry.name, why, "remove one of the two"))
        seen.setdefault(entry.name, entry.line)
        try:
            clause = Clause.model_validate(entry.raw)
        except ValidationError as error:
            problems += _invalid(entry, error)
            continue
        problems += _unproven(entry, clause)
        clauses.append(clause)
    if problems:
        raise LedgerError(problems)
    return Ledger(clauses=tuple(clauses))


def _entries(path: Path) -> list[_Entry]:
    """The clauses as written, in order. LedgerError where the file is not YAML or has another form."""
    file = f"{path.parent.name}/{path.name}"
    text = path.read_text(encoding="utf-8")
    try:
        root, raw = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = f"not YAML: {error.problem}"
        raise LedgerError([Problem(file=file, line=line, key="", value="", why=why, fix="repair it")]) from error
    clauses = raw.get("clauses") if isinstance(raw, dict) else None
    listed = isinstance(clauses, list) and bool(clauses) and all(isinstance(clause, dict) for clause in clauses)
    if clauses is None or not listed or not isinstance(root, yaml.MappingNode) or len(root.value) != 1:
        why, fix = "not a ledger", "write one key, clauses, with a list of mappings that is not empty"
        raise LedgerError([Problem(file=file, line=1, key="clauses", value=clauses, why=why, fix=fix)])
    return [_Entry(file, node, entry) for node, entry in zip(root.value[0][1].value, clauses, strict=True)]


def _duplicate_keys(entry: _Entry) -> Iterator[Problem]:
    seen: set[str] = set()
    for key, value in entry.node.value:
        if key.value in seen:
            line, name = key.start_mark.line + 1, f"{entry.name}.{key.value}"
            why, fix = "the key appears twice", "merge the two; YAML keeps the last in silence"
            yield Problem(file=entry.file, line=line, key=name, value=value.value, why=why, fix=fix)
        seen.add(key.value)


def _invalid(entry: _Entry, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        path = [str(step) for step in detail["loc"]]
        value = None if detail["type"] == "missing" else detail["input"]
        fix = _FIX_BY_ERROR.get(detail["type"]) or _FIX.get(path[0], "correct it")
        yield entry.problem(path, value, detail["msg"].lower(), fix)


def _unproven(entry: _Entry, clause: Clause) -> Iterator[Problem]:
    for key, fix in clause.gaps():
        yield entry.problem([key], list(getattr(clause, key)), f"does not fit state {clause.state}", fix)
