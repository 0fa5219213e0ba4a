"""SEC-07: what is asked of a cluster is on record."""

import pytest
from pulumi_policy.proxy import UnknownValueError

from policy.rules.sec_07.control_plane_logs import CLUSTER, LOGS, PROPERTY, RULE
from tests.policy.support.blocks import judge
from tests.support.resources import UNKNOWN, Case, Res, as_resource_args


def cluster(logs: object) -> list[Res]:
    """A cluster with these logs."""
    network = {"subnetIds": ["subnet-1", "subnet-2"], "endpointPrivateAccess": True, "endpointPublicAccess": False}
    role = "arn:aws:iam::123456789012:role/control"
    return [Res(CLUSTER, "core", {"roleArn": role, "vpcConfig": network, PROPERTY: logs})]


CASES = [
    Case("pass", "all, in any order", cluster([*reversed(LOGS)])),
    Case("fail", "none", cluster([]), [f"core: {PROPERTY} lacks api, audit, authenticator, controllerManager, sch"]),
    Case(
        "fail", "one lacks", cluster([log for log in LOGS if log != "audit"]), [f"core: {PROPERTY} lacks audit, must"]
    ),
    Case("fail", "a lone text", cluster("audit"), [f"{PROPERTY} lacks api, authenticator"]),
    Case("fail", "another shape", cluster({"audit": True}), [f"{PROPERTY} lacks api, audit"]),
    Case("fail", "other capitals", cluster([log.upper() for log in LOGS]), [f"{PROPERTY} lacks api"]),
    Case("absent", "not stated", [Res(CLUSTER, "core", {})], [f"core: {PROPERTY} lacks api"]),
    Case("unknown", "all", cluster(UNKNOWN)),
    Case("unknown", "one of them", cluster(["api", UNKNOWN])),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_unknown_logs_are_told_to_the_engine() -> None:
    """What may turn out to lack one is not passed over."""
    assert RULE.check is not None
    with pytest.raises(UnknownValueError):
        list(RULE.check(as_resource_args(*cluster(UNKNOWN))))
