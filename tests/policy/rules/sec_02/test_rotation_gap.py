"""SEC-02: what a schedule allows at most is what counts."""

from typing import Any

import pytest

from policy.rules.sec_02.rotation_gap import ROTATION, RULE
from tests.policy.support.blocks import judge, messages
from tests.support.resources import UNKNOWN, Case, Res


def rotation(*, name: str = "orders", **rules: Any) -> Res:
    """A rotation with these rules."""
    return Res(ROTATION, name, {"secretId": "orders", "rotationLambdaArn": "arn", "rotationRules": rules})


CASES = [
    Case("pass", "30 days", [rotation(automaticallyAfterDays=30)]),
    Case("pass", "89 days and a window of a day", [rotation(automaticallyAfterDays=89)]),
    Case("pass", "rate", [rotation(scheduleExpression="rate(30 days)", duration="4h")]),
    Case("pass", "monthly", [rotation(scheduleExpression="cron(0 4 1 * ? *)", duration="4h")]),
    Case("pass", "first Sunday of every other month", [rotation(scheduleExpression="cron(0 4 ? 1/2 SUN#1 *)")]),
    Case(
        "fail",
        "90 days and a window of a day",
        [rotation(automaticallyAfterDays=90)],
        ["orders: automaticallyAfterDays is 90: up to 91 days between rotations, must be at most 90 days"],
    ),
    Case(
        "fail",
        "90 days and a window of four hours",
        [rotation(scheduleExpression="rate(90 days)", duration="4h")],
        ["scheduleExpression is 'rate(90 days)': up to 90 days and 4 hours between"],
    ),
    Case(
        "fail",
        "yearly",
        [rotation(scheduleExpression="cron(0 0 1 1 ? *)")],
        ["up to 367 days between rotations"],
    ),
    Case("fail", "quarterly", [rotation(scheduleExpression="cron(0 0 1 1/3 ? *)", duration="1h")], ["up to 92 days"]),
    Case("fail", "leap day", [rotation(scheduleExpression="cron(0 0 29 2 ? *)")], ["up to 2922 days"]),
    Case("fail", "gibberish", [rotation(scheduleExpression="every month")], ["neither rate(...) nor cron(...)"]),
    Case("fail", "one year", [rotation(scheduleExpression="cron(0 0 1 * ? 2030)")], ["must have minute 0 and year *"]),
    Case(
        "fail",
        "both",
        [rotation(scheduleExpression="rate(30 days)", automaticallyAfterDays=30)],
        ["hold both of automaticallyAfterDays and scheduleExpression"],
    ),
    Case(
        "fail",
        "window past midnight",
        [rotation(scheduleExpression="cron(0 22 1 * ? *)", duration="3h")],
        ["duration 3h runs into the next window or UTC day, must be at most 2h"],
    ),
    Case(
        "fail",
        "switched off",
        [Res(ROTATION, "orders", {"rotationEnabled": False, "rotationRules": {"automaticallyAfterDays": 30}})],
        ["orders: rotationEnabled is False"],
    ),
    Case("absent", "no rules", [Res(ROTATION, "orders", {"secretId": "orders"})], ["hold none of"]),
    Case("absent", "no schedule", [rotation(duration="3h")], ["hold none of"]),
    Case("unknown", "rules", [Res(ROTATION, "orders", {"rotationRules": UNKNOWN})]),
    Case("unknown", "schedule", [rotation(scheduleExpression=UNKNOWN)]),
    Case("unknown", "window", [rotation(automaticallyAfterDays=30, duration=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize("days", [0, 1000, -1])
def test_intervals_that_aws_refuses(days: int) -> None:
    """They are named before AWS says so half way through an update."""
    (message,) = messages(RULE, [rotation(automaticallyAfterDays=float(days))])
    assert "is not offered, must be 1 to 999 days" in message
