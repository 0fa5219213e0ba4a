"""NetworkPolicies that let more in, or more out: compared by what they select and allow, not by how they are written.

Semantics as in ``policy.reachability.network_policies``: policies of one direction add up, and a pod that none selects
is open. So a new policy only narrows where its pods were open, and one that goes opens what no other one selects.
"""

from collections.abc import Iterator, Mapping, Sequence

from policy.facts.kubernetes import Object, objects
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Detail, Kind, Severity
from reports.dangers.network_policy_sides import PEERS, Direction, Peer, Ports, Selector, Side, side
from reports.dangers.objects import Twin, twins
from reports.dangers.words import plain, said, several
from reports.values import UNKNOWN

POLICY = "networking.k8s.io/NetworkPolicy"
VERBS: Mapping[Direction, str] = {"ingress": "lets in", "egress": "lets out to"}


def find(comparison: Comparison) -> Iterator[Danger]:
    """What each changed policy opens that was closed before."""
    changed = [twin for twin in twins(comparison) if twin.kind == POLICY]
    if not changed or comparison.first:
        return
    before, after = (objects(part, POLICY) for part in (comparison.before, comparison.after))
    gone = {one.name for one in objects(comparison.deleted, "core/Namespace")}
    for twin in changed:
        here = [[one for one in part if _space(one) == twin.namespace] for part in (before, after)]
        told = twin.namespace not in gone and UNKNOWN not in str(plain(twin.values("spec.podSelector")[1]))
        for direction in PEERS if told else ():
            yield from _direction(twin, direction, *(_sides(part, direction) for part in here))


def _space(one: Object) -> str:
    return one.namespace if isinstance(one.namespace, str) and one.namespace else "default"


def _sides(policies: Sequence[Object], direction: Direction) -> list[Side]:
    return [found for one in policies if (found := side(one, direction))]


def _direction(twin: Twin, direction: Direction, before: Sequence[Side], after: Sequence[Side]) -> Iterator[Danger]:
    old, new = (side(one, direction) if one else None for one in (twin.old, twin.new))
    if old and not any(one.pods.holds(old.pods) for one in after):
        how = "is deleted" if twin.new is None else "no longer selects them" if new else f"no longer closes {direction}"
        way = "in from everybody" if direction == "ingress" else "out to everybody"
        text = f"NetworkPolicy {said(twin.name)} {how}: {_of(old.pods, twin)} is open {way}"
        yield _danger(twin, direction, Severity.HIGH, text, "everybody")
    yield from _added(twin, direction, before)


def _added(twin: Twin, direction: Direction, before: Sequence[Side]) -> Iterator[Danger]:
    """What a policy opens for pods that were closed. For pods that none selected it only narrows."""
    new = side(twin.new, direction) if twin.new else None
    given = [opening for one in before for opening in one.openings]
    peers: dict[Ports, list[Peer]] = {}
    for opening in new.openings if new else ():
        closed = any(one.pods.holds(opening.pods) for one in before)
        if closed and not any(one.holds(opening) for one in given):
            peers.setdefault(opening.ports, []).append(opening.peer)
    for ports, some in peers.items():
        severity = Severity.HIGH if any(peer.anybody or _wide(peer) for peer in some) else Severity.MEDIUM
        what = f"{several([str(peer) for peer in some])} on {ports}"
        pods = new.pods if new else Selector()
        text = f"NetworkPolicy {said(twin.name)} newly {VERBS[direction]} {what}, for {_of(pods, twin)}"
        yield _danger(twin, direction, severity, text, what)


def _wide(peer: Peer) -> bool:
    return peer.pods == Selector() and peer.spaces == Selector()


def _of(pods: Selector, twin: Twin) -> str:
    return f"{pods if pods == Selector() else f'pods with {pods}'} of namespace {said(twin.namespace)}"


def _danger(twin: Twin, direction: Direction, severity: Severity, text: str, after: str) -> Danger:
    return twin.danger(Kind.CLUSTER, severity, text, Detail(f"spec.{direction}", after=after))
