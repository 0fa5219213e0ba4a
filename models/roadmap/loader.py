"""Read the ledger: every problem of the file at once, each with file, line, key, value and fix."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lib.yaml_file import FileError, Problem, YamlFile, read
from models.roadmap.model import Clause, Ledger

LEDGER = Path(__file__).resolve().parents[2] / "roadmap" / "clauses.yaml"

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


class LedgerError(FileError):
    """The ledger cannot be used; ``problems`` holds all reasons, in the order of the file."""


@dataclass(frozen=True)
class _Entry:
    """One clause as written: its place in the file and what it says."""

    file: YamlFile
    index: int
    raw: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.raw.get("id", "clause without id"))

    def problem(self, path: Sequence[str], value: object, why: str, fix: str) -> Problem:
        """A problem at the deepest line that ``path`` reaches in the clause, which is named by its ID."""
        found = self.file.problem(("clauses", str(self.index), *path), value, why, fix)
        return replace(found, key=".".join((self.name, *path)))


def load_ledger(path: Path = LEDGER) -> Ledger:
    """The ledger of ``path``. LedgerError lists every problem; OSError where the file cannot be read."""
    try:
        file = read(path)
    except FileError as error:
        raise LedgerError(error.problems) from error
    problems: list[Problem] = []
    clauses: list[Clause] = []
    seen: dict[str, int] = {}
    entries = _entries(file)
    names = [entry.name for entry in entries]
    problems += [replace(found, key=_named(found.key, names)) for found in file.repeated_keys()]
    for entry in entries:
        line = entry.problem([], None, "", "").line
        if entry.name in seen:
            why = f"already defined on line {seen[entry.name]}"
            problems.append(entry.problem(["id"], entry.name, why, "remove one of the two"))
        seen.setdefault(entry.name, line)
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


def _entries(file: YamlFile) -> list[_Entry]:
    """The clauses as written, in order. LedgerError where the file has another form."""
    clauses = file.data.get("clauses") if isinstance(file.data, dict) else None
    listed = isinstance(clauses, list) and bool(clauses) and all(isinstance(clause, dict) for clause in clauses)
    if clauses is None or not listed or len(file.data) != 1:
        why, fix = "not a ledger", "write one key, clauses, with a list of mappings that is not empty"
        raise LedgerError([file.problem(["clauses"], clauses, why, fix)])
    return [_Entry(file, index, raw) for index, raw in enumerate(clauses)]


def _named(key: str, names: Sequence[str]) -> str:
    """``SEC-06.due`` for ``clauses.5.due``; a key outside of the clauses stays what it is."""
    section, *rest = key.split(".")
    return ".".join((names[int(rest[0])], *rest[1:])) if rest else section


def _invalid(entry: _Entry, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        path = [str(step) for step in detail["loc"]]
        value = None if detail["type"] == "missing" else detail["input"]
        fix = _FIX_BY_ERROR.get(detail["type"]) or _FIX.get(path[0], "correct it")
        yield entry.problem(path, value, detail["msg"].lower(), fix)


def _unproven(entry: _Entry, clause: Clause) -> Iterator[Problem]:
    for key, fix in clause.gaps():
        yield entry.problem([key], list(getattr(clause, key)), f"does not fit state {clause.state}", fix)
