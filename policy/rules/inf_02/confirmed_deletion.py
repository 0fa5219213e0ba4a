"""INF-02: Argo CD removes what holds data only after a person has confirmed it."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import read, tokens
from policy.facts.props import UNKNOWN, Resource, get

ANNOTATION = "argocd.argoproj.io/sync-options"
TYPES = tokens("core/PersistentVolumeClaim", "core/PersistentVolume", "apps/StatefulSet")
"""A SecretProviderClass holds no data: what it mounts stays in Secrets Manager, and it can be applied again."""
WAYS = ("Prune", "Delete")


def check(resource: Resource) -> Iterator[str]:
    """``confirm``, or ``false`` for never; a resource that Pulumi protects is not deleted by it either."""
    for one in read(resource, "inf-02-confirmed-deletion"):
        given = get(one.pairs("annotations"), ANNOTATION)
        unseen = UNKNOWN in (given, get(one.body, "metadata", "annotations"))
        if unseen or one.partial or resource.opts.protect:
            continue
        options = {part.strip().lower() for part in given.split(",")} if isinstance(given, str) else set()
        missing = [way for way in WAYS if not {f"{way.lower()}=confirm", f"{way.lower()}=false"} & options]
        if missing:
            demanded = ",".join(f"{way}=confirm" for way in missing)
            yield f"annotation {ANNOTATION} lacks {demanded}, must have it: {one.kind} holds data"
        if "replace=true" in options or "force=true" in options:
            yield f"annotation {ANNOTATION} has Replace or Force, must not: {one.kind} would be deleted to be changed"


RULE = Rule(
    clause="INF-02",
    description="Claims, volumes and stateful sets are pruned and deleted only when confirmed.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),),
    remediation="Annotate it argocd.argoproj.io/sync-options: Prune=confirm,Delete=confirm.",
    types=TYPES,
    check=check,
)
