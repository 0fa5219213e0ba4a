"""New paths to data: who reaches what after the change and could not before."""

from collections.abc import Iterator

from policy.reachability import tailnet
from reports import reach
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import said
from reports.reach import Row

NETWORK = ("aws:ec2", "aws:vpc", "aws:rds", "aws:lb", "aws:alb", "aws:elb", "aws:autoscaling", "aws:lambda", "aws:eks",
           "aws:ecs", "aws:docdb", "aws:neptune", "aws:redshift", "aws:elasticache", "aws:memorydb", "aws:opensearch",
           "aws:elasticsearch", "aws:msk", "aws:efs", "aws:mq", "aws:dax", tailnet.ACL)  # fmt: skip
"""Types whose change may open a path begin so."""

VERDICTS = {
    "public": (Severity.MEDIUM, "strangers can address it"),
    "yes": (Severity.MEDIUM, "catalog/access.yaml grants it"),
}


def find(comparison: Comparison) -> Iterator[Danger]:
    """A path that no grant names, one that strangers get, and a granted one to data that was there before.

    The last is what was asked for; whoever reviews the change grants it.
    """
    touched = {pair.urn.rpartition("::")[2]: pair for pair in comparison.pairs if pair.type.startswith(NETWORK)}
    if comparison.first or not touched:
        return
    change = comparison.change
    added, _ = reach.difference(reach.rows_of(change.before), reach.rows_of(change.after))
    urns = {one.name: one.urn for one in comparison.after}
    known = {one.name for one in comparison.before}
    for row in added:
        new = row.target not in known
        if row.granted != "yes" or not new:
            yield _danger(row, urns.get(row.target, ""), new=new)


def _danger(row: Row, urn: str, *, new: bool) -> Danger:
    unasked = Severity.CRITICAL if row.who == "internet" else Severity.HIGH
    severity, verdict = VERDICTS.get(row.granted, (unasked, "no grant names it"))
    newly = "can" if new else "newly can"
    return Danger(
        kind=Kind.PATH,
        severity=severity,
        urn=urn,
        property="path",
        after=said(row.path),
        why=verdict,
        sentence=f"{said(row.who)} {newly} reach {said(row.ports)} of {said(row.target)}: {verdict}",
    )
