"""IAM policy documents: statements in one form, IAM's own matching, and what AWS publishes about actions.

Semantics: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html. Where a document leaves
something open, it reads as the broader grant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from policy.facts.props import as_list, document

DATA = Path(__file__).parent / "data"
BROAD = re.compile(
    r"arn:[^:]+:iam::aws:policy/(.*/)?"
    r"(AdministratorAccess.*|PowerUserAccess|SystemAdministrator|ReadOnlyAccess|\w*FullAccess.*)"
)
"""Names by which AWS's managed policies allow every action of a service, or read the data of all services."""
MANAGED = re.compile(r"arn:[^:]+:iam::aws:policy/(.+)")
POSITIVE = frozenset({"stringequals", "stringlike", "arnequals", "arnlike"})
"""Condition operators that fail where the key is absent. Negated, ``IfExists`` and ``ForAllValues`` forms do not."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One line of a Condition block: operator and key in lower case (IAM ignores their case), values as text."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement; a lone value reads as a list of one, ``principals`` as pairs of kind and value."""

    label: str
    allow: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    not_principal: bool
    conditions: tuple[Condition, ...]

    @cached_property
    def _spoken(self) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
        """Plain names, and patterns by how they begin: a role of many statements is asked for every known method."""
        named = [action.lower() for action in self.not_actions or self.actions]
        return frozenset(named), tuple((_literal(action), action) for action in named if is_pattern(action))

    def covers(self, action: str) -> bool:
        """True where the statement speaks of this action."""
        plain, patterns = self._spoken
        name = action.lower()
        found = name in plain or any(name.startswith(start) and matches(pattern, name) for start, pattern in patterns)
        return found is not bool(self.not_actions)

    def pins(self, *keys: str) -> list[tuple[str, ...]]:
        """The values to which a condition holds one of ``keys`` (lower case) by an operator of ``POSITIVE``."""
        return [
            line.values
            for line in self.conditions
            if line.key in keys and line.values and line.operator.removeprefix("foranyvalue:") in POSITIVE
        ]


def statements(value: object) -> tuple[Statement, ...] | None:
    """The statements of a document (JSON text or object); None where it is no document, or has no usable statement.

    Raises UnknownValueError where a part of an object is unknown.
    """
    parsed = document(value)
    if parsed is None:
        return None
    rows = as_list(_fold(parsed).get("statement"))
    made = [_statement(row, number) for number, row in enumerate(rows, 1)]
    return tuple(row for row in made if row) if rows and all(made) else None


def _fold(row: Mapping[str, Any]) -> dict[str, Any]:
    """Keys in lower case: a key in another case must hide nothing from a rule."""
    return {key.lower(): row[key] for key in row}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in as_list(value))


def _statement(row: object, number: int) -> Statement | None:
    if not isinstance(row, Mapping):
        return None
    part = _fold(row)
    effect = str(part.get("effect")).lower()
    actions, not_actions = _texts(part.get("action")), _texts(part.get("notaction"))
    condition = part.get("condition") or {}
    if effect not in ("allow", "deny") or not (actions or not_actions) or not isinstance(condition, Mapping):
        return None
    sid = part.get("sid")
    return Statement(
        label=f"statement {number} ({sid})" if sid else f"statement {number}",
        allow=effect == "allow",
        actions=actions,
        not_actions=not_actions,
        resources=_texts(part.get("resource")),
        not_resources=_texts(part.get("notresource")),
        principals=tuple(_principals(part.get("principal"))),
        not_principal="notprincipal" in part,
        conditions=tuple(_conditions(condition)),
    )


def _principals(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for kind in value:
            yield from ((kind.lower(), item) for item in _texts(value[kind]))
    else:
        yield from (("*", item) for item in _texts(value))


def _conditions(block: Mapping[str, Any]) -> Iterator[Condition]:
    for operator in block:
        lines = block[operator]
        if isinstance(lines, Mapping):
            for key in lines:
                yield Condition(operator=operator.lower(), key=key.lower(), values=_texts(lines[key]))


@lru_cache(maxsize=4096)
def _glob(pattern: str, one: str) -> re.Pattern[str]:
    steps = {"*": ".*", "?": one}
    return re.compile("".join(steps.get(char) or re.escape(char) for char in pattern), re.DOTALL)


def _literal(pattern: str) -> str:
    """What stands before a pattern's first wildcard; to compare it is much cheaper than to match the pattern."""
    return re.split(r"[*?]|\$\{", pattern, maxsplit=1)[0]


def matches(pattern: str, text: str) -> bool:
    """IAM's match of an action: ``*`` is any run, ``?`` one character, case is ignored, nothing else is special."""
    return _glob(pattern.lower(), ".").fullmatch(text.lower()) is not None


def contains(outer: str, inner: str) -> bool:
    """True only where every ARN that matches ``inner`` also matches ``outer``; ARNs keep their case."""
    return _glob(outer, "[^*]").fullmatch(inner) is not None


def is_pattern(text: str) -> bool:
    """True where the text holds a wildcard or a policy variable, whose value the caller may choose."""
    return any(mark in text for mark in ("*", "?", "${"))


def is_whole_service(action: str) -> bool:
    """``*``, ``s3:*`` and their spellings: nothing is left of the action's name without its wildcards."""
    service, _, name = action.partition(":")
    return is_pattern(service) or not name.strip("*?")


def whole_services(statement: Statement) -> Iterator[str]:
    """A message for each action that allows a whole service."""
    for action in statement.actions:
        if is_whole_service(action):
            yield f"Action {action!r} allows a whole service, must name actions"


def resource_name(arn: str) -> str:
    """What an ARN pattern says of the resource's name: empty where it says nothing, as in ``*`` and ``role/*``."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return ""
    name = parts[5] if parts[2] == "s3" else re.split("[:/]", parts[5], maxsplit=1)[-1]
    if name == parts[5] and is_pattern(name) and parts[2] not in ("s3", "sns", "sqs"):
        return ""  # `ro*` may reach every type
    return re.sub(r"\$\{[^}]*\}|[*?/:]", "", name)


def pins_resource(arn: str) -> bool:
    """True where an ARN pattern names region, account or resource: a statement about less than everything."""
    parts = arn.split(":", 5)
    return bool(resource_name(arn)) or (len(parts) == 6 and any(part and not is_pattern(part) for part in parts[3:5]))


def names_one(value: str) -> bool:
    """True where a condition's value names one account, organisation or bucket, wildcards only behind that name."""
    parts = value.split(":", 5)
    if not value or "${" in value:
        return False
    if len(parts) == 6 and is_pattern(value):
        owner = re.fullmatch(r"\d{12}", parts[4], re.ASCII) is not None
        return owner or (parts[2] == "s3" and not is_pattern(parts[5].split("/")[0]))
    organisation, slash, _ = value.partition("/")
    return not is_pattern(organisation if slash else value)


def is_public(statement: Statement) -> bool:
    """True where everybody is a principal; patterns count, since IAM knows none but ``*``."""
    return any(is_pattern(value) for _, value in statement.principals)


def account_of(principal: str) -> str | None:
    """The account of an AWS principal (ARN or bare id); None where it names none."""
    found = re.fullmatch(r"(?:arn:[^:]*:[^:]*:[^:]*:)?(\d{12})(?::.*)?", principal, re.ASCII)
    return found[1] if found else None


@cache
def _published(file: str) -> frozenset[str]:
    return frozenset((DATA / file).read_text(encoding="ascii").lower().split())


def is_broad(arn: object) -> bool:
    """True for AWS's managed policies that allow a whole service on every resource, by name or by what they hold."""
    found = MANAGED.fullmatch(arn) if isinstance(arn, str) else None
    return found is not None and bool(
        BROAD.fullmatch(found[0]) or found[1].lower() in _published("broad_managed_policies.txt")
    )


def supports_resources(action: str) -> bool:
    """False where AWS lists no resource type for the action, so that only ``*`` is left; True for unknown actions."""
    return action.lower() not in _published("no_resource_actions.txt")


@lru_cache(maxsize=1024)
def privileges(pattern: str) -> Sequence[str]:
    """The actions that decide who may do what and that the pattern covers."""
    start = _literal(pattern.lower())
    published = _published("privileged_actions.txt")
    return sorted(action for action in published if action.startswith(start) and matches(pattern, action))
