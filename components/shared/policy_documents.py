"""Policy documents as plain dicts: their statements, and the principals of resource policies."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.shared.account import Account

Document = dict[str, Any]
Strings = pulumi.Input[str] | Sequence[pulumi.Input[str]]
Condition = Mapping[str, Mapping[str, Any]]


def _statement(effect: str, sid: str, actions: Strings, resources: Strings, condition: Condition | None) -> Document:
    statement: Document = {"Sid": sid, "Effect": effect, "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def allow(sid: str, actions: Strings, resources: Strings, condition: Condition | None = None) -> Document:
    """A statement that allows."""
    return _statement("Allow", sid, actions, resources, condition)


def deny(sid: str, actions: Strings, resources: Strings, condition: Condition | None = None) -> Document:
    """A statement that denies, which wins over every allow."""
    return _statement("Deny", sid, actions, resources, condition)


def deny_all_but(sid: str, actions: Strings, resources: Strings) -> Document:
    """A statement that denies every action on some resources except ``actions``."""
    return {"Sid": sid, "Effect": "Deny", "NotAction": actions, "Resource": resources}


def document(*statements: Mapping[str, Any]) -> Document:
    """A policy document of the current version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def any_principal(statement: Mapping[str, Any]) -> Document:
    """The statement of a resource policy for every principal; only for denials."""
    return {**statement, "Principal": "*"}


def account_principal(account: Account, statement: Mapping[str, Any]) -> Document:
    """The statement of a resource policy for principals of the account, as far as their own policies allow.

    A role that is named directly must exist first and is replaced by a dead id when it is recreated.
    """
    return {**statement, "Principal": {"AWS": account.iam("root")}}
