"""What one set of policy statements allows and another does not, whatever way either is written.

A statement is taken apart into grants: one action (or all but some), one resource (or all but some), one principal,
under the statement's conditions. A grant is covered where another one holds at least its actions, resources and
principals, under conditions that are no stricter. Semantics: IAM user guide, "Policy evaluation logic".
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from policy.facts import iam
from policy.facts.iam import Condition, Statement
from policy.facts.props import number
from policy.reachability.intervals import addresses

EVERYBODY = ("*", "*")
SPLIT = 64
"""Single values into which the conditions of one grant are taken apart at most."""
UPPER = ("numericlessthan", "numericlessthanequals")
LOWER = ("numericgreaterthan", "numericgreaterthanequals")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A pattern or, where ``but``, all except some patterns."""

    patterns: tuple[str, ...]
    but: bool = False

    def holds(self, other: "Part") -> bool:
        """True only where everything that the other part means is meant by this one too."""
        if self.but and other.but:
            return all(any(iam.contains(wide, one) for wide in other.patterns) for one in self.patterns)
        if self.but:
            return not any(_meet(left, right) for left in self.patterns for right in other.patterns)
        if other.but:
            return "*" in self.patterns
        return all(any(iam.contains(wide, one) for wide in self.patterns) for one in other.patterns)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one statement says of one action, resource, principal. ``action`` is in lower case, ``name`` as written."""

    name: Part
    action: Part
    resource: Part
    principal: tuple[str, str]
    conditions: frozenset[Condition]

    def holds(self, other: "Grant", *, conditions: bool = True) -> bool:
        """True only where this grant gives all that the other one gives."""
        return (
            self.action.holds(other.action)
            and self.resource.holds(other.resource)
            and principal_holds(self.principal, other.principal)
            and (
                not conditions
                or all(any(_looser(mine, theirs) for theirs in other.conditions) for mine in self.conditions)
            )
        )

    def values(self) -> Iterator["Grant"]:
        """The same grant for each single value of its conditions; itself where there is nothing to take apart."""
        lines = [
            [replace(line, values=(value,)) for value in line.values] if _positive(line) and line.values else [line]
            for line in sorted(self.conditions, key=lambda line: (line.operator, line.key))
        ]
        count = 1
        for line in lines:
            count *= len(line)
        if 1 < count <= SPLIT:
            yield from (replace(self, conditions=frozenset(chosen)) for chosen in itertools.product(*lines))
        else:
            yield self


def grants(rows: Iterable[Statement], *, allow: bool) -> dict[Grant, None]:
    """What the statements allow or, with False, deny; in order, and quick to look up."""
    return dict.fromkeys(
        Grant(name=name, action=_lower(name), resource=resource, principal=who, conditions=frozenset(row.conditions))
        for row in rows
        if row.allow is allow
        for name in _parts(row.actions, row.not_actions)
        for resource in _parts(row.resources, row.not_resources)
        for who in _principals(row)
    )


def gained(before: Sequence[Statement], after: Sequence[Statement]) -> list[Grant]:
    """What is allowed only after, and not denied to everybody there."""
    given, denied = grants(before, allow=True), grants(after, allow=False)
    return [
        grant
        for grant in grants(after, allow=True)
        if not _covered(grant, given) and not any(not d.conditions and d.holds(grant) for d in denied)
    ]


def undenied(before: Sequence[Statement], after: Sequence[Statement]) -> list[Grant]:
    """What was denied only before."""
    given = grants(after, allow=False)
    return [grant for grant in grants(before, allow=False) if not _covered(grant, given)]


def without_condition(grant: Grant, before: Sequence[Statement]) -> frozenset[Condition] | None:
    """The conditions that a new grant no longer has, where the same was allowed under stricter ones; else None."""
    same = [one for one in grants(before, allow=True) if one.holds(grant, conditions=False)]
    if not same:
        return None
    nearest = min(same, key=lambda one: len(one.conditions - grant.conditions))
    return frozenset(nearest.conditions - grant.conditions)


def looser_denial(denied: Grant, after: Sequence[Statement]) -> frozenset[Condition] | None:
    """The conditions under which the same is denied still, where they are looser; None where it is denied no more."""
    same = [one for one in grants(after, allow=False) if one.holds(denied, conditions=False)]
    return max((one.conditions for one in same), key=len, default=None)


def _covered(grant: Grant, given: dict[Grant, None]) -> bool:
    return (
        grant in given
        or any(one.holds(grant) for one in given)
        or all(any(one.holds(single) for one in given) for single in grant.values())
    )


def _parts(named: Sequence[str], but: Sequence[str]) -> Iterator[Part]:
    """A statement of a trust policy names no resource: it is the role."""
    if but:
        yield Part(patterns=tuple(but), but=True)
    else:
        yield from (Part(patterns=(one,)) for one in named or ("*",))


def _lower(part: Part) -> Part:
    return replace(part, patterns=tuple(one.lower() for one in part.patterns))


def _principals(row: Statement) -> Iterator[tuple[str, str]]:
    if row.not_principal or not row.principals:
        yield EVERYBODY  # an identity's policy names nobody, and both sides of a comparison do alike
    for kind, value in row.principals:
        account = iam.account_of(value)
        root = account is not None and value.rpartition(":")[2] in ("root", account)
        yield (kind, account) if root and account else (kind, value)


def principal_holds(outer: tuple[str, str], inner: tuple[str, str]) -> bool:
    """An account, written as its root or its number, stands for everybody in it whom it lets."""
    if outer == inner or (outer[1] == "*" and outer[0] in ("*", "aws")):
        return True
    return outer[0] == inner[0] == "aws" and outer[1] == iam.account_of(inner[1])


def _meet(left: str, right: str) -> bool:
    """False only where no text matches both patterns."""
    if not iam.is_pattern(right):
        return iam.matches(left, right)
    starts = [one.split("*")[0].split("?")[0].split("${")[0] for one in (left, right)]
    return starts[0].startswith(starts[1]) or starts[1].startswith(starts[0])


def _positive(line: Condition) -> bool:
    return line.operator.removesuffix("ifexists") in (*iam.POSITIVE, "stringequalsignorecase", "ipaddress")


def _operator(line: Condition) -> str:
    return {"arnequals": "arnlike", "arnnotequals": "arnnotlike"}.get(line.operator, line.operator)


def _looser(outer: Condition, inner: Condition) -> bool:
    """True only where whatever meets the inner line meets the outer one."""
    mine, theirs = _operator(outer), _operator(inner)
    if outer.key != inner.key:
        return False
    if mine.endswith("ifexists") and not theirs.endswith("ifexists"):
        mine = mine.removesuffix("ifexists")
    if (mine, theirs) == ("stringlike", "stringequals"):
        theirs = mine
    if mine != theirs:
        return False
    return _values(mine.removesuffix("ifexists"), outer.values, inner.values)


def _values(operator: str, outer: Sequence[str], inner: Sequence[str]) -> bool:
    if operator == "ipaddress":
        return not addresses(inner) - addresses(outer)
    if operator == "notipaddress":
        return not addresses(outer) - addresses(inner)
    if operator in (*UPPER, *LOWER) and len(outer) == len(inner) == 1:
        most, mine = number(outer[0]), number(inner[0])
        if most is None or mine is None:
            return outer == inner
        return mine <= most if operator in UPPER else mine >= most
    if "not" in operator:
        return all(any(_matched(operator, wide, one) for wide in inner) for one in outer)
    return all(any(_matched(operator, wide, one) for wide in outer) for one in inner)


def _matched(operator: str, outer: str, inner: str) -> bool:
    if operator.endswith("like"):
        return iam.contains(outer, inner)
    return outer.lower() == inner.lower() if operator in ("bool", "stringequalsignorecase") else outer == inner
