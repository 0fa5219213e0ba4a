"""SEC-01: what a stack exports is read by everybody who runs a preview."""

import json

import pytest

from policy.core.snapshot import SecretText
from policy.rules.sec_01.no_plaintext_outputs import RULE, STACK
from tests.policy.support.blocks import judge, messages
from tests.policy.support.samples import ACCESS_KEY, PLAIN
from tests.support.resources import UNKNOWN, Case, Res


def stack(**outputs: object) -> Res:
    """A stack with these outputs."""
    return Res(STACK, "production", outputs)


CASES = [
    Case("pass", "names and addresses", [stack(values=PLAIN, databaseSecretArn=PLAIN[2])]),
    Case("pass", "a Pulumi secret", [stack(databasePassword=SecretText("hunter22"))]),
    Case("pass", "no stack", [Res("aws:ec2/vpc:Vpc", "vpc", {"tags": {"password": "hunter22"}})]),
    Case(
        "fail",
        "a password",
        [stack(databasePassword="hunter22")],
        ["production: output databasePassword holds the value of what is named as a secret in plain text"],
    ),
    Case("fail", "a key inside", [stack(config={"ci": [ACCESS_KEY]})], ["output config.ci[0] holds"]),
    Case("fail", "JSON", [stack(config=json.dumps({"token": "hunter22"}))], ["output config.token holds"]),
    Case("absent", "an output that is not marked as secret", [stack(token="hunter22")], ["output token holds"]),
    Case("unknown", "an output", [stack(databasePassword=UNKNOWN, other=[UNKNOWN])]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_the_value_is_not_told() -> None:
    """The message says where and of which kind."""
    assert ACCESS_KEY not in "\n".join(messages(RULE, [stack(config=ACCESS_KEY)]))
