"""The calls that the sandbox's provider made, as its log holds them: the resources, and each call as requests."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from lib import urn as urns
from reports.rights.needs import Step
from reports.rights.requests import Call, Request, asked
from reports.rights.subjects import Estate, Place, Subject, backend

FILE: Final = Path(__file__).with_name("operations.yaml")
NAME: Final = "calls.jsonl"
"""The log's name in the folder of a stack's sandbox."""
FROM_CALL: Final = {"PermissionsBoundary": "iam:PermissionsBoundary", "AWSServiceName": "iam:AWSServiceName"}
"""Parameters that IAM compares in conditions."""


class LogError(Exception):
    """The log cannot be read; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One operation of the provider on a resource, with its calls."""

    phase: str
    urn: str
    inputs: Mapping[str, Any]
    calls: Sequence[Mapping[str, Any]]
    id: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)


@cache
def _operations() -> Mapping[str, Mapping[str, str]]:
    table: Mapping[str, Mapping[str, str]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return table


def read(path: Path) -> list[Entry]:
    """The log's entries. A line that a kill cut short ends it.

    Raises:
        LogError: a line in the middle is not what was written.

    """
    entries, lines = [], path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            if number < len(lines):
                raise LogError(f"{path}:{number}: no entry of the log of calls ({error}); remove the file") from None
    return entries


def estate(entries: Sequence[Entry], place: Place) -> Estate:
    """Everything that the log speaks of, each resource as it was made or changed last, deleted ones too."""
    known: dict[str, dict[str, Any]] = {}
    for entry in entries:
        known.setdefault(entry.urn, {}).update(
            {**entry.inputs, **entry.outputs, **({"id": entry.id} if entry.id else {})}
        )
    subjects = [Subject(urn=urn, token=urns.type_of(urn), properties=made) for urn, made in known.items()]
    whole = Estate(place=place, subjects=subjects)
    return replace(whole, subjects=[*subjects, *backend(whole)])


def calls(entries: Sequence[Entry], whole: Estate) -> Iterator[Call]:
    """Each call of the log with its requests.

    Raises:
        LookupError: an operation that is no action, or a resource that nothing names.

    """
    subjects = {subject.urn: subject for subject in whole.subjects}
    for entry in entries:
        for made in entry.calls:
            action = _action(made)
            if action is not None:
                named = {key[0].lower() + key[1:]: value for key, value in made["parameters"].items()}
                subject = subjects[entry.urn]
                there = replace(subject, properties={**named, **subject.properties})
                said = {
                    key: str(made["parameters"][name])
                    for name, key in FROM_CALL.items()
                    if made["parameters"].get(name)
                }
                requests = tuple(_with(request, said) for request in asked(whole, there, Step(action=action)))
                yield Call(subject=subject, phase=entry.phase, action=action, requests=requests)


def unlisted(made: Iterable[Call]) -> list[str]:
    """Complaints of calls that the table does not know of their type: it would lack the right for them, too."""
    strange = {(call.subject.token, call.action) for call in made if call.action not in _listed(call.subject)}
    why = "is called, and reports/rights/needs names no such call of the type; enter it from the provider's source"
    return [f"{token}: {action} {why}" for token, action in sorted(strange)]


def _listed(subject: Subject) -> set[str]:
    type_ = subject.type
    return {step.action for step in (*type_.tags, *(step for steps in type_.phases.values() for step in steps))}


def _with(request: Request, said: Mapping[str, str]) -> Request:
    return replace(request, context={**request.context, **said}) if said else request


def _action(made: Mapping[str, Any]) -> str | None:
    """The action that an operation needs; None where only the sandbox makes the call."""
    table = _operations()
    prefix = table["services"].get(made["service"], made["service"])
    name = f"{prefix}:{made['operation']}"
    return None if name in table["ours"] else table["actions"].get(name, name)
