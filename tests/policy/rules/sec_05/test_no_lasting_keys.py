"""SEC-05: keys are short and single-use, secrets are nowhere."""

from typing import Any

import pytest

from policy.rules.sec_05.no_lasting_keys import CLIENT, IDENTITY, KEY, PROVIDER, RULE
from tests.policy.support.blocks import judge, without
from tests.support.resources import UNKNOWN, Case, Res

GOOD_KEY = {"reusable": False, "ephemeral": True, "preauthorized": True, "expiry": 3600, "tags": ["tag:ci"]}
TRUST = {
    "issuer": "https://example.tokens.sts.global.api.aws",
    "subject": "arn:aws:iam::123456789012:role/nationgraph/identity/nationgraph-router",
    "scopes": ["auth_keys"],
    "tags": ["tag:router"],
}


def key(**inputs: Any) -> list[Res]:
    """A key of the tailnet."""
    return [Res(KEY, "key", {**GOOD_KEY, **inputs})]


def trust(**inputs: Any) -> list[Res]:
    """A federated identity."""
    return [Res(IDENTITY, "trust", {**TRUST, **inputs})]


CASES = [
    Case("pass", "an hour, once", key()),
    Case("pass", "a federated identity", trust()),
    Case("pass", "provider without a secret", [Res(PROVIDER, "default", {"tailnet": "dev.example.com"})]),
    Case("fail", "reusable", key(reusable=True), ["key: reusable is True, must be False"]),
    Case("fail", "ninety days", key(expiry=7776000), ["key: expiry is 7776000, must be 1 to 86400 seconds"]),
    Case("fail", "never", key(expiry=0), ["key: expiry is 0"]),
    Case("fail", "OAuth client", [Res(CLIENT, "client", {"scopes": ["auth_keys"]})], ["must be a FederatedIdentity"]),
    Case("fail", "any subject", trust(subject="*"), ["trust: subject is '*', must name one without *"]),
    Case("fail", "part of a subject", trust(subject="arn:aws:iam::*:role/router"), ["must name one without *"]),
    Case("fail", "every scope", trust(scopes=["all"]), ["trust: scopes hold ['all']"]),
    Case("fail", "API key", [Res(PROVIDER, "default", {"apiKey": "x"})], ["default: apiKey is given, must be absent"]),
    Case("fail", "client secret", [Res(PROVIDER, "default", {"oauthClientSecret": "x"})], ["oauthClientSecret is"]),
    Case("absent", "reuse", [Res(KEY, "key", without(GOOD_KEY, "reusable"))], ["reusable is None"]),
    Case("absent", "expiry", [Res(KEY, "key", without(GOOD_KEY, "expiry"))], ["expiry is absent"]),
    Case("absent", "tags of a key", [Res(KEY, "key", without(GOOD_KEY, "tags"))], ["tags are absent"]),
    Case("absent", "tags of an identity", [Res(IDENTITY, "trust", without(TRUST, "tags"))], ["tags are absent"]),
    Case("absent", "issuer", [Res(IDENTITY, "trust", without(TRUST, "issuer"))], ["issuer is None"]),
    Case("unknown", "reuse", key(reusable=UNKNOWN)),
    Case("unknown", "expiry", key(expiry=UNKNOWN)),
    Case("unknown", "issuer and subject", trust(issuer=UNKNOWN, subject=UNKNOWN)),
    Case("unknown", "scopes", trust(scopes=UNKNOWN)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
