"""Who newly enters a cluster of EKS, or with more rights: access entries and the policies of EKS that they carry."""

from collections.abc import Iterator

from policy.facts.props import UNKNOWN, get, texts
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import field, said, several

ENTRY = "aws:eks/accessEntry:AccessEntry"
POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ADMINISTRATORS = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy")
MASTERS = "system:masters"


def find(comparison: Comparison) -> Iterator[Danger]:
    """Groups that an entry gains, and policies; of what is new only an administrator's."""
    for pair in comparison.of(ENTRY, POLICY) if not comparison.first else ():
        if pair.after:
            yield from _groups(pair) if pair.type == ENTRY else _policy(pair)


def _groups(pair: Pair) -> Iterator[Danger]:
    key = "kubernetesGroups"
    more = [name for name in texts(get(pair.new, key)) if name not in texts(get(pair.old, key))]
    if more and (pair.before or MASTERS in more):
        yield _danger(pair, key, f"gains the groups {several([said(name) for name in more])}", grave=MASTERS in more)


def _policy(pair: Pair) -> Iterator[Danger]:
    key = "policyArn"
    new = get(pair.new, key)
    name = new.rpartition("/")[2] if isinstance(new, str) else ""
    grave = name in ADMINISTRATORS
    if name and new != get(pair.old, key) and (pair.before or grave):
        yield _danger(pair, key, f"gets {said(name)}", grave=grave)
    scope, before = (get(props, "accessScope", "type") for props in (pair.new, pair.old))
    if pair.before and scope == "cluster" and before not in ("cluster", UNKNOWN):
        yield _danger(pair, "accessScope.type", "has its rights in the whole cluster", grave=True)


def _danger(pair: Pair, key: str, text: str, *, grave: bool) -> Danger:
    return Danger(
        kind=Kind.RIGHTS,
        severity=Severity.HIGH if grave else Severity.MEDIUM,
        urn=pair.urn,
        property=key,
        before=field(get(pair.old, *key.split("."))),
        after=field(get(pair.new, *key.split("."))),
        sentence=f"{said(get(pair.new, 'principalArn'))} {text} in cluster {said(get(pair.new, 'clusterName'))}",
    )
