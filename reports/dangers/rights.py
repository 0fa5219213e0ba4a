"""Wider IAM in words: what an identity may newly do, which denials and boundaries go, who joins which group."""

from collections.abc import Iterator
from typing import Any

from policy.facts import iam
from policy.facts.dangers import values
from policy.facts.props import UNKNOWN, get, texts
from reports.dangers import iam_words as words
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.identities import ACCESS_KEY, ASSIGNMENT, MEMBERS, TYPES, Identities, Identity
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.statements import Grant, gained, undenied, without_condition
from reports.dangers.words import LATER, field, said, several, short

GRAVE = (Severity.CRITICAL, Severity.HIGH)
BOUNDED = ("aws:iam/role:Role", "aws:iam/user:User")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def find(comparison: Comparison) -> Iterator[Danger]:
    """What changed resources of IAM give, identity by identity: a statement that only moves gives nothing."""
    touched = {pair.urn: pair for pair in comparison.of(*TYPES)}
    if not touched or comparison.first:
        return
    before, after = Identities(comparison.before).found, Identities(comparison.after).found
    for key, identity in after.items():
        was = before.get(key)
        sources = identity.sources | {identity.urn} | (was.sources if was else set())
        if sources & touched.keys():
            new = was is None and identity.declared and identity.urn in touched
            yield from _wider(was or Identity(identity.called, identity.urn, declared=True), identity, touched, new=new)
    for pair in touched.values():
        yield from _boundary(pair)
        yield from _members(pair)


def _wider(was: Identity, now: Identity, touched: dict[str, Pair], *, new: bool) -> Iterator[Danger]:
    found = gained(was.statements, now.statements)
    if was.unknown:  # what it could do before is not known, so that nothing is new for certain
        found = []
    at = _source(now, was, touched)
    kept: list[tuple[frozenset[iam.Condition], Grant]] = [
        (without_condition(grant, was.statements) or frozenset(), grant) for grant in found
    ]
    for dropped in dict.fromkeys(lines for lines, _ in kept):
        group = [grant for lines, grant in kept if lines == dropped]
        yield from _gains(now, at, group, dropped, new=new)
    for arn in sorted(now.managed - was.managed):
        severity = (
            Severity.CRITICAL if arn == ADMINISTRATOR else Severity.HIGH if iam.is_broad(arn) else Severity.MEDIUM
        )
        if severity in GRAVE or not new:
            owner = "the AWS-managed policy" if iam.MANAGED.fullmatch(arn) else "the policy"
            yield _danger(at, severity, f"{said(now.called)} gains {owner} {said(arn.rpartition('/')[2])}", ("", arn))
    if not now.unknown and not was.unknown:
        yield from _denials(was, now, at)
    fresh = {urn for urn in now.unknown - was.unknown if urn in touched}
    if fresh and not new:
        by = several(sorted({touched[urn].name for urn in fresh}))
        yield _danger(
            at,
            Severity.UNCLEAR,
            f"what {said(now.called)} may do shows only during the update: {by} is {LATER}",
            ("", LATER),
        )


def _source(now: Identity, was: Identity, touched: dict[str, Pair]) -> Pair:
    """The changed resource that a danger is shown with: what says what the identity may do, else the identity."""
    chosen = sorted((now.sources | was.sources) & touched.keys() - {now.urn}) or [now.urn]
    return touched[chosen[0]]


def _gains(
    now: Identity, at: Pair, group: list[Grant], dropped: frozenset[iam.Condition], *, new: bool
) -> Iterator[Danger]:
    for phrase, grants in words.summed(group):
        severity = words.gravest(grants)
        if new and severity not in GRAVE:
            continue
        if dropped:
            was = words.conditions(dropped)
            severity = Severity.HIGH if severity == Severity.MEDIUM else severity
            yield _danger(at, severity, f"{said(now.called)} may do {phrase} without the condition {was}", (was, ""))
        else:
            under = {grant.conditions for grant in grants}
            lines = next(iter(under)) if len(under) == 1 else frozenset()
            where = f", where {words.conditions(lines)}" if lines else ""
            verb = "is new and may do" if new else "now allows" if now.called.startswith("boundary ") else "gains"
            yield _danger(at, severity, f"{said(now.called)} {verb} {phrase}{where}", ("", phrase))


def _denials(was: Identity, now: Identity, at: Pair) -> Iterator[Danger]:
    for phrase, grants in words.summed(undenied(was.statements, now.statements)):
        how, behind, where = words.undenied(grants, now.statements)
        text = f"{said(now.called)} is {how} denied {phrase}{behind}"
        yield _danger(at, Severity.HIGH, text, (f"denied {phrase}{where}", ""))


def _boundary(pair: Pair) -> Iterator[Danger]:
    """A boundary that goes, or becomes another one."""
    key = "permissionsBoundary"
    old, new = get(pair.old, key), get(pair.new, key)
    if pair.type not in BOUNDED or not pair.kept or old in (None, "") or new == old or not pair.differs(key):
        return
    if new in (None, ""):
        says = "loses its permissions boundary: what its policies allow is not bounded any more"
    elif UNKNOWN in (old, new):
        return
    else:
        says = f"has another permissions boundary: {said(old)} -> {said(new)}"
    kind = short(pair.type).partition(" ")[2]
    yield _danger(pair, Severity.HIGH, f"{kind} {pair.name} {says}", (field(old), field(new or None)), key)


def _members(pair: Pair) -> Iterator[Danger]:
    """Who joins a group, and who gets a permission set in which account."""
    if pair.type in MEMBERS and pair.after:
        who, group = MEMBERS[pair.type]
        for key, other in ((who, group), (group, who)):
            added = [name for name in texts(get(pair.new, key)) if name not in texts(get(pair.old, key))]
            for name in added if pair.before or key == who else ():
                user, place = (name, get(pair.new, other)) if key == who else (get(pair.new, other), name)
                yield _danger(
                    pair, Severity.MEDIUM, f"{_all(user)} joins the group {_all(place)}", ("", said(name)), key
                )
    if pair.type == ACCESS_KEY and pair.before is None:
        text = f"user {said(get(pair.new, 'user'))} gets an access key, which does not expire"
        yield _danger(pair, Severity.MEDIUM, text, ("", ""), "user")
    if pair.type == ASSIGNMENT and pair.after and (pair.before is None or pair.differs("principalId")):
        who, where = get(pair.new, "principalId"), get(pair.new, "targetId")
        text = f"{said(who)} gets the permission set {said(get(pair.new, 'permissionSetArn'))} in account {said(where)}"
        yield _danger(pair, Severity.MEDIUM, text, ("", said(who)), "principalId")


def _all(value: Any) -> str:
    return several([said(name) for name in texts(value)]) or said(value)


def _property(pair: Pair) -> str:
    """The property that says it."""
    names = (
        "policy",
        "inlinePolicy",
        "policyArn",
        "policyArns",
        "managedPolicyArns",
        "inlinePolicies",
        "managedPolicyArn",
    )
    return next((name for name in names if any(found.value is not None for found in values(pair.here.props, name))), "")


def _danger(pair: Pair, severity: Severity, sentence: str, change: tuple[str, str], name: str = "") -> Danger:
    return Danger(
        kind=Kind.RIGHTS,
        severity=severity,
        urn=pair.urn,
        property=name or _property(pair),
        before=change[0],
        after=said(change[1]) if change[1] else "",
        sentence=sentence,
    )
