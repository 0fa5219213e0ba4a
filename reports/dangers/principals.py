"""Who is newly let in by trust policies of roles and by the policies of buckets, keys, secrets and the like."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policy.facts import iam, policy_documents
from policy.facts import iam_resources as of_iam
from policy.facts.dangers import values
from policy.facts.iam import Condition, Statement
from policy.facts.props import UNKNOWN, Unknown, get
from reports.dangers import iam_words as words
from reports.dangers.comparison import OWNERS, Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.statements import Grant, gained, undenied, without_condition
from reports.dangers.words import LATER, said, several, short

TRUST = "assumeRolePolicy"


@dataclass(frozen=True)
class _Document:
    kind: Kind
    path: str
    lets: str
    endpoint: bool = False
    """Of an endpoint: without a policy it lets everybody through."""


def _documents(type_: str) -> Iterator[_Document]:
    if type_ == of_iam.ROLE:
        yield _Document(Kind.RIGHTS, TRUST, "may be assumed by")
    place = policy_documents.places().get(type_)
    if place:
        yield _Document(Kind.EXPOSURE, place.path, "lets in", endpoint=place.kind == "endpoints")


def find(comparison: Comparison) -> Iterator[Danger]:
    """Principals, actions and conditions of each changed policy that has principals."""
    own = _own_account(comparison)
    for pair in comparison.pairs:
        for document in _documents(pair.type):
            if pair.differs(document.path) or not pair.kept:
                yield from _compared(comparison, pair, document, own)


def _own_account(comparison: Comparison) -> str:
    """The account in which most resources lie."""
    arns = (get(one.props, "arn") for one in (*comparison.before, *comparison.after))
    found = Counter(account for arn in arns if isinstance(arn, str) and (account := iam.account_of(arn)))
    return next((account for account, _ in found.most_common(1)), "")


def _rows(pair: Pair, path: str, *, old: bool) -> Sequence[Statement] | Unknown | None:
    """The statements; None where there is no policy."""
    held = [found.value for found in values(pair.old if old else pair.new, path) if found.value is not None]
    if not held or held == [""]:
        return None
    rows = of_iam.known(held[0]) if held[0] is not UNKNOWN else UNKNOWN
    return rows if isinstance(rows, Unknown) else rows or ()


def _compared(comparison: Comparison, pair: Pair, document: _Document, own: str) -> Iterator[Danger]:
    before, after = (_rows(pair, document.path, old=old) for old in (True, False))
    if isinstance(before, Unknown) or comparison.first:
        return
    if isinstance(after, Unknown):
        if before is not None:
            yield _danger(
                pair,
                document,
                Severity.UNCLEAR,
                f"lets in whom it names, which shows only during the update: {document.path} is {LATER}",
                ("", LATER),
            )
        return
    if document.endpoint and not (before and after):
        if before and after is None and not _goes_with(comparison, pair):
            yield _danger(pair, document, Severity.HIGH, "loses its policy: it lets everybody through to everything")
        return
    if after is None:
        if before is not None and not _goes_with(comparison, pair):
            yield from _undenied(pair, document, before, ())
        return
    for severity, text, was, will in _let_in(pair, document, before, after, own):
        if pair.before or severity == Severity.CRITICAL or (severity == Severity.HIGH and document.kind != Kind.RIGHTS):
            yield _danger(pair, document, severity, text, (was, will))
    yield from _undenied(pair, document, before or (), after)


def _goes_with(comparison: Comparison, pair: Pair) -> bool:
    """True where what the policy is about goes too, or gets another policy in the same change."""
    about = [get(pair.old, key) for key in OWNERS]
    again = (
        get(other.new, key) == value
        for other in comparison.of(pair.type)
        if other.after is not None and other.urn != pair.urn
        for key, value in zip(OWNERS, about, strict=True)
        if isinstance(value, str)
    )
    return any(comparison.goes_too(value) for value in about) or any(again)


def _let_in(
    pair: Pair, document: _Document, before: Sequence[Statement] | None, after: Sequence[Statement], own: str
) -> Iterator[tuple[Severity, str, str, str]]:
    """By principal and conditions given up: how grave, in words, the fields before and after."""
    groups: dict[tuple[tuple[str, str], frozenset[Condition] | None], list[Grant]] = {}
    for grant in gained(before or (), after):
        dropped = without_condition(grant, before or ()) or None
        groups.setdefault((grant.principal, dropped), []).append(grant)
    for (principal, dropped), grants in groups.items():
        who, phrase = words.who(principal), several(list(dict.fromkeys(words.actions(grant.name) for grant in grants)))
        does = "" if document.path == TRUST else f" for {phrase}"
        severity = words.gravest(grants) if document.endpoint else _severity(principal, grants, own, after)
        if dropped is not None:
            was = words.conditions(dropped)
            severity = Severity.HIGH if severity == Severity.MEDIUM else severity
            yield severity, f"{document.lets} {who}{does} without the condition {was}", was, ""
        else:
            lines = words.conditions(grants[0].conditions)
            where = f", where {lines}" if lines else ""
            newly = "newly " if pair.before else ""
            yield severity, f"{newly}{document.lets} {who}{does}{where}", "", f"{who}{does}{where}"


def _severity(principal: tuple[str, str], grants: Sequence[Grant], own: str, rows: Sequence[Statement]) -> Severity:
    named = any(policy_documents.limits(line) for grant in grants for line in grant.conditions)
    if iam.is_pattern(principal[1]):
        closed = all(policy_documents.is_closed(row, rows) for row in rows if row.allow and iam.is_public(row))
        return Severity.HIGH if named or closed else Severity.CRITICAL
    account = iam.account_of(principal[1])
    if account and own and account != own:
        return Severity.HIGH
    return Severity.HIGH if principal[0] == "federated" and not named else Severity.MEDIUM


def _undenied(
    pair: Pair, document: _Document, before: Sequence[Statement], after: Sequence[Statement]
) -> Iterator[Danger]:
    for phrase, grants in words.summed(undenied(before, after)):
        how, behind, where = words.undenied(grants, after)
        text = f"{how} denies {words.who(grants[0].principal)} {phrase}{behind}"
        yield _danger(pair, document, Severity.HIGH, text, (f"denied {phrase}{where}", ""))


def _danger(
    pair: Pair, document: _Document, severity: Severity, text: str, change: tuple[str, str] = ("", "")
) -> Danger:
    called = f"role {pair.name}" if document.path == TRUST else f"{pair.name} ({short(pair.type)})"
    return Danger(
        kind=document.kind,
        severity=severity,
        urn=pair.urn,
        property=document.path,
        before=change[0],
        after=said(change[1]) if change[1] else "",
        sentence=f"{called} {text}",
    )
