"""Properties that get worse, by the table of ``worse``."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from policy.facts import dangers
from policy.facts.dangers import Row, Value
from policy.facts.props import UNKNOWN, flag, number, texts
from policy.reachability.intervals import addresses, show_addresses
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import LATER, field, plain, said, several, short
from reports.dangers.worse import Worse, table, words


def find(comparison: Comparison) -> Iterator[Danger]:
    """What changed for the worse, each property once."""
    for pair in comparison.pairs:
        told: set[str] = set()
        yield from _option(comparison, pair)
        for worse in table().get(pair.type, ()):
            for danger in _judged(comparison, pair, worse):
                if danger.property not in told:
                    told.add(danger.property)
                    yield danger


def _option(_: Comparison, pair: Pair) -> Iterator[Danger]:
    if pair.before and pair.after and pair.before.opts.protect and not pair.after.opts.protect:
        yield Danger(
            kind=Kind.PROTECTION,
            severity=Severity.HIGH,
            urn=pair.urn,
            property="protect",
            before="true",
            after="false",
            sentence=f"{pair.name} ({short(pair.type)}) is protected no more: the engine may delete and replace it",
        )


def _judged(comparison: Comparison, pair: Pair, worse: Worse) -> Iterator[Danger]:
    if pair.after is None:
        return
    if pair.before is None:
        if worse.new and worse.row and not comparison.first:
            bad = (found for found, holds in dangers.judged(pair.new, worse.row) if holds is False)
            yield from (_danger(pair, worse, None, found) for found in bad if found.value is not None)
    elif pair.differs(worse.path):
        yield from _demanded(pair, worse, worse.row) if worse.row else JUDGES[worse.way](pair, worse)


def _demanded(pair: Pair, worse: Worse, row: Row) -> Iterator[Danger]:
    """What was as demanded and is not any more; and where the demand is a span of days, what is shortened within it."""
    was = {found.path: (found.value, holds) for found, holds in dangers.judged(pair.old, row)}
    for found, holds in dangers.judged(pair.new, row):
        before, held = was.get(found.path, (None, True))
        if before is UNKNOWN or _same(before, found.value):
            continue
        if holds is False and held is not False:
            yield _danger(pair, worse, before, found)
        elif holds is None and held is True and _declared(pair, worse.path):
            yield _unclear(pair, worse, before, found)
        elif worse.kind == Kind.PROTECTION and _shortened(before, found.value):
            yield _danger(pair, worse, before, found)


def _shortened(before: object, after: object) -> bool:
    low, high = number(after), number(before)
    return low is not None and high is not None and low < high


def _same(before: object, after: object) -> bool:
    """Equal for a provider: numbers and truth values may be written as text."""
    return flag(plain(before)) == flag(plain(after)) or (number(before) is not None and number(before) == number(after))


def _declared(pair: Pair, path: str) -> bool:
    name = path.partition(".")[0].rstrip("[]?{}")
    return name in (pair.step.new.get("inputs") or {})


def _numbers(pair: Pair, worse: Worse) -> Iterator[Danger]:
    """A number that may not become smaller, or larger."""
    for before, found in _changed(pair, worse.path):
        old, new = (_number(given, worse.endless) for given in (before, found.value))
        if old is not None and new is not None and (new < old if worse.way == "less" else new > old):
            yield _danger(pair, worse, before, found)


def _number(value: object, endless: float | None) -> float | None:
    found = endless if value is None else number(value)
    return float("inf") if found is not None and found == endless else found


def _wider(pair: Pair, worse: Worse) -> Iterator[Danger]:
    for before, found in _changed(pair, worse.path):
        more = addresses(texts(found.value)) - addresses(texts(before))
        if more:
            yield _danger(pair, worse, before, found, f"also {show_addresses(more)}")


def _shorter(pair: Pair, worse: Worse) -> Iterator[Danger]:
    for before, found in _changed(pair, worse.path):
        gone = [text for text in texts(before) if text not in texts(found.value)]
        if gone and len(texts(found.value)) < len(texts(before)):  # one for another, as a new topic, is no loss
            yield _danger(pair, worse, before, found, f"without {several([said(text) for text in gone])}")


def _none(pair: Pair, worse: Worse) -> Iterator[Danger]:
    for before, found in _changed(pair, worse.path):
        if number(found.value) == 0:
            yield _danger(pair, worse, before, found)


def _other(pair: Pair, worse: Worse) -> Iterator[Danger]:
    for before, found in _changed(pair, worse.path):
        if before and found.value:
            yield _danger(pair, worse, before, found)


def _major(pair: Pair, worse: Worse) -> Iterator[Danger]:
    for before, found in _changed(pair, worse.path):
        old, new = (number(str(given).partition(".")[0]) for given in (before, found.value))
        if old is not None and new is not None and new > old:
            yield _danger(pair, worse, before, found)


def _changed(pair: Pair, path: str) -> Iterator[tuple[object, Value]]:
    was = {found.path: found.value for found in dangers.values(pair.old, path)}
    for found in dangers.values(pair.new, path):
        before = was.get(found.path)
        if UNKNOWN not in (before, found.value) and not _same(before, found.value):
            yield before, found


JUDGES: Mapping[str, Callable[[Pair, Worse], Iterator[Danger]]] = {
    "less": _numbers,
    "more": _numbers,
    "wider": _wider,
    "shorter": _shorter,
    "none": _none,
    "other": _other,
    "major": _major,
}
"""By each of ``worse.WAYS``."""


def _says(path: str, row: Row | None) -> str:
    """What follows: by the property's name, with its block where the name alone is too general."""
    known = words()
    parts: Sequence[str] = [part.partition("[")[0] for part in path.split(".")]
    found = known.get(".".join(parts[-2:])) or known.get(parts[-1]) or known.get(parts[0])
    return found or (f"must be {row.must.says}" if row else "worse than before")


def _danger(pair: Pair, worse: Worse, before: object, found: Value, more: str = "") -> Danger:
    path, old, new = found.path, field(before, found.path), field(found.value, found.path)
    says = "; ".join(filter(None, (_says(path, worse.row), more)))
    change = f"{path} {said(before, path)} -> {said(found.value, path)}"
    is_new = pair.before is None
    return Danger(
        kind=worse.kind,
        severity=worse.severity,
        urn=pair.urn,
        property=path,
        before=old,
        after=new,
        why=says,
        sentence=f"{pair.name} ({short(pair.type)}): "
        + (f"is new with {path} {said(found.value, path)}" if is_new else change)
        + f": {says}",
    )


def _unclear(pair: Pair, worse: Worse, before: object, found: Value) -> Danger:
    return Danger(
        kind=worse.kind,
        severity=Severity.UNCLEAR,
        urn=pair.urn,
        property=found.path,
        before=field(before, found.path),
        after=LATER,
        why="a preview cannot tell yet",
        sentence=f"{pair.name} ({short(pair.type)}): {found.path} {said(before, found.path)} -> {LATER}: "
        "whether it gets worse shows only during the update",
    )
