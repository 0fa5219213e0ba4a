"""INF-02: a project lists what may be deployed, from where and where to."""

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.argocd import PROJECT, is_allowed
from policy.facts.kubernetes import elements, read, tokens
from policy.facts.props import UNKNOWN, Resource, get, items, shown

TYPES = tokens(PROJECT)
RIGHTS = "rbac.authorization.k8s.io"


def _places(spec: Mapping[str, Any], resource: Resource) -> Iterator[str]:
    """From where, and where to."""
    for repository in items(spec, "sourceRepos"):
        if repository is not UNKNOWN and not (isinstance(repository, str) and is_allowed(repository, resource)):
            yield f"sourceRepos has {shown(repository)}, must be nationgraph/nationgraph-services on GitHub"
    for index, destination in enumerate(elements(spec, "destinations")):
        for key in ("namespace", "server", "name"):
            value = get(destination, key)
            if isinstance(value, str) and "*" in value:
                yield f"destinations[{index}].{key} is {value!r}, must name one"
    for value in items(spec, "sourceNamespaces"):
        if isinstance(value, str) and "*" in value:
            yield f"sourceNamespaces has {value!r}, must name each"


def _kinds(spec: Mapping[str, Any], *, partial: bool) -> Iterator[str]:
    if get(spec, "namespaceResourceWhitelist") is None and not partial:
        yield "namespaceResourceWhitelist is absent, which allows every kind, must list them"
    for key in ("clusterResourceWhitelist", "namespaceResourceWhitelist"):
        for index, kind in enumerate(elements(spec, key)):
            if any(isinstance(value := get(kind, name), str) and "*" in value for name in ("group", "kind")):
                yield f"{key}[{index}] has '*', must name group and kind"
            if get(kind, "group") == RIGHTS and key.startswith("cluster"):
                yield f"{key}[{index}] is of {RIGHTS}, by which a chart would raise its rights, must be left out"


def check(resource: Resource) -> Iterator[str]:
    """Sources, destinations and kinds. A project without a list of namespaced kinds allows all of them."""
    for project in read(resource, "inf-02-project-scope"):
        spec = get(project.body, "spec")
        if spec is not UNKNOWN:
            for flaw in (*_places(mapping(spec), resource), *_kinds(mapping(spec), partial=project.partial)):
                yield project.at(f"spec.{flaw}")


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
