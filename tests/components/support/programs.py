"""A program for tests of what functions are deployed with."""

from typing import Any

import pulumi

from components.functions.functions import Program


def program(**changes: Any) -> Program:
    """A handler that does nothing, for a minute at most."""
    given: dict[str, Any] = {
        "code": pulumi.AssetArchive({"handler.py": pulumi.StringAsset("def handler(event, context): pass")}),
        "handler": "handler.handler",
        "timeout_seconds": 60,
        "memory_mib": 256,
        "runbook": "secret-rotation",
    }
    return Program(**{**given, **changes})
