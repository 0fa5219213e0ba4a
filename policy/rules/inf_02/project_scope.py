"""INF-02: a project lists what may be deployed, from where and where to."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.argocd import PROJECT, is_allowed
from policy.facts.kubernetes import elements, read, tokens
from policy.facts.props import UNKNOWN, Resource, get, items, mapping, shown

TYPES = tokens(PROJECT)
RIGHTS = "rbac.authorization.k8s.io"


def check(resource: Resource) -> Iterator[str]:
    """Sources, destinations and kinds. A project without a list of namespaced kinds allows all of them."""
    for project in read(resource, "inf-02-project-scope"):
        spec = get(project.body, "spec")
        if spec is UNKNOWN:
            continue
        path, spec = project.at("spec."), mapping(spec)
        for repository in items(spec, "sourceRepos"):
            if repository is not UNKNOWN and not (isinstance(repository, str) and is_allowed(repository, resource)):
                yield f"{path}sourceRepos has {shown(repository)}, must be nationgraph/nationgraph-services on GitHub"
        for index, destination in enumerate(elements(spec, "destinations")):
            for key in ("namespace", "server", "name"):
                value = get(destination, key)
                if isinstance(value, str) and "*" in value:
                    yield f"{path}destinations[{index}].{key} is {value!r}, must name one"
        for value in items(spec, "sourceNamespaces"):
            if isinstance(value, str) and "*" in value:
                yield f"{path}sourceNamespaces has {value!r}, must name each"
        if get(spec, "namespaceResourceWhitelist") is None and not project.partial:
            yield f"{path}namespaceResourceWhitelist is absent, which allows every kind, must list them"
        for key in ("clusterResourceWhitelist", "namespaceResourceWhitelist"):
            for index, kind in enumerate(elements(spec, key)):
                stated = {name: get(kind, name) for name in ("group", "kind")}
                if any(isinstance(value, str) and "*" in value for value in stated.values()):
                    yield f"{path}{key}[{index}] has '*', must name group and kind"
                if stated["group"] == RIGHTS and key.startswith("cluster"):
                    yield f"{path}{key}[{index}] is of {RIGHTS}, by which a chart would raise its rights, must be left out"


RULE = Rule(
    clause="INF-02",
    description="AppProjects list sources, destinations and kinds, without wildcards.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.3"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC8.1"),
    ),
    remediation="List the repository, the namespaces of the teams and the kinds that the golden chart makes.",
    types=TYPES,
    check=check,
)
