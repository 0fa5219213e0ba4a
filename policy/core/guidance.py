"""What a reader of a finding needs beside its message: how grave it is, what to do, where the rule stands."""

import importlib
import re
from dataclasses import dataclass
from functools import cache

from policy.core.names import module_of, path_of

SOURCE = "https://github.com/nationgraph/platform/blob/main"
WAIVERS = "rev-01-"
"""How the names of the policies begin that judge waivers, which no file in ``policy/rules`` declares."""
_NAME = re.compile(r"[a-z]{3,4}-\d\d-[a-z0-9-]+", re.ASCII)
OF_WAIVERS = "Edit roadmap/waivers.yaml as the finding says; its header shows an entry."


@dataclass(frozen=True)
class Guidance:
    """Severity as the engine writes it, the remediation, and the address of the rule's source."""

    severity: str
    remediation: str
    url: str


@cache
def guidance(policy: str) -> Guidance | None:
    """Of a policy by its name; None for one that this pack does not have, as an older log may hold."""
    if policy.startswith(WAIVERS):
        return Guidance("high", OF_WAIVERS, f"{SOURCE}/roadmap/waivers.yaml")
    if not _NAME.fullmatch(policy):
        return None
    try:
        rule = importlib.import_module(module_of(policy)).RULE
    except ModuleNotFoundError:
        return None
    return Guidance(rule.severity.value, rule.remediation, f"{SOURCE}/{path_of(policy)}")
