"""INF-01: charts come from the repository nationgraph-services and from nowhere else."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.argocd import TYPES as OF_ARGOCD
from policy.facts.argocd import applications, is_allowed
from policy.facts.props import UNKNOWN, Resource, get, shown

RELEASES = frozenset(f"kubernetes:helm.sh/{kind}" for kind in ("v3:Release", "v3:Chart", "v4:Chart"))
TYPES = OF_ARGOCD | RELEASES
REQUIRED = "must be nationgraph/nationgraph-services on GitHub"


def check(resource: Resource) -> Iterator[str]:
    """The sources of Applications, templates included; a chart that Pulumi installs itself is a folder of this one."""
    for one in applications(resource, "inf-01-chart-sources"):
        found = list(one.sources())
        if not found and not one.override and not one.of.partial and get(one.body, "spec") is not UNKNOWN:
            yield f"{one.path}spec.source is absent, {REQUIRED}"
        for path, source in found:
            repository = get(source, "repoURL")
            left = one.override and repository is None  # what an override does not state is the template's
            if (
                not left
                and repository is not UNKNOWN
                and not (isinstance(repository, str) and is_allowed(repository, resource))
            ):
                yield f"{path}.repoURL is {shown(repository)}, {REQUIRED}"
            if get(source, "chart") is not None:
                yield f"{path}.chart is given, must be a path in the repository: a registry's chart can change"
    if resource.resource_type in RELEASES:
        chart, repository = get(resource.props, "chart"), get(resource.props, "repositoryOpts", "repo")
        if repository not in (None, UNKNOWN) or (isinstance(chart, str) and "://" in chart):
            yield f"{'chart' if repository is None else 'repositoryOpts.repo'} is remote, must lie below charts/"


RULE = Rule(
    clause="INF-01",
    description="Charts come from nationgraph-services alone.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC8.1"),),
    remediation="Vendor the chart below charts/addons with its SHA-256 and name its path.",
    types=TYPES,
    check=check,
)
