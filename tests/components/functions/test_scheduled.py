"""A scheduled function runs by its schedule, and by nothing else."""

from components.functions.scheduled import ScheduledFunction, ScheduledFunctionArgs
from components.shared.policy_documents import allow
from tests.components.functions.test_functions import FUNCTION, NAMES, statements
from tests.components.support.platform import platform
from tests.components.support.programs import program
from tests.conftest import ACCOUNT, REGION, Deploy


def test_its_schedule_alone_runs_it(deploy: Deploy) -> None:
    """Rule, target and permission name one another; the rights are those given, and no VPC is entered."""
    args = ScheduledFunctionArgs(
        platform=platform(),
        names=NAMES,
        description="watches",
        program=program(memory_mib=512),
        statements=[allow("List", "secretsmanager:ListSecrets", "*")],
        schedule="rate(6 hours)",
    )
    made = deploy(lambda: ScheduledFunction("watch", args))
    schedule = made.named("watch-schedule").inputs
    assert (schedule["name"], schedule["scheduleExpression"]) == (NAMES.function, "rate(6 hours)")
    assert made.named("watch-run").inputs["arn"].endswith("watch-function-function")
    permission = made.one("aws:lambda/permission:Permission").inputs
    assert (permission["principal"], permission["sourceArn"]) == (
        "events.amazonaws.com",
        f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:watch-schedule",
    )
    function = made.one(FUNCTION).inputs
    assert (function["memorySize"], function["timeout"], "vpcConfig" in function) == (512, 60, False)
    assert {sid: row["Action"] for sid, row in statements(made).items() if sid != "Log"} == {
        "List": "secretsmanager:ListSecrets"
    }
    assert NAMES.log_group in made.one("aws:kms/key:Key").inputs["policy"]
