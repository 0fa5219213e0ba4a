"""The verdict on a stack: every call allowed to whom it belongs, closed to whom it does not, no right without need."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from reports.rights import reference
from reports.rights.expected import Denied, expected
from reports.rights.judge import Judge
from reports.rights.requests import Call, Request
from reports.rights.subjects import Estate, Role

DEPLOY: Final = "nationgraph-deploy"
PREVIEW: Final = "nationgraph-preview"
BREAK_GLASS: Final = "nationgraph-break-glass"
UNREAD: Final = "secretsmanager:GetSecretValue"
"""The one read that is closed to who looks: a refresh leaves it out (`cli.deployed.REFRESH`)."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One request with the wrong answer, in words."""

    role: str
    subject: str
    phase: str
    request: Request
    why: str

    def __str__(self) -> str:
        where = f"{self.subject}, {self.phase}" if self.subject else self.phase
        known = ", ".join(f"{key}={value}" for key, value in self.request.context.items())
        said = f" ({known})" if known else ""
        return f"{self.role}: {self.request.action} on {self.request.resource}{said}: {self.why} [{where}]"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found: ``calls`` that belong to the pipeline, ``others`` that are somebody else's. ``used`` holds
    the actions that each role's calls need, ``granted`` those that it has, with the statements that grant them.
    """

    calls: int
    allowed: int
    others: int
    faults: Sequence[Fault]
    used: Mapping[str, frozenset[str]]
    granted: Mapping[str, Mapping[str, Sequence[str]]]
    matched: frozenset[Denied]


@dataclass
class _Count:
    calls: int = 0
    allowed: int = 0
    others: int = 0
    faults: list[Fault] = field(default_factory=list)
    matched: set[Denied] = field(default_factory=set)


def judged(estate: Estate, calls: Sequence[Call]) -> Verdict:
    """The verdict on the calls of a stack.

    Raises:
        LookupError: the stack has none of the three roles.

    """
    roles = {role.name: role for role in estate.roles.values()}
    if missing := {DEPLOY, PREVIEW, BREAK_GLASS} - set(roles):
        raise LookupError(f"{', '.join(sorted(missing))}: not among what is declared, so that nobody can be judged")
    judge, count = Judge(estate), _Count()
    rows = [expected().of(call) for call in calls]
    elsewhere = [call for call, found in zip(calls, rows, strict=True) if found]
    asked = {DEPLOY: calls, PREVIEW: calls, BREAK_GLASS: elsewhere}
    judge.ask((roles[name], r) for name, made in asked.items() for call in made for r in call.requests)
    for call, found in zip(calls, rows, strict=True):
        _deploys(judge, roles, call, found, count)
        _previews(judge, roles[PREVIEW], call, count)
    return Verdict(
        calls=count.calls,
        allowed=count.allowed,
        others=count.others,
        faults=list({str(fault): fault for fault in count.faults}.values()),
        used=_used(calls, roles[DEPLOY]),
        granted={name: granted(roles[name]) for name in (DEPLOY, PREVIEW, BREAK_GLASS)},
        matched=frozenset(count.matched),
    )


def _fault(role: str, call: Call, request: Request, why: str) -> Fault:
    return Fault(role=role, subject=call.subject.name, phase=call.phase, request=request, why=why)


def _deploys(judge: Judge, roles: Mapping[str, Role], call: Call, rows: Sequence[Denied], count: _Count) -> None:
    """A call is allowed where each of its requests is. What is somebody else's must be closed to the pipeline."""
    answers = [judge.answer(roles[DEPLOY], request) for request in call.requests]
    may = all(answer.allowed for answer in answers)
    if not rows:
        count.calls, count.allowed = count.calls + 1, count.allowed + may
        for request, answer in zip(call.requests, answers, strict=True):
            blocked = f", blocked by {', '.join(answer.by)}" if answer.by else ""
            if not answer.allowed:
                count.faults.append(_fault(DEPLOY, call, request, f"{answer.result}{blocked}, and it needs this"))
        return
    count.others += 1
    count.matched |= set(rows)
    in_need = all(judge.answer(roles[BREAK_GLASS], request).allowed for request in call.requests)
    for row in rows:
        why = f"though {row.by} makes this: {row.reason}"
        if may:
            count.faults.append(_fault(DEPLOY, call, call.requests[0], f"allowed, {why}"))
        if in_need != (row.by == "break-glass"):
            said = "allowed" if in_need else "denied"
            count.faults.append(_fault(BREAK_GLASS, call, call.requests[0], f"{said}, {why}"))


def _previews(judge: Judge, role: Role, call: Call, count: _Count) -> None:
    """What is read must be allowed, and nothing that changes something, nor a secret's value."""
    reads = call.phase == "read" and call.action != UNREAD
    closed = call.action == UNREAD or (call.phase != "read" and reference.action(call.action).writes)
    for request in call.requests:
        allowed = judge.answer(role, request).allowed
        if allowed and closed:
            count.faults.append(
                _fault(PREVIEW, call, request, "allowed, and a pull request changes and learns nothing")
            )
        elif reads and not allowed:
            count.faults.append(_fault(PREVIEW, call, request, "denied, and a preview reads this"))


def _used(calls: Iterable[Call], deploy: Role) -> dict[str, frozenset[str]]:
    """What each role needs. Break-glass repairs by hand whatever the pipeline makes, with the pipeline's rights."""
    used: dict[str, set[str]] = {DEPLOY: set(), PREVIEW: set(), BREAK_GLASS: set(granted(deploy))}
    for call in calls:
        actions = {request.action for request in call.requests}
        rows = expected().of(call)
        if not rows:
            used[DEPLOY] |= actions
        if any(row.by == "break-glass" for row in rows):
            used[BREAK_GLASS] |= actions
        if call.phase == "read" and call.action != UNREAD:
            used[PREVIEW] |= actions
    return {role: frozenset(actions) for role, actions in used.items()}


def granted(role: Role) -> dict[str, list[str]]:
    """The actions that a role's policies allow, whatever its boundary, with the names of the statements."""
    found: dict[str, list[str]] = {}
    for document in role.policies:
        for statement in (row for row in document["Statement"] if row["Effect"] == "Allow"):
            for pattern in _list(statement["Action"]):
                for action in reference.matching(pattern):
                    found.setdefault(action, []).append(str(statement.get("Sid", "")))
    return found


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def idle(verdicts: Iterable[Verdict]) -> tuple[dict[str, str], list[str]]:
    """Over the verdicts: the rights that no call of their role needs, with the reasons; and complaints: a right without
    reason, a reason without a right, a denial that matched nothing.
    """
    verdicts = list(verdicts)
    reasons: dict[str, str] = {}
    complaints = []
    for role in (DEPLOY, PREVIEW, BREAK_GLASS):
        used = frozenset[str]().union(*(verdict.used[role] for verdict in verdicts))
        rights = {action: by for verdict in verdicts for action, by in verdict.granted[role].items()}
        for action in sorted(set(rights) - used):
            rows = [row for row in expected().spare if row.means(action)]
            if rows:
                reasons[action] = rows[0].reason
            else:
                where = ", ".join(sorted({sid for sid in rights[action] if sid}))
                why = f"no call needs it; take it away, or say in {_EXPECTED} why it stays"
                complaints.append(f"{role}: {action} ({where}): {why}")
    for spare in expected().spare:
        complaints += [
            f"{action}: {_EXPECTED} gives a reason for it, but it is needed or not granted; take the reason away"
            for action in spare.actions
            if action not in reasons
        ]
    matched = frozenset[Denied]().union(*(verdict.matched for verdict in verdicts))
    complaints += [
        f"{', '.join(row.actions)} under {row.under or 'any component'}: {_EXPECTED} denies it, but no call does it"
        for row in expected().denied
        if row not in matched
    ]
    return reasons, complaints


_EXPECTED: Final = "reports/rights/expected.yaml"
