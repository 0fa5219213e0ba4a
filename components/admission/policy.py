"""What a policy of admission consists of, and how it is written for Kubernetes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lib.labels import TEAM

_TEAM: Final = {"matchExpressions": [{"key": TEAM, "operator": "Exists"}]}
TEAMS: Final[Mapping[str, Any]] = {"namespaceSelector": _TEAM}
"""What is in the namespaces of teams."""
TEAMS_NAMESPACES: Final[Mapping[str, Any]] = {"objectSelector": _TEAM}
"""These namespaces themselves, which no selector of namespaces finds by what is in them."""
EVERYWHERE: Final[Mapping[str, Any]] = {}


def within(namespace: str) -> Mapping[str, Any]:
    """What is in one namespace, by the label that the API server itself gives it."""
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}


@dataclass(frozen=True, kw_only=True)
class Look:
    """Kinds of objects and what is done with them: API groups, resources, operations; ``names`` where not all."""

    groups: Sequence[str]
    resources: Sequence[str]
    operations: Sequence[str]
    names: Sequence[str] = ()

    def rule(self) -> dict[str, Any]:
        """As Kubernetes writes it; all versions of the group."""
        made: dict[str, Any] = {
            "apiGroups": list(self.groups),
            "apiVersions": ["*"],
            "resources": list(self.resources),
            "operations": list(self.operations),
        }
        return {**made, "resourceNames": list(self.names)} if self.names else made


@dataclass(frozen=True, kw_only=True)
class Admission:
    """One policy: it looks at ``place``, and refuses where ``expression`` (CEL) is not true.

    ``variables`` are expressions by name, each of which may use those before it. ``explanation`` is an expression that
    says more than ``message``, which stands in where it fails. ``reason`` Forbidden is answered with the status 403,
    which a preview of the engine takes for "may not look" and passes over; Invalid is 422, and ends a preview.

    Source: Kubernetes documentation, "Validating Admission Policy".
    """

    name: str
    looks: Sequence[Look]
    expression: str
    message: str
    place: Mapping[str, Any] = field(default_factory=lambda: TEAMS)
    variables: Mapping[str, str] = field(default_factory=dict)
    explanation: str = ""
    reason: Literal["Forbidden", "Invalid"] = "Forbidden"

    def spec(self) -> dict[str, Any]:
        """The policy's body. An error in it refuses."""
        validation = {"expression": self.expression, "message": self.message, "reason": self.reason}
        if self.explanation:
            validation["messageExpression"] = self.explanation
        made: dict[str, Any] = {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [look.rule() for look in self.looks], **self.place},
            "validations": [validation],
        }
        if self.variables:
            made["variables"] = [{"name": name, "expression": text} for name, text in self.variables.items()]
        return made


def quoted(text: str) -> str:
    """A string of CEL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def listed(texts: Sequence[str]) -> str:
    """A list of strings of CEL."""
    return f"[{', '.join(quoted(text) for text in texts)}]"
