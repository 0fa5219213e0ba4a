"""Exceptions from policies: what one says, how ``roadmap/waivers.yaml`` holds them, what is wrong with it."""

import datetime as dt
import reprlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

WAIVERS = Path(__file__).resolve().parents[2] / "roadmap" / "waivers.yaml"
LONGEST = dt.timedelta(days=90)
WILDCARDS = frozenset("*?[")

_SHOWN = reprlib.Repr()
_SHOWN.maxstring = _SHOWN.maxother = 80


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One exception: ``policy`` does not apply to ``resource`` (a glob over ``type::name``) of ``stack``.

    ``approver`` is another person than ``owner``. ``expires`` is its last day, at most 90 days after ``created``.
    ``link`` leads to the ticket or pull request. ``lines`` says where each key stands in the file.
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

    @property
    def key(self) -> tuple[str, str, str]:
        """What a second entry must not repeat."""
        return self.policy, self.stack, self.resource

    def covers(self, resource_type: str, name: str) -> bool:
        """True where the glob matches: type against type and name against name, in the same case."""
        type_glob, _, name_glob = self.resource.partition("::")
        return fnmatchcase(resource_type, type_glob) and fnmatchcase(name, name_glob)

    def finding(self, key: str, why: str, fix: str) -> "Finding":
        """Something wrong with the value of a key."""
        return Finding(line=self.lines.get(key, 0), key=key, value=getattr(self, key), why=why, fix=fix)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with the file or with an entry of it."""

    line: int
    key: str
    value: object
    why: str
    fix: str

    def __str__(self) -> str:
        shown = str(self.value) if isinstance(self.value, dt.date) else _SHOWN.repr(self.value)
        return f"roadmap/waivers.yaml:{self.line}: {self.key}: {shown}: {self.why}; {self.fix}"


@dataclass(frozen=True)
class WaiverFile:
    """The well-formed entries, and what is wrong with the rest."""

    waivers: tuple[Waiver, ...] = ()
    findings: tuple[Finding, ...] = ()


_KEYS = tuple(key.name for key in fields(Waiver) if key.name != "lines")
_REQUIRED = tuple(key.name for key in fields(Waiver) if key.default is MISSING and key.name != "lines")
_DATES = ("created", "expires")


def load_waivers(path: Path = WAIVERS) -> WaiverFile:
    """The waivers of a file. Nothing raises: a file that cannot be read or parsed is a finding and waives nothing."""
    try:
        # The loader in C is faster, and ends the process where the nesting is too deep.
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        raw = loader.construct_document(root) if root is not None else None
    except OSError as error:
        return _unusable(path.name, f"cannot be read: {error.strerror}", "restore the file; [] where nothing is waived")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return _unusable(path.name, f"not YAML: {error.problem}", "repair it", line=mark.line + 1 if mark else 1)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _unusable(path.name, f"not YAML in UTF-8: {type(error).__name__}: {error}", "repair it")
    if not isinstance(raw, list) or root is None:
        return _unusable(raw, "not a list", "write one list entry for each waiver, or [] where nothing is waived")
    waivers: list[Waiver] = []
    findings: list[Finding] = []
    for node, entry in zip(root.value, raw, strict=True):
        wrong = list(_malformed(node, entry))
        findings += wrong
        if not wrong:
            lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
            waivers.append(Waiver(**entry, lines=lines))
    return WaiverFile(tuple(waivers), tuple(findings))


def _unusable(value: object, why: str, fix: str, *, line: int = 1) -> WaiverFile:
    return WaiverFile(findings=(Finding(line=line, key="file", value=value, why=why, fix=fix),))


def _malformed(node: yaml.MappingNode, entry: object) -> Iterator[Finding]:
    """What keeps an entry from being a waiver, whatever the day and the rules are."""
    start = node.start_mark.line + 1
    if not isinstance(entry, dict):
        yield Finding(
            line=start, key="waiver", value=entry, why="not a mapping", fix=f"write the keys {', '.join(_KEYS)}"
        )
        return
    lines: dict[Any, int] = {}
    for key_node, _ in node.value:
        line = key_node.start_mark.line + 1
        if key_node.value in lines:
            yield Finding(
                line=line, key=key_node.value, value=key_node.value, why="the key appears twice", fix="keep one"
            )
        lines[key_node.value] = line
    for key in entry:
        if key not in _KEYS:
            fix = f"remove it; the keys are {', '.join(_KEYS)}"
            yield Finding(line=lines.get(key, start), key=str(key), value=key, why="unknown key", fix=fix)
    whole = True
    for key in _KEYS:
        wrong = _wrong_value(key, entry)
        if wrong:
            whole = False
            yield Finding(line=lines.get(key, start), key=key, value=entry.get(key), why=wrong[0], fix=wrong[1])
    if whole:
        yield from _contradictions(entry, lines)


def _wrong_value(key: str, entry: dict[str, Any]) -> tuple[str, str] | None:
    """Why the value is wrong by itself, and the fix."""
    if key not in entry:
        return ("missing", "add it") if key in _REQUIRED else None
    value = entry[key]
    if key in _DATES:
        # A datetime is a date to isinstance, and would compare with none.
        return None if type(value) is dt.date else ("not a date", "write it as 2026-01-31, without quotes or time")
    if not isinstance(value, str) or not value.strip():
        return "not text", "write a text that is not empty"
    if key != "resource":
        return None
    type_glob, separator, name_glob = value.partition("::")
    if not (type_glob and separator and name_glob):
        return "not type::name", "write type::name, as aws:rds/instance:Instance::orders-instance"
    return None


def _contradictions(entry: dict[str, Any], lines: dict[Any, int]) -> Iterator[Finding]:
    """What the values, each right by itself, get wrong together."""
    if _person(entry["owner"]) == _person(entry["approver"]):
        why, fix = f"the same person as owner {entry['owner']!r}", "have someone else approve it"
        yield Finding(line=lines["approver"], key="approver", value=entry["approver"], why=why, fix=fix)
    created, expires = entry["created"], entry["expires"]
    if expires <= created:
        why, fix = f"not after created {created}", "write a later day"
        yield Finding(line=lines["expires"], key="expires", value=expires, why=why, fix=fix)
    if expires - created > LONGEST:
        why = f"{(expires - created).days} days after created {created}, at most {LONGEST.days} are allowed"
        fix = f"write {created + LONGEST} or earlier"
        yield Finding(line=lines["expires"], key="expires", value=expires, why=why, fix=fix)


def _person(name: str) -> str:
    """One spelling for one person: case, white space, a leading @ and the form of Unicode do not make two."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).removeprefix("@")
