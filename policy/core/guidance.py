"""What a reader of a finding needs beside its message: what the rule is for, how grave it is, what to do."""

import importlib
import re
from dataclasses import dataclass
from functools import cache

from policy.core.names import module_of, path_of

SOURCE = "https://github.com/nationgraph/platform/blob/main"
WAIVER_POLICIES = ("rev-01-waivers", "rev-01-waived")
"""The policies that no file in ``policy/rules`` declares: they judge and report the waivers of the others."""
WAIVERS = "rev-01-"
"""How their names begin."""
WAIVED = WAIVER_POLICIES[1]
WAIVERS_FILE = "roadmap/waivers.yaml"
OF_WAIVERS = f"Edit {WAIVERS_FILE} as the finding says; its header shows an entry."
_NAME = re.compile(r"[a-z]{3,4}-\d\d-[a-z0-9-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """What the pack knows of a policy.

    ``severity`` is the engine's word, ``frameworks`` are requirements of published ones, ``file`` is the rule's source
    below the repository and ``url`` its address.
    """

    clause: str
    description: str
    severity: str
    remediation: str
    frameworks: tuple[str, ...] = ()
    file: str

    @property
    def url(self) -> str:
        """Where the rule's source is read."""
        return f"{SOURCE}/{self.file}"


@cache
def guidance(policy: str) -> Guidance | None:
    """Of a policy by its name; None for one that this pack does not have, as an older log may hold."""
    if policy.startswith(WAIVERS):
        return Guidance(
            clause="REV-01",
            description="Every waiver is well-formed, in force, narrow and used, and what is waived is reported.",
            severity="low" if policy == WAIVED else "high",
            remediation=OF_WAIVERS,
            file=WAIVERS_FILE,
        )
    if not _NAME.fullmatch(policy):
        return None
    try:
        rule = importlib.import_module(module_of(policy)).RULE
    except ModuleNotFoundError:
        return None
    return Guidance(
        clause=rule.clause,
        description=rule.description,
        severity=rule.severity.value,
        remediation=rule.remediation,
        frameworks=tuple(f"{one.name} {one.version} {one.reference}" for one in rule.frameworks),
        file=path_of(policy),
    )
