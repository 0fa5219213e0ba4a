"""Calls as requests to IAM: which action is asked for which resource, and what the service knows besides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import jmespath

from reports.rights import reference
from reports.rights.needs import PHASES, Step
from reports.rights.subjects import Estate, Subject

INVOLVING: Final = ("Create", "Associate", "Attach", "Run", "Replace")
"""Verbs that involve the other resources which they are given; all others are asked for the resource itself."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to IAM."""

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two requests the same."""
        return self.action, self.resource, tuple(sorted(self.context.items()))


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call for a resource in a phase of its life, with the requests that all must be allowed."""

    subject: Subject
    phase: str
    action: str
    requests: tuple[Request, ...]


def calls(estate: Estate) -> Iterator[Call]:
    """What pulumi-aws calls for everything that is declared, from the table.

    Raises:
        LookupError: a type without a row, an action that AWS does not know, or a resource that cannot be named.

    """
    for subject in estate.subjects:
        type_ = subject.type
        tagging = {"create": type_.tags[:1], "update": type_.tags}
        for phase in PHASES:
            for step in (*type_.phases[phase], *tagging.get(phase, ())):
                if requests := tuple(asked(estate, subject, step)):
                    yield Call(subject=subject, phase=phase, action=step.action, requests=requests)


def asked(estate: Estate, subject: Subject, step: Step) -> Iterator[Request]:
    """The requests of one action for a resource; none where the resource has no part that the action is for."""
    action = reference.action(step.action)
    targets = _targets(estate, subject, action) if step.on is None else _named(estate, subject, step.on)
    targets = ["*"] if targets and not action.kinds else targets
    for arn in dict.fromkeys(targets):
        known = {key: estate.place.fill(value) for key, value in step.context.items()}
        yield Request(action=action.name, resource=arn, context={**_facts(estate, arn), **known})


def _named(estate: Estate, subject: Subject, path: str) -> list[str]:
    found = jmespath.search(estate.place.fill(path), subject.properties)
    return [str(arn) for arn in (found if isinstance(found, list | tuple) else [found]) if arn]


def _targets(estate: Estate, subject: Subject, action: reference.Action) -> list[str]:
    if not action.kinds:
        return ["*"]
    own = str(subject.type.kind).lower()
    verb = action.name.partition(":")[2]
    involving = verb.startswith(INVOLVING) and "Tag" not in verb
    arns: list[str] = []
    for kind in action.kinds:
        if kind.name == own:
            arns.append(str(estate.arn(subject)))
        elif kind.required or involving or own not in {k.name for k in action.kinds}:
            arns += estate.filled(subject, kind)
    if not arns:
        kinds = ", ".join(kind.arn for kind in action.kinds)
        raise LookupError(f"{subject.token}: {action.name} is asked for {kinds}; say in `names` what fills it")
    return arns


def _facts(estate: Estate, arn: str) -> dict[str, str | tuple[str, ...]]:
    """What IAM and KMS know of the resource itself."""
    if arn in estate.roles:
        return {"iam:PermissionsBoundary": estate.roles[arn].boundary_arn}
    aliases = estate.aliases.get(arn.rpartition("/")[2], []) if ":kms:" in arn else []
    return {"kms:ResourceAliases": tuple(sorted(aliases))} if aliases else {}
