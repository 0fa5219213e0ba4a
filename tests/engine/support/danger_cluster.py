"""The objects that previews of dangers change in a cluster: a team's namespace, its policies, the list of services."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.resources import Res

RULES = "admissionregistration.k8s.io/v1"
RBAC = "rbac.authorization.k8s.io/v1"
PEER = {"namespaceSelector": {"matchLabels": {"team": "web"}}, "podSelector": {"matchLabels": {"app": "front"}}}


def _object(api: str, kind: str, name: str, namespace: str | None, **fields: Any) -> Res:
    place = {"namespace": namespace} if namespace else {}
    metadata = {"name": name, **place, **fields.pop("metadata", {})}
    type_ = f"kubernetes:{api if '/' in api else f'core/{api}'}:{kind}"
    return Res(type_, f"{kind.lower()}-{name}", {"metadata": metadata, **fields})


def ingress(*peers: Mapping[str, Any], port: int | None = 8080) -> dict[str, Any]:
    """The policy of the pods of the API: who may connect to them."""
    ports = {"ports": [{"port": port}]} if port else {}
    return {
        "spec": {
            "podSelector": {"matchLabels": {"app": "api"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": list(peers), **ports}],
        }
    }


def _rule(expression: str) -> dict[str, Any]:
    rows = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": rows},
        "validations": [{"expression": expression}],
    }


BASE = [
    _object(
        "v1", "Namespace", "payments", None, metadata={"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}
    ),
    _object("networking.k8s.io/v1", "NetworkPolicy", "closed", "payments",
            spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
    _object("networking.k8s.io/v1", "NetworkPolicy", "api", "payments", **ingress(PEER)),
    _object("v1", "ConfigMap", "services", "payments",
            metadata={"annotations": {"nationgraph.io/deletion-budget": "1"}},
            data={"auth.service": "core/auth", "billing.service": "core/payments"}),
    _object(RULES, "ValidatingAdmissionPolicy", "digests.nationgraph.io", None,
            spec=_rule("object.spec.containers.all(c, c.image.contains('@sha256:'))")),
    _object(RULES, "ValidatingAdmissionPolicyBinding", "digests.nationgraph.io", None,
            spec={"policyName": "digests.nationgraph.io", "validationActions": ["Deny"]}),
    _object(RBAC, "Role", "reader", "payments", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
]  # fmt: skip
AFTER = {resource.name: ["namespace-payments"] for resource in BASE if "payments" in str(resource.inputs)}
AFTER.pop("namespace-payments")


def changed(*more: Res, without: Sequence[str] = (), **changes: Mapping[str, Any]) -> list[Res]:
    """The base with other fields of some objects (``role_reader`` for ``role-reader``), some gone, some new."""
    own = {name: changes.get(name.replace("-", "_").replace(".", "_"), {}) for name in (one.name for one in BASE)}
    made = [Res(one.type, one.name, {**one.inputs, **own[one.name]}) for one in BASE if one.name not in without]
    return [*made, *more]
