"""Alarms that ring later: a threshold that is further away, or another metric."""

from collections.abc import Iterator

from policy.facts.props import UNKNOWN, get, number
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import field, said, short

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
WATCHED = ("namespace", "metricName")


def find(comparison: Comparison) -> Iterator[Danger]:
    """Only where the direction is certain: the same comparison before and after."""
    for pair in comparison.of(ALARM):
        if pair.kept:
            yield from _threshold(pair)
            for key in WATCHED:
                old, new = get(pair.old, key), get(pair.new, key)
                if pair.differs(key) and isinstance(old, str) and new is not UNKNOWN and old != new:
                    yield _danger(pair, key, Severity.LOW, f"watches something else: {key} {said(old)} -> {said(new)}")


def _threshold(pair: Pair) -> Iterator[Danger]:
    operator, other = (get(props, "comparisonOperator") for props in (pair.old, pair.new))
    old, new = (number(get(props, "threshold")) for props in (pair.old, pair.new))
    if not isinstance(operator, str) or operator != other or old is None or new is None:
        return
    later = new > old if operator.startswith("GreaterThan") else new < old if operator.startswith("LessThan") else False
    if later and "Lower" not in operator:
        text = f"rings later: threshold {said(get(pair.old, 'threshold'))} -> {said(get(pair.new, 'threshold'))}"
        yield _danger(pair, "threshold", Severity.MEDIUM, text)


def _danger(pair: Pair, key: str, severity: Severity, text: str) -> Danger:
    return Danger(
        kind=Kind.WATCH,
        severity=severity,
        urn=pair.urn,
        property=key,
        before=field(get(pair.old, key), key),
        after=field(get(pair.new, key), key),
        sentence=f"{pair.name} ({short(pair.type)}) {text}",
    )
