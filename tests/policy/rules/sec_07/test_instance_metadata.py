"""SEC-07: the metadata service of a machine answers to tokens alone."""

from typing import Any

import pytest

from policy.rules.sec_07.instance_metadata import RULE
from tests.policy.support.blocks import judge
from tests.support.resources import UNKNOWN, Case, Res

MACHINE, SPOT = "aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
TEMPLATE, OLD = "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/launchConfiguration:LaunchConfiguration"
ACCOUNT = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
BUILDER = "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration"
NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
LEAST = "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion"
TOKENS: dict[str, Any] = {"metadataOptions": {"httpTokens": "required"}}
OFF: dict[str, Any] = {"metadataOptions": {"httpEndpoint": "disabled"}}
NAMED: dict[str, Any] = {"launchTemplate": {"id": "lt"}}
ABSENT = {
    MACHINE: "metadataOptions.httpTokens",
    SPOT: "metadataOptions.httpTokens",
    TEMPLATE: "metadataOptions.httpTokens",
    OLD: "metadataOptions.httpTokens",
    ACCOUNT: "httpTokens",
    BUILDER: "instanceMetadataOptions.httpTokens",
    NOTEBOOK: LEAST,
}
PASS: list[tuple[str, dict[str, Any]]] = [
    *((type_, TOKENS) for type_ in (MACHINE, SPOT, TEMPLATE, OLD)),
    *((type_, OFF) for type_ in (MACHINE, TEMPLATE, OLD)),
    (MACHINE, NAMED),
    (SPOT, {**NAMED, "metadataOptions": {"httpPutResponseHopLimit": 2}}),
    (ACCOUNT, {"httpTokens": "required"}),
    (BUILDER, {"instanceMetadataOptions": {"httpTokens": "required"}}),
    (NOTEBOOK, {"instanceMetadataServiceConfiguration": {"minimumInstanceMetadataServiceVersion": "2"}}),
    ("aws:ec2/spotFleetRequest:SpotFleetRequest", {"launchSpecifications": [{"ami": "ami-1"}]}),  # has no such options
]
FAIL: list[tuple[str, dict[str, Any], str]] = [
    *(
        (type_, {"metadataOptions": {"httpTokens": "optional"}}, "metadataOptions.httpTokens is 'optional', must be")
        for type_ in (MACHINE, SPOT, TEMPLATE, OLD)
    ),
    (MACHINE, {**NAMED, "metadataOptions": {"httpTokens": "optional"}}, "httpTokens is 'optional', must be one of abs"),
    (TEMPLATE, {"metadataOptions": {"httpEndpoint": "enabled"}}, "metadataOptions.httpTokens is None"),
    (ACCOUNT, {"httpTokens": "no-preference"}, "httpTokens is 'no-preference', must be 'required'"),
    (BUILDER, {"instanceMetadataOptions": {"httpTokens": "optional"}}, "httpTokens is 'optional'"),
    (NOTEBOOK, {"instanceMetadataServiceConfiguration": {"minimumInstanceMetadataServiceVersion": "1"}}, "is '1'"),
    (TEMPLATE, {"metadataOptions": "v2"}, "metadataOptions is 'v2', must be 'required'"),
    (TEMPLATE, {"metadataOptions": {"httpTokens": ["required"]}}, "metadataOptions.httpTokens is a list"),
]
CASES = [
    *(Case("pass", f"{type_} {number}", [Res(type_, "it", inputs)]) for number, (type_, inputs) in enumerate(PASS)),
    *(
        Case("fail", f"{type_} {number}", [Res(type_, "it", inputs)], [f"it: {says}" if says[0] == "m" else says])
        for number, (type_, inputs, says) in enumerate(FAIL)
    ),
    *(Case("absent", type_, [Res(type_, "it")], [f"it: {path} is None, must be"]) for type_, path in ABSENT.items()),
    Case("unknown", "options", [Res(TEMPLATE, "it", {"metadataOptions": UNKNOWN})]),
    Case("unknown", "whether it is on", [Res(TEMPLATE, "it", {"metadataOptions": {"httpEndpoint": UNKNOWN}})]),
    Case("unknown", "whether a template is named", [Res(MACHINE, "it", {"launchTemplate": UNKNOWN})]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
