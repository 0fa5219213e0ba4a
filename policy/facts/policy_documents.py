"""Where resources carry a policy of their own, and what the statements of one close for callers who are not named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lib import tables
from policy.facts import iam
from policy.facts.dangers import token
from policy.facts.props import is_overlarge

FILE = Path(__file__).parent / "data" / "resource_policies.yaml"
WHO = frozenset((
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
    "aws:userid", "aws:vpcesourceaccount", "aws:vpcesourceorgid", "aws:vpcesourceorgpaths", "kms:calleraccount",
    "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "vpc-lattice-svcs:sourcevpc",
    "vpc-lattice-svcs:sourcevpcowneraccount",
))  # fmt: skip
"""Condition keys that name the caller: those of AWS's own definition of public, and those of single services.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""
MOUNTED = ("bool", "elasticfilesystem:accessedviamounttarget", ("true",))
"""The caller of EFS is in its network: https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html."""
NEGATED = ("stringnotequals", "stringnotlike", "arnnotequals", "arnnotlike")
NO_TLS = ("bool", "aws:securetransport", ("false",))


@dataclass(frozen=True)
class Place:
    """Where a type keeps its policy, whether it may have none, and how it is judged."""

    path: str
    optional: bool
    kind: str


@cache
def places() -> Mapping[str, Place]:
    """By Pulumi type."""
    kinds = tables.table(FILE)
    return {
        token(type_): Place(path.removesuffix("?"), path.endswith("?"), kind)
        for kind, types in kinds.items()
        for type_, path in types.items()
    }


def limits(line: iam.Condition, keys: frozenset[str] = WHO) -> bool:
    """True where the condition names the caller, so that a stranger does not meet it."""
    if line.operator == "ipaddress" and line.key == "aws:sourceip":
        return bool(line.values) and not is_overlarge(line.values)
    if (line.operator, line.key, line.values) == MOUNTED:
        return True
    if line.key not in keys or not line.values:
        return False
    return line.operator.removeprefix("foranyvalue:") in iam.POSITIVE and all(map(iam.names_one, line.values))


def _holds_for_strangers(line: iam.Condition) -> bool:
    """True where every stranger meets the condition of a denial: it excepts named callers alone."""
    operator = line.operator.removesuffix("ifexists").removeprefix("forallvalues:")
    if operator == "notipaddress" and line.key == "aws:sourceip":
        return bool(line.values) and not is_overlarge(line.values)
    if line.key == "aws:principalisawsservice":
        return operator == "bool" and line.values == ("false",)
    return operator in NEGATED and line.key in WHO and bool(line.values) and all(map(iam.names_one, line.values))


def _covers(patterns: Sequence[str], wanted: Sequence[str]) -> bool:
    return bool(wanted) and all(any(iam.contains(pattern, one) for pattern in patterns) for one in wanted)


def _lower(actions: Sequence[str]) -> list[str]:
    return [action.lower() for action in actions]


def is_closed(statement: iam.Statement, rows: Sequence[iam.Statement]) -> bool:
    """True where a denial of the same policy takes from strangers all that the statement allows to everybody.

    All conditions of a denial must hold for it to deny, so each must hold for every stranger.
    """
    return any(
        not row.allow
        and row.conditions
        and iam.is_public(row)
        and all(map(_holds_for_strangers, row.conditions))
        and _covers(_lower(row.actions), _lower(statement.actions))
        and (row.resources == statement.resources or _covers(row.resources, statement.resources))
        for row in rows
    )


def idle_denials(rows: Sequence[iam.Statement]) -> Iterator[str]:
    """A message for each denial in which the demand of TLS and the exception of callers are joined by "and".

    It denies only who is not excepted and calls without TLS: with TLS everybody passes.
    """
    for row in rows:
        keys = [line.key for line in row.conditions if line.operator.removesuffix("ifexists") != "null"]
        without_tls = any(
            (line.operator.removesuffix("ifexists"), line.key, line.values) == NO_TLS for line in row.conditions
        )
        callers = [
            line.key
            for line in row.conditions
            if line.key in {*WHO, "aws:sourceip"}
            and line.operator.removesuffix("ifexists") in (*NEGATED, "notipaddress")
        ]
        if not row.allow and without_tls and callers and len(keys) > 1:
            yield (
                f"{row.label} denies only where aws:SecureTransport is false and {callers[0]} is another: "
                "this closes neither, must be two statements"
            )
