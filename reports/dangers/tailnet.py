"""What a tailnet's policy newly gives beside paths to data: everyone, every port, SSH, nodes served on the internet."""

from collections.abc import Iterator

from policy.facts import tailnet_policy
from policy.facts.props import UNKNOWN, get, texts
from policy.facts.tailnet_policy import TailnetPolicy
from policy.reachability.tailnet import ACL
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import said, several


def find(comparison: Comparison) -> Iterator[Danger]:
    """The policy's file before and after, as Tailscale reads it."""
    for pair in comparison.of(ACL) if not comparison.first else ():
        if pair.before and pair.after is None:
            yield _danger(pair, Severity.HIGH, "is deleted: what applies then stands in the admin console alone")
        elif pair.kept and UNKNOWN not in (get(pair.old, "acl"), get(pair.new, "acl")):
            before, after = (tailnet_policy.read(get(props, "acl")) for props in (pair.old, pair.new))
            if before and after:
                yield from _compared(pair, before, after)


def _compared(pair: Pair, before: TailnetPolicy, after: TailnetPolicy) -> Iterator[Danger]:
    had = {_without_place(text) for text in tailnet_policy.wildcards(before)}
    for text in dict.fromkeys(map(_without_place, tailnet_policy.wildcards(after))):
        if text not in had:
            yield _danger(pair, Severity.HIGH, f"is wider: {said(text)}", text)
    known = {_session(row) for row in _sessions(before)}
    for row in _sessions(after):
        if _session(row) not in known:
            yield _danger(pair, Severity.MEDIUM, f"newly lets {said(_session(row))}", _session(row))
    approved = [(before.routes().get(route, []), route, who) for route, who in after.routes().items()]
    more = sorted(route for had_, route, who in approved if set(who) - set(had_))
    if more:
        shown = several([said(route) for route in more])
        yield _danger(pair, Severity.MEDIUM, f"newly approves routes by itself: {shown}", shown)


def _without_place(text: str) -> str:
    """A rule that only has another number is no other rule."""
    place, dot, rest = text.partition(".")
    return f"{place.partition('[')[0]}{dot}{rest}" if "[" in place else text


def _sessions(policy: TailnetPolicy) -> list[tuple[list[str], list[str], list[str]]]:
    keys = ("src", "dst", "users")
    rows = [[texts(row.get(key)) for key in keys] for _, row in policy.rows("ssh")]
    return [(row[0], row[1], row[2]) for row in rows]


def _session(row: tuple[list[str], list[str], list[str]]) -> str:
    src, dst, users = (", ".join(sorted(part)) for part in row)
    return f"{src} open SSH sessions on {dst} as {users}"


def _danger(pair: Pair, severity: Severity, text: str, after: str = "") -> Danger:
    return Danger(
        kind=Kind.EXPOSURE,
        severity=severity,
        urn=pair.urn,
        property="acl",
        after=said(after) if after else "",
        sentence=f"{pair.name} (tailnet policy) {text}",
    )
