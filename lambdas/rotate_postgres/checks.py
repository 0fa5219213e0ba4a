"""What a credential must be before anything is done with it; pure functions over the values of a secret."""

import json
from collections.abc import Mapping

from lambdas.kit.errors import PendingError, RotationError
from lambdas.rotate_postgres.config import Target

Credential = dict[str, object]
SHORTEST = 20
"""Least length of a password that is given to a role; those that are made here have 40."""
NEEDED = ("engine", "host", "port", "dbname", "username", "password")


def _parsed(text: str) -> tuple[Credential, str]:
    """The credential, and what is wrong with its form."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}, "is not JSON"
    if not isinstance(value, dict):
        return {}, "is not a JSON object"
    if missing := [key for key in NEEDED if not value.get(key)]:
        return {}, f"lacks {', '.join(missing)}"
    for key in ("username", "password"):
        if not isinstance(value[key], str) or not _is_text(value[key]):
            return {}, f"has a {key} that is not text"
    return value, ""


def _is_text(value: str) -> bool:
    """Whether it can be sent: JSON may hold halves of surrogate pairs, and PostgreSQL knows no NUL."""
    return "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)


def current(text: str | None, target: Target) -> Credential:
    """The credential of AWSCURRENT. RotationError where it is none, or not of the declared database and roles."""
    if text is None:
        raise RotationError(
            "current",
            "the secret has no AWSCURRENT value to start from; give it one, with any password, as README.md says",
        )
    value, wrong = _parsed(text)
    if wrong:
        raise RotationError("current", f"AWSCURRENT {wrong}; put a value of the form that README.md states")
    declared = {"engine": "postgres", "host": target.host, "port": str(target.port), "dbname": target.database}
    for key, expected in declared.items():
        if str(value[key]) != expected:
            raise RotationError(
                "current",
                f"AWSCURRENT names {key} {value[key]!r}, but the function is deployed for {expected!r}; where the "
                "database was renamed or moved, put the new value into the secret, else deploy the function anew",
            )
    if value["username"] not in target.roles:
        raise RotationError(
            "current", f"AWSCURRENT is of user {value['username']!r}, which is none of the pair {target.roles!r}"
        )
    return _without_copies(value)


def _without_copies(value: Credential) -> Credential:
    password = str(value["password"])
    texts = {key: item if isinstance(item, str) else json.dumps(item) for key, item in value.items()}
    copies = [key for key, text in texts.items() if key not in NEEDED and password in text]
    if copies:
        raise RotationError(
            "current", f"the value of {', '.join(copies)} holds the password too and would go stale; remove that key"
        )
    return value


def is_placeholder(value: Credential) -> bool:
    """Whether a text in angle brackets stands for a password that there is not yet."""
    password = str(value["password"])
    return password.startswith("<") and password.endswith(">")


def guessable(value: Credential) -> bool:
    """Whether a password must never be given to a role: a placeholder, or a short one."""
    return len(str(value["password"])) < SHORTEST or is_placeholder(value)


def successor(value: Mapping[str, object], target: Target, password: str) -> str:
    """The value of AWSPENDING: the current one with the other role and a new password."""
    return json.dumps({**value, "username": target.other(str(value["username"])), "password": password})


def pending(text: str, value: Mapping[str, object], target: Target) -> Credential:
    """The credential of AWSPENDING. PendingError unless it is a successor of the current one, ``value``."""
    found, wrong = _parsed(text)
    if wrong:
        raise PendingError(f"AWSPENDING {wrong}")
    expected = json.loads(successor(value, target, str(found["password"])))
    absent = object()
    keys = {*found, *expected}
    if differing := sorted(key for key in keys if found.get(key, absent) != expected.get(key, absent)):
        shown = ", ".join(
            f"{key} {found.get(key)!r} instead of {expected.get(key)!r}" if key in NEEDED else key for key in differing
        )
        raise PendingError(f"AWSPENDING is not a successor of AWSCURRENT: {shown}")
    if found["password"] == value["password"]:
        raise PendingError("AWSPENDING has the password of AWSCURRENT")
    if guessable(found):
        raise PendingError(f"AWSPENDING has a placeholder for a password, or one of less than {SHORTEST} characters")
    return found


def rotator(text: str) -> Credential:
    """The rotator's credential. RotationError unless it has a user name and a password."""
    value, _ = _parsed(text)
    if not value:
        raise RotationError("rotator", "the rotator's secret is not of the form that README.md states")
    return value
