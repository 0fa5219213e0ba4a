"""What IAM answers to a role's request: by its policies, its boundary and the resource's own policy."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reports.rights import reference
from reports.rights.requests import Request
from reports.rights.subjects import Estate, Role
from toolchain import npm_modules

SCRIPT: Final = Path(__file__).with_suffix(".cjs")
ALLOWED: Final = "Allowed"


class JudgeError(Exception):
    """The evaluator could not answer; the message says what it said."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``result`` is Allowed, ImplicitlyDenied or ExplicitlyDenied; ``by`` are the kinds of policy that blocked what
    another one allows.
    """

    result: str
    by: Sequence[str] = ()

    @property
    def allowed(self) -> bool:
        """Whether the role may."""
        return self.result == ALLOWED


@dataclass
class Judge:
    """Answers for the roles of one stack; each distinct request is evaluated once."""

    estate: Estate
    known: dict[tuple[object, ...], Answer] = field(default_factory=dict)

    def ask(self, questions: Iterable[tuple[Role, Request]]) -> None:
        """Evaluate what is not known yet, in one run of the evaluator.

        Raises:
            JudgeError: a request makes no sense to the evaluator, which knows AWS's reference.
            npm_modules.UnavailableError: the evaluator cannot be had here.

        """
        wanted = {(role.arn, *r.key): (role, r) for role, r in questions if (role.arn, *r.key) not in self.known}
        identity, roles = _documents({role.arn: role for role, _ in wanted.values()}.values())
        given = {
            "account": self.estate.place.account,
            "documents": {"identity": identity, "resource": dict(self.estate.resource_policies)},
            "roles": roles,
            "requests": [self._request(role, request) for role, request in wanted.values()],
        }
        done = npm_modules.run(reference.MODULES, SCRIPT, json.dumps(given))
        if done.returncode:
            raise JudgeError(f"the evaluator of policies ended with {done.returncode}: {done.stderr[-500:]}")
        for (key, (_, request)), answer in zip(wanted.items(), json.loads(done.stdout), strict=True):
            if answer["result"] == "Error":
                raise JudgeError(f"{request.action} on {request.resource}: {' '.join(answer['by'])}")
            self.known[key] = Answer(result=answer["result"], by=tuple(answer["by"]))

    def answer(self, role: Role, request: Request) -> Answer:
        """What was asked before."""
        return self.known[(role.arn, *request.key)]

    def _request(self, role: Role, request: Request) -> Mapping[str, Any]:
        protected = request.resource.split("/")[0] if ":s3:" in request.resource else request.resource
        general = {
            "aws:PrincipalArn": role.arn,
            "aws:PrincipalAccount": self.estate.place.account,
            "aws:RequestedRegion": self.estate.place.region,
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "false",
        }
        general |= {"s3:TlsVersion": "1.3"} if request.action.startswith("s3:") else {}
        known = {key: list(value) if isinstance(value, tuple) else value for key, value in request.context.items()}
        return {
            "role": role.arn,
            "action": request.action,
            "resource": request.resource,
            "context": {**general, **known},
            "policy": protected if protected in self.estate.resource_policies else None,
        }


def _documents(roles: Iterable[Role]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The documents of the roles by a name of their own, and which of them each role has."""
    documents: dict[str, Any] = {}
    held: dict[str, Any] = {}
    for role in roles:
        named = {f"{role.name}/{number}": document for number, document in enumerate(role.policies)}
        boundary = {f"{role.name}/boundary": role.boundary} if role.boundary else {}
        documents |= named | boundary
        held[role.arn] = {"arn": role.arn, "policies": list(named), "boundary": next(iter(boundary), None)}
    return documents, held
