"""Exceptions from policies: what one says, how ``roadmap/waivers.yaml`` holds them, what is wrong with it.

Without pydantic, which would double the time in which the policy pack starts.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from lib.problems import Fault, FileError, Problem, nearest
from lib.yaml_file import read
from lib.yaml_nodes import UNUSABLE
from models.people import employees, identifier

WAIVERS: Final = Path(__file__).resolve().parents[2] / "roadmap" / "waivers.yaml"
CHARTS: Final = "charts-"
"""Before the name of an environment: the stack of a waiver for its rendered charts, which Pulumi does not see."""
LONGEST: Final = dt.timedelta(days=90)
WILDCARDS: Final = frozenset("*?[")


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One exception: ``policy`` does not apply to ``resource`` (a glob over ``type::name``) of ``stack``.

    ``owner`` and ``approver`` are two people, by their identifiers in the catalog. ``expires`` is its last day, at most
    90 days after ``created``. ``link`` leads to the ticket or pull request. ``lines`` says where each key stands in
    ``file``.
    """

    policy: str
    stack: str
    resource: str
    reason: str
    owner: str
    approver: str
    created: dt.date
    expires: dt.date
    link: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    file: str = field(default="", compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """What a second entry must not repeat."""
        return self.policy, self.stack, self.resource

    @property
    def notice(self) -> str:
        """What the policy pack says before a violation that this waiver excuses; reports know the waiver by it."""
        link = f", {self.link}" if self.link else ""
        people = f"owner {self.owner}, approved by {self.approver}{link}"
        return f"{self.policy} is waived until {self.expires}: {self.reason} ({people}). Waived: "

    def covers(self, resource_type: str, name: str) -> bool:
        """True where the glob matches: type against type and name against name, in the same case."""
        type_glob, _, name_glob = self.resource.partition("::")
        return fnmatchcase(resource_type, type_glob) and fnmatchcase(name, name_glob)

    def problem(self, key: str, why: str, fix: str) -> Problem:
        """Something wrong with the value of a key."""
        line = self.lines.get(key, 0)
        return Problem(file=self.file, line=line, key=key, value=getattr(self, key), why=why, fix=fix)


@dataclass(frozen=True)
class WaiverFile:
    """The well-formed entries, and what is wrong with the rest."""

    waivers: tuple[Waiver, ...] = ()
    problems: tuple[Problem, ...] = ()


_KEYS: Final = tuple(key.name for key in fields(Waiver) if key.compare)
_REQUIRED: Final = tuple(key.name for key in fields(Waiver) if key.compare and key.default is MISSING)
_DATES: Final = ("created", "expires")
_PEOPLE: Final = ("owner", "approver")


def load_waivers(path: Path = WAIVERS, people: Collection[str] | None = None) -> WaiverFile:
    """The waivers of a file. Nothing raises: a file that cannot be read or parsed is a problem and waives nothing.

    ``people``, who may own and approve, are by default those of the catalog.
    """
    known = employees() if people is None else people
    try:
        file = read(path)
    except FileError as error:
        return WaiverFile(problems=error.problems)
    if not isinstance(file.data, tuple):
        fix = "write one list entry for each waiver, or [] where nothing is waived"
        return WaiverFile(problems=(*file.problems, *file.unreported([Fault(path=(), why="is not a list", fix=fix)])))
    waivers: list[Waiver] = []
    problems = [_plain(problem) for problem in file.problems]
    for index, entry in enumerate(file.data):
        place = (str(index),)
        faults = [*_malformed(entry, known)]
        wrong = file.unreported(faults, place)
        problems += map(_plain, wrong)
        if not faults and not any(problem.key.startswith(f"{index}.") for problem in file.problems):
            lines = {key: file.line((*place, key)) for key in entry}
            waivers.append(Waiver(**entry, lines=lines, file=file.name))
    return WaiverFile(tuple(waivers), tuple(problems))


def _plain(problem: Problem) -> Problem:
    """The key alone: the line says which entry it is of."""
    return dataclasses.replace(problem, key=problem.key.rpartition(".")[2] if "." in problem.key else "waiver")


def _malformed(entry: Any, people: Collection[str] | None) -> Iterator[Fault]:
    """What keeps an entry from being a waiver, whatever the day and the rules are."""
    if not isinstance(entry, Mapping):
        if entry is not UNUSABLE:
            yield Fault(path=(), value=entry, why="is not a mapping", fix=f"write the keys {', '.join(_KEYS)}")
        return
    meant = set()
    for key in entry:
        if key not in _KEYS:
            near = nearest(key, [name for name in _KEYS if name not in entry])
            meant.add(near)
            fix = f"did you mean {near}?" if near else f"remove it; the keys are {', '.join(_KEYS)}"
            yield Fault(path=(key,), why="is no key of a waiver", fix=fix)
    wrong = {key: fault for key in _KEYS if key not in meant and (fault := _wrong_value(key, entry, people))}
    yield from wrong.values()
    yield from _contradictions(entry, wrong)


def _wrong_value(key: str, entry: Mapping[str, Any], people: Collection[str] | None) -> Fault | None:
    """Why the value is wrong by itself, and the fix."""
    if key not in entry:
        return Fault(path=(key,), why="is missing", fix="add it") if key in _REQUIRED else None
    value = entry[key]
    said: tuple[str, str] | None = None
    if value is UNUSABLE:
        said = "is reported already", ""
    elif key in _DATES:
        if not isinstance(value, dt.date):
            said = "is not a day", "write it as 2026-01-31, without quotes"
    elif not isinstance(value, str) or not value.strip():
        said = "is not text", "write a text that is not empty"
    elif key in _PEOPLE and people is not None and value not in people:
        near = nearest(identifier(value), people)
        fix = f"did you mean {near}?" if near else "write an employee's identifier: what stands before the @ there"
        said = "is no member of catalog/access.yaml", fix
    elif key == "resource" and not re.fullmatch(r"(?s).+?::.+", value):
        said = "is not type::name", "write type::name, as aws:rds/instance:Instance::orders-instance"
    return Fault(path=(key,), value=value, why=said[0], fix=said[1]) if said else None


def _contradictions(entry: Mapping[str, Any], wrong: Collection[str]) -> Iterator[Fault]:
    """What the values, each right by itself, get wrong together."""
    if not {*_PEOPLE} & {*wrong} and {*_PEOPLE} <= {*entry} and entry["owner"] == entry["approver"]:
        yield Fault(
            path=("approver",), value=entry["approver"], why="is the owner too", fix="have someone else approve it"
        )
    if {*_DATES} & {*wrong} or not {*_DATES} <= {*entry}:
        return
    created, expires = entry["created"], entry["expires"]
    if expires <= created:
        why, fix = f"is not after created {created}", "write a later day"
        yield Fault(path=("expires",), value=expires, why=why, fix=fix)
    if expires - created > LONGEST:
        why = f"is {(expires - created).days} days after created {created}, at most {LONGEST.days} are allowed"
        fix = f"write {created + LONGEST} or earlier"
        yield Fault(path=("expires",), value=expires, why=why, fix=fix)


def misplaced(
    waivers: Sequence[Waiver], policies: Collection[str], stacks: Collection[str], today: dt.date
) -> Iterator[tuple[Waiver, Problem]]:
    """Each well-formed waiver that does not apply, given the rules, the stacks and the day, and why."""
    first: dict[tuple[str, str, str], Waiver] = {}
    for waiver in waivers:
        type_glob, _, name_glob = waiver.resource.partition("::")
        original = first.setdefault(waiver.key, waiver)
        broad = bool(WILDCARDS.intersection(type_glob) and WILDCARDS.intersection(name_glob))
        repeats = f"repeats the waiver of line {original.lines.get('policy', 0)}"
        near = nearest(waiver.policy, policies)
        rule = f"did you mean {near}?" if near else "name one rule in full"
        checks = (
            (waiver.policy not in policies, "policy", "there is no such rule in policy/rules", rule),
            (
                waiver.stack.removeprefix(CHARTS) not in stacks,
                "stack",
                "there is no such stack",
                f"write one of {', '.join(sorted(stacks))}",
            ),
            (broad, "resource", "is over-broad: wildcards in type and in name", "write one of the two in full"),
            (
                waiver.created > today,
                "created",
                f"lies in the future, today is {today}",
                "write the day of the approval",
            ),
            (
                waiver.expires < today,
                "expires",
                f"expired, today is {today}",
                "fix the violation and remove the waiver",
            ),
            (original is not waiver, "resource", repeats, "remove one of the two"),
        )
        for wrong, key, why, fix in checks:
            if wrong:
                yield waiver, waiver.problem(key, why, fix)
