"""INF-02: no outage, empty result or deleted object makes Argo CD delete what runs."""

from collections.abc import Iterator

from pulumi_policy import Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.argocd import TYPES, applications
from policy.facts.props import UNKNOWN, Resource, flag, get, shown, texts

FINALIZERS = ("resources-finalizer.argocd.argoproj.io", "foreground-finalizer.argocd.argoproj.io")


def check(resource: Resource) -> Iterator[str]:
    """What Applications, and the templates that they are made from, must not say, and the project that they name."""
    for one in applications(resource, "inf-02-application-guards"):
        for finalizer in texts(get(one.body, "metadata", "finalizers")):
            if finalizer.partition("/")[0] in FINALIZERS:
                yield f"{one.path}metadata.finalizers has {finalizer!r}, must not: its deletion would cascade"
        policy = get(one.body, "spec", "syncPolicy")
        if flag(get(mapping(policy), "automated", "allowEmpty")) not in (None, False, UNKNOWN):
            yield f"{one.path}spec.syncPolicy.automated.allowEmpty is True, must be False or absent"
        for option in texts(get(mapping(policy), "syncOptions")):
            if option.replace(" ", "").lower() in ("replace=true", "force=true"):
                yield f"{one.path}spec.syncPolicy.syncOptions has {option!r}, must not: it deletes and creates anew"
        project = get(one.body, "spec", "project")
        missing = project is None and (one.override or one.of.partial)
        if project in (None, "", "default") and not missing and get(one.body, "spec") is not UNKNOWN:
            yield f"{one.path}spec.project is {shown(project)}, must be an AppProject that limits it"


RULE = Rule(
    clause="INF-02",
    description="Applications have no cascading finalizer, allow no empty result and name a project.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC8.1"),
    ),
    remediation="Remove the finalizer, allowEmpty and Replace; name the project of the service's tier.",
    types=TYPES,
    check=check,
)
