"""The tag vocabulary: the keys and values that every resource carries, for the program and for the policies."""

import re
from typing import Final

PREFIX: Final = "nationgraph:"
"""Namespace of the company's own keys, so that they never meet those of AWS or of a tool."""

TIER: Final = f"{PREFIX}tier"
"""The network tier of a subnet: public, private, database or analytics."""

OWNER: Final = f"{PREFIX}owner"
ENVIRONMENT: Final = f"{PREFIX}environment"
SERVICE: Final = f"{PREFIX}service"
COST_CENTRE: Final = f"{PREFIX}cost-centre"
DATA_CLASSIFICATION: Final = f"{PREFIX}data-classification"
MANAGED_BY: Final = f"{PREFIX}managed-by"

ROTATION: Final = f"{PREFIX}rotation"
ROTATION_BY_HAND: Final = "by-hand"
"""Of a secret whose issuer has no API: no function rotates it, so that an alarm and a runbook must."""
CONSUMERS: Final = f"{PREFIX}consumers"
"""Of a secret: who reads it and how each takes up a new value, such as ``orders:event billing:restart``."""
NAMESPACES: Final = f"{PREFIX}namespaces"
"""Of a secret: namespaces of the cluster whose pods may read it, each between colons, such as ``:graph:payments:``."""
RUNBOOK: Final = f"{PREFIX}runbook"

ACCESS: Final = f"{PREFIX}access"
"""Names the resource of ``catalog/access.yaml`` that a cloud resource realises; only such resources carry it."""

REQUIRED_TAG_KEYS: Final = (OWNER, ENVIRONMENT, SERVICE, COST_CENTRE, DATA_CLASSIFICATION, MANAGED_BY)
"""Every resource that can carry tags has all of these, none of them empty."""

OVERRIDABLE_TAG_KEYS: Final = (SERVICE, DATA_CLASSIFICATION)
"""A component may set these itself; the others come from the stack's settings alone."""

DATA_CLASSIFICATIONS: Final = ("public", "internal", "confidential", "restricted")
"""From least to most sensitive."""

_VALUE = re.compile(r"[\w +\-=.:/@]{1,256}")


def fault(key: str, value: object) -> str | None:
    """Why ``value`` cannot stand for a required tag, and the fix; None where it can.

    Length and characters are those that AWS Resource Groups Tagging accepts in every service.
    """
    if not isinstance(value, str) or not value.strip():
        return f"{key}: {value!r} is no value; every resource needs this tag, set it in the stack's settings"
    if not _VALUE.fullmatch(value):
        return f"{key}: {value!r} is refused by AWS; use at most 256 letters, digits, spaces and + - = . _ : / @"
    if key == DATA_CLASSIFICATION and value not in DATA_CLASSIFICATIONS:
        return f"{key}: {value!r} is not a classification; use one of {', '.join(DATA_CLASSIFICATIONS)}"
    return None
