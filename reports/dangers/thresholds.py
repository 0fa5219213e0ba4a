"""What rings later, or looks at something else: alarms by threshold and metric, rules by schedule and pattern."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policy.facts import schedules
from policy.facts.props import UNKNOWN, get, number
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
    sides = [get(props, key) for props in (pair.old, pair.new)]
    if pair.differs(key) and sides[0] is not None and all(map(_known, sides)) and _meant(sides[0]) != _meant(sides[1]):
        change = " -> ".join(said(side, key) for side in sides)
        yield _danger(pair, key, Severity.LOW, f"watches something else: {key} {change}")


def _known(value: Any) -> bool:
    inner = (get(value, key) for key in value) if isinstance(value, Mapping) else ()
    return value is not UNKNOWN and UNKNOWN not in inner


def _meant(value: Any) -> str:
    """What a value says, however its JSON is written."""
    try:
        return json.dumps(json.loads(value) if isinstance(value, str) else plain(value), sort_keys=True, default=str)
    except (ValueError, RecursionError):
        return str(value)


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
