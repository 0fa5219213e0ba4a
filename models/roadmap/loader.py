"""Read the ledger: every problem of the file at once, each with file, line, key, value and fix."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from lib.problems import ABSENT, Fault, FileError, nearest
from lib.validation import check
from lib.yaml_file import read
from models.roadmap.model import CLAUSES, Clause, Ledger
from models.shape import sections

LEDGER: Final = Path(__file__).resolve().parents[2] / "roadmap" / "clauses.yaml"

_FIX: Final = {
    "id": "write three capitals, a dash and two digits, as SEC-06",
    "text": "copy the sentence of the roadmap",
    "due": "write year and quarter, as 2026-Q4, or leave the key out where the clause holds from the start",
    "state": "write planned, built or proven",
}


def load_ledger(path: Path = LEDGER, clauses: Collection[str] = CLAUSES) -> Ledger:
    """The ledger of ``path``, which must have all of ``clauses``. FileError lists every problem."""
    file = read(path)
    data, problems = sections(file, {"clauses": tuple})
    entries: Sequence[Any] = data["clauses"] or ()
    if data["clauses"] == ():
        problems.append(file.problem(["clauses"], "has no clause", "write one entry for each clause of the roadmap"))
    good: list[Clause] = []
    faults: list[Fault] = []
    for index, raw in enumerate(entries):
        clause, wrong = check(Clause, raw, _FIX)
        entry_faults = [*wrong, *(_unproven(clause) if clause else ())]
        faults += [replace(fault, path=("clauses", str(index), *fault.path)) for fault in entry_faults]
        if clause is not None:
            good.append(clause)
    faults += _repeated(entries)
    faults += _gone(entries, clauses) if entries else ()
    problems += file.unreported(faults)
    if problems:
        raise FileError(replace(problem, key=_named(problem.key, entries)) for problem in problems)
    return Ledger(clauses=tuple(good))


def _id(raw: object) -> str:
    return str(raw.get("id", "clause without id")) if isinstance(raw, Mapping) else "entry"


def _named(key: str, entries: Sequence[Any]) -> str:
    """``SEC-06.due`` for ``clauses.5.due``; a key outside of the clauses stays what it is."""
    section, _, rest = key.partition(".")
    index, _, inner = rest.partition(".")
    if section != "clauses" or not index.isdigit() or int(index) >= len(entries):
        return key
    return ".".join(filter(None, (_id(entries[int(index)]), inner)))


def _repeated(entries: Sequence[Any]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, raw in enumerate(entries):
        name = _id(raw)
        if isinstance(raw, Mapping) and "id" in raw and first.setdefault(name, index) != index:
            why = f"is defined already, as entry {first[name] + 1}"
            yield Fault(path=("clauses", str(index), "id"), value=name, why=why, fix="remove one of the two")


def _gone(entries: Sequence[Any], clauses: Collection[str]) -> Iterator[Fault]:
    """Clauses that are not there, at the place of the one before, and clauses that the roadmap does not have."""
    places = {_id(raw): str(index) for index, raw in enumerate(entries)}
    missing = [name for name in clauses if name not in places]
    strange = {name: index for name, index in places.items() if clauses and name not in clauses}
    for name, index in strange.items():
        if Clause.is_id(name):  # of another text its form is reported
            near = nearest(name, missing)
            fix = f"did you mean {near}?" if near else "count it in SECTIONS of models/roadmap/model.py, or correct it"
            yield Fault(path=("clauses", index, "id"), value=name, why="is no clause of the roadmap", fix=fix)
    place = "0"
    for name in clauses:
        place = places.get(name, place)
        if name in missing and len(missing) > len(strange):  # else it is there under a wrong name
            why, fix = f"{name} of the roadmap is missing", "restore it after this one; no clause is dropped in silence"
            yield Fault(path=("clauses", place), why=why, fix=fix)


def _unproven(clause: Clause) -> Iterator[Fault]:
    for key, fix in clause.gaps():
        value = list(getattr(clause, key))
        yield Fault(path=(key,), value=value or ABSENT, why=f"does not fit state {clause.state}", fix=fix)
