"""SEC-07: nobody is bound to everything, and no secret is read across namespaces."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import Object, elements, objects
from policy.facts.props import get, texts

GROUP = "rbac.authorization.k8s.io"
ALMIGHTY = ("cluster-admin", "admin", "edit", "system:masters")
STRANGERS = ("system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts")
READS = ("get", "list", "watch", "*")


def _reads_secrets(role: Object) -> bool:
    return any(
        {"secrets", "*"} & set(texts(get(rule, "resources")))
        and {"", "*"} & set(texts(get(rule, "apiGroups")))
        and set(READS) & set(texts(get(rule, "verbs")))
        for rule in elements(role.body, "rules")
    )


def _selects(role: Object, other: Object) -> bool:
    """Whether an aggregated role takes in the rules of another."""
    for selector in elements(role.body, "aggregationRule", "clusterRoleSelectors"):
        wanted = mapping(get(selector, "matchLabels"))
        if wanted and all(get(other.pairs("labels"), key) == get(wanted, key) for key in wanted):
            return True
    return False


def _subjects(binding: Object) -> Iterator[str]:
    for index, subject in enumerate(elements(binding.body, "subjects")):
        name = get(subject, "name")
        if isinstance(name, str) and name.startswith(STRANGERS):
            yield f"{binding.at(f'subjects[{index}].name')} is {name!r}, which is anybody, must name one"
        if name == "system:masters":
            yield f"{binding.at(f'subjects[{index}].name')} is {name!r}, which no rule can limit, must be another"


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Bindings by the role that they name, aggregated ones with what they take in."""
    roles = objects(resources, f"{GROUP}/ClusterRole")
    readers = {role.name for role in roles if _reads_secrets(role)}
    readers |= {role.name for role in roles if any(_selects(role, one) for one in roles if one.name in readers)}
    kinds = (f"{GROUP}/ClusterRoleBinding", f"{GROUP}/RoleBinding")
    for binding in objects(resources, *kinds, rule="sec-07-kubernetes-bindings"):
        yield from ((binding.source, message) for message in _subjects(binding))
        name, everywhere = get(binding.body, "roleRef", "name"), binding.kind == "ClusterRoleBinding"
        path = binding.at("roleRef.name")
        if name == "cluster-admin" or (everywhere and name in ALMIGHTY):
            yield binding.source, f"{path} is {name!r}, must be a role with the rights that are needed"
        elif everywhere and isinstance(name, str) and name in readers:
            yield binding.source, f"{path} is {name!r}, which reads secrets in every namespace, must be bound in one"


RULE = Rule(
    clause="SEC-07",
    description="No binding to cluster-admin or for anybody; no secret is read across namespaces.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.1.1"),
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.1.2"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.3"),
    ),
    remediation="Bind a narrow Role in the namespace where it is needed.",
    check_stack=check_stack,
)
