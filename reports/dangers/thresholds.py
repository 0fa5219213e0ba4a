"""What rings later, or looks at something else: alarms by threshold and metric, rules by schedule and pattern."""

import json
from collections.abc import Iterator
from typing import Any

from policy.facts import schedules
from policy.facts.props import get, number, parsed
from reports import values
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import field, plain, said, short

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EVENTS = "aws:cloudwatch/eventRule:EventRule"
WATCHED = {
    ALARM: ("namespace", "metricName", "dimensions", "statistic", "extendedStatistic", "comparisonOperator"),
    EVENTS: ("eventPattern",),
}


def find(comparison: Comparison) -> Iterator[Danger]:
    """Later only where the direction is certain: the same comparison before and after."""
    for pair in comparison.of(*WATCHED):
        if pair.kept:
            yield from _threshold(pair) if pair.type == ALARM else _schedule(pair)
            for key in WATCHED[pair.type]:
                yield from _watched(pair, key)


def _watched(pair: Pair, key: str) -> Iterator[Danger]:
    old, new = (_meant(get(props, key)) for props in (pair.old, pair.new))
    known = values.UNKNOWN not in json.dumps([old, new], default=str)
    if pair.differs(key) and old is not None and known and old != new:
        sides = (said(get(props, key)) for props in (pair.old, pair.new))
        yield _danger(pair, key, Severity.LOW, f"watches something else: {key} {' -> '.join(sides)}")


def _meant(value: Any) -> Any:
    """What a value says, however its JSON is written."""
    found = parsed(value) if isinstance(value, str) else None
    return plain(value if found is None else found)


def _schedule(pair: Pair) -> Iterator[Danger]:
    key = "scheduleExpression"
    texts = [get(props, key) for props in (pair.old, pair.new)]
    try:
        gaps = [schedules.longest_gap(text, None) for text in texts if isinstance(text, str) and text]
    except ValueError:
        return
    if pair.differs(key) and len(gaps) == len(texts) and gaps[1] > gaps[0]:
        text = f"runs what it starts less often: {key} {said(texts[0])} -> {said(texts[1])}"
        yield _danger(pair, key, Severity.LOW, text)


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
