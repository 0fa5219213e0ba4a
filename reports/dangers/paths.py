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


def find(comparison: Comparison) -> Iterator[Danger]:
    """A path that no grant names is a danger; one that strangers get is, too. A granted one is what was asked for."""
    touched = {pair.urn.rpartition("::")[2]: pair for pair in comparison.pairs if pair.type.startswith(NETWORK)}
    if comparison.first or not touched:
        return
    change = comparison.change
    added, _ = reach.difference(reach.rows_of(change.before), reach.rows_of(change.after))
    urns = {one.name: one.urn for one in comparison.after}
    known = {one.name for one in comparison.before}
    for row in added:
        if row.granted != "yes":
            yield _danger(row, urns.get(row.target, ""), new=row.target not in known)


def _danger(row: Row, urn: str, *, new: bool) -> Danger:
    strangers = row.granted == "public"
    severity = Severity.MEDIUM if strangers else Severity.CRITICAL if row.who == "internet" else Severity.HIGH
    verdict = "strangers can address it" if strangers else "no grant names it"
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
