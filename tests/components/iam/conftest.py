"""The deployed component, and what each of its roles may do by its own policies and its boundary together."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.components.iam.support.access import ACCOUNT, ROLE, allowed, as_aws, everything
from tests.conftest import Deploy, Deployment

POLICY_TYPES = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy")


_DEPLOYED: list[Deployment] = []


@pytest.fixture
def deployed(deploy: Deploy) -> Deployment:
    """The whole component under mocks, deployed once: tests only read it."""
    if not _DEPLOYED:
        _DEPLOYED.append(deploy(everything))
    return _DEPLOYED[0]


@pytest.fixture
def documents(deployed: Deployment) -> Mapping[str, Mapping[str, Any]]:
    """Every permissions policy by resource name, with ARNs in AWS's form where the mocks have their own."""
    return {r.name: json.loads(as_aws(r.inputs["policy"])) for t in POLICY_TYPES for r in deployed.all(t)}


May = Callable[..., bool]


@pytest.fixture
def may(deployed: Deployment, documents: Mapping[str, Mapping[str, Any]]) -> May:
    """Whether a role may do something: boundary and own policies both allow it, and nothing denies it."""
    roles = {r.inputs["name"].removeprefix("nationgraph-"): r for r in deployed.all(ROLE)}
    by_arn = {f"arn:aws:iam:eu-central-1:123456789012:{name}": document for name, document in documents.items()}

    def ask(role: str, action: str, resource: str, **context: str) -> bool:
        prefix = roles[role].name.removesuffix("-role")
        attached = [
            by_arn[r.inputs["policyArn"]]["Statement"]
            for r in deployed.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
            if r.inputs["role"] == roles[role].inputs["name"]
        ]
        own = {"Statement": [*documents[f"{prefix}-policy"]["Statement"], *(s for group in attached for s in group)]}
        boundary = by_arn[roles[role].inputs["permissionsBoundary"]]
        named = {key.replace("__", ":"): value for key, value in context.items()}
        known = {"aws:PrincipalArn": ACCOUNT.identity_role(role), **named}
        return allowed(own, action, resource, known) and allowed(boundary, action, resource, known)

    return ask
