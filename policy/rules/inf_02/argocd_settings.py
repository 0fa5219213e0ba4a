"""INF-02: nobody signs in to Argo CD by a password, and no field overrides its guards."""

from collections.abc import Iterable, Iterator, Mapping

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import read, tokens
from policy.facts.props import UNKNOWN, Resource, get, shown

TYPES = tokens("core/ConfigMap")
REQUIRED: Mapping[str, Mapping[str, tuple[str | None, ...]]] = {
    "argocd-cm": {"admin.enabled": ("false",)},
    "argocd-cmd-params-cm": {
        "applicationsetcontroller.policy": ("create-update", "create-only"),
        "applicationsetcontroller.enable.policy.override": ("false",),
    },
    "argocd-rbac-cm": {"policy.default": ("", None)},
}
"""Keys of Argo CD 3.2 with the values that they may have, None where they may be absent. The default of the
controller's policy is sync, which deletes; the default role is everybody's who signs in.
"""
REFUSED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "argocd-cm": {"users.anonymous.enabled": ("true",), "exec.enabled": ("true",)},
}


def _list(allowed: Iterable[str | None]) -> str:
    return " or ".join("absent" if one is None else repr(one) for one in allowed)


def check(resource: Resource) -> Iterator[str]:
    """The three maps by name, as Argo CD reads them."""
    for one in read(resource, "inf-02-argocd-settings"):
        data = get(one.body, "data", default={})
        if data is UNKNOWN:
            continue
        for key, allowed in REQUIRED.get(one.name, {}).items():
            value = get(data, key)
            if value not in (*allowed, UNKNOWN) and not (one.partial and value is None):
                yield f"{one.at('data')}: {key} is {shown(value)}, must be {_list(allowed)}"
        for key, refused in REFUSED.get(one.name, {}).items():
            if get(data, key) in refused:
                yield f"{one.at('data')}: {key} is {shown(get(data, key))}, must be another value or absent"
        for key in data if one.name == "argocd-cm" and isinstance(data, Mapping) else ():
            ways = get(data, key)
            if key.startswith("accounts.") and isinstance(ways, str) and ("login" in ways or "apiKey" in ways):
                yield f"{one.at('data')}: {key} is {ways!r}, must be left out: people come by single sign-on"


RULE = Rule(
    clause="INF-02",
    description="Argo CD has no local users, no anonymous access and a policy that no field overrides.",
    severity=Severity.CRITICAL,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),),
    remediation="Set the keys in components/argocd; people are members of groups in catalog/access.yaml.",
    types=TYPES,
    check=check,
)
