"""The pack's servicer answers as the SDK's own does, byte for byte, and with less work."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, ReportViolation, StackValidationPolicy, proxy
from pulumi_policy import policy as sdk
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY, deserialize_properties
from pulumi_policy.proxy import UNKNOWN_NUMBER_VALUE, UNKNOWN_STRING_VALUE

from policy.core import servicer
from policy.core.servicer import Servicer, TypedPolicy
from policy.core.snapshot import SecretText, properties
from policy.facts import former_types
from tests.policy.support.cases import requests
from tests.policy.support.company import COMPANY
from tests.support.resources import as_stack

Original = Servicer.__bases__[0]
FORMERLY, NOW = former_types.FILE.read_text(encoding="ascii").splitlines()[0].split()
CONFIG = proto.ConfigureAnalyzerRequest(
    policyConfig={
        "none-of-it": proto.PolicyConfig(enforcementLevel=proto.DISABLED),
        "all-of-it": proto.PolicyConfig(enforcementLevel=proto.ADVISORY),
        "unknown": proto.PolicyConfig(enforcementLevel=proto.REMEDIATE),
    }
)
CONFIG.policyConfig["all-of-it"].properties.update({"most": 3})


def plain(value: Any) -> Any:
    """A value without proxies, unknown or not; anything that is no JSON by its attributes."""
    if isinstance(value, Mapping):
        raw = value["__target"] if isinstance(value, proxy._DictProxy) else value
        return {key: plain(item) for key, item in raw.items()}
    if isinstance(value, str | bool | None):
        return value
    if isinstance(value, int | float):
        return float(value)  # rules see whole numbers as int, which the SDK does not do
    if isinstance(value, sdk.PolicyResource):
        return value.urn
    if isinstance(value, Sequence):
        raw = value["__target"] if isinstance(value, proxy._ListProxy) else value
        return [plain(item) for item in raw]
    return {key.rpartition("__")[2]: plain(item) for key, item in vars(value).items()}


def say_all(args: Any, report: ReportViolation) -> None:
    """All that a policy is told, as a finding."""
    for told in getattr(args, "resources", [args]):
        report(json.dumps(plain(told), sort_keys=True), told.urn)
    report(json.dumps([args.get_config(), dict(args.stack_tags)]), None)


def read_all(args: Any, report: ReportViolation) -> None:
    """A finding, and then every property of every resource, known or not."""
    report("begun")
    for told in getattr(args, "resources", [args]):
        for key in told.props:
            told.props[key]


def policies() -> list[Any]:
    """Policies about resources and stacks, in turn; the ones that say all, are disabled, or meet unknown values."""
    judges = {"all-of-it": say_all, "none-of-it": say_all, "unknown": read_all, "beside": say_all}
    described = {"description": "What it is told.", "severity": sdk.Severity.HIGH}
    return [
        made
        for name, validate in judges.items()
        for made in (
            TypedPolicy(types=frozenset(), name=name, validate=validate, **described),
            StackValidationPolicy(name=name, validate=validate, **described),
        )
    ]


def company() -> tuple[list[Any], Any]:
    """The requests of a company's stack, with parents, providers, secrets, archives and unknown values."""
    single, whole = requests(as_stack(COMPANY))
    for number, one in enumerate([*single, *whole.resources]):
        one.options.parent = single[0].urn
        one.options.ignoreChanges.append("tags")
        if number % 3:
            one.provider.type, one.provider.urn, one.provider.name = "pulumi:providers:aws", "urn:aws", "aws"
            one.provider.properties.update({"region": "eu-central-1" if number % 2 else "eu-west-1"})
        if number % 4 == 0:
            one.properties.update({"size": UNKNOWN_NUMBER_VALUE})
        if number % 5 == 0:
            one.properties.update({"word": {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": ["hidden", 1.5]}})
    for one in whole.resources[1:]:
        one.parent = whole.resources[0].urn
        one.dependencies.extend([single[1].urn, "urn:of:nobody"])
    return single, whole


def answers(kind: Any) -> list[bytes]:
    """All that a servicer of a class answers to a whole run."""
    made = kind("pack", "1.2.3", policies(), EnforcementLevel.MANDATORY)
    made.Configure(CONFIG, None)
    made.ConfigureStack(proto.AnalyzerStackConfigureRequest(tags={"team": "platform"}), None)
    single, whole = company()
    given = [made.GetAnalyzerInfo(None, None), *(made.Analyze(one, None) for one in single)]
    return [answer.SerializeToString(deterministic=True) for answer in (*given, made.AnalyzeStack(whole, None))]


def test_it_answers_as_the_sdk_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the engine nothing has changed: what policies are told, levels, configuration, what ends at the unknown."""
    monkeypatch.setattr(Original, "_configure_runtime_settings", lambda _: None)
    assert Original is not Servicer
    before, now = answers(Original), answers(Servicer)
    assert len(before) == len(COMPANY) + 2
    assert any(b"can't run policy 'unknown'" in answer for answer in before)
    assert now == before


def test_only_what_is_about_a_type_is_asked() -> None:
    """A policy names its types; one without types is asked about all. Former names of a type are its new name."""
    asked: list[tuple[str, str]] = []

    def note(name: str) -> Any:
        return lambda args, _report: asked.append((name, args.resource_type))

    described = {"description": "d"}
    made = Servicer(
        "pack",
        "1",
        [
            TypedPolicy(name="any", types=frozenset(), validate=note("any"), **described),
            TypedPolicy(name="its own", types=frozenset({NOW}), validate=note("its own"), **described),
        ],
        EnforcementLevel.MANDATORY,
    )
    for type_ in (FORMERLY, "aws:ec2/vpc:Vpc"):
        made.Analyze(proto.AnalyzeRequest(type=type_, urn=f"urn:{type_}", name="x"), None)
    assert asked == [("any", NOW), ("its own", NOW), ("any", "aws:ec2/vpc:Vpc")]


def test_a_request_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many policies there are."""
    converted: list[Any] = []

    def count(message: Any) -> Any:
        converted.append(message)
        return properties(message)

    monkeypatch.setattr(servicer, "properties", count)
    made = Servicer("pack", "1", policies(), EnforcementLevel.MANDATORY)
    single, whole = company()
    for one in (*single, *whole.resources):
        one.ClearField("provider")
    made.Analyze(single[0], None)
    assert len(converted) == 1
    made.AnalyzeStack(whole, None)
    assert len(converted) == 1 + len(COMPANY)


def test_nothing_is_remediated() -> None:
    """No rule changes a resource, so that the engine need not even be read."""
    made = Servicer("pack", "1", policies(), EnforcementLevel.MANDATORY)
    assert made.Remediate(company()[0][0], None) == proto.RemediateResponse()
    assert not any(policy.has_remediation() for policy in policies() if isinstance(policy, TypedPolicy))


def test_an_sdk_that_has_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is gone stops the pack, with the file to adapt."""

    class PolicyPack:
        def __init__(self) -> None:
            pass

    monkeypatch.setattr(sdk, "PolicyPack", PolicyPack)
    with pytest.raises(AttributeError, match=r"no _PolicyAnalyzerServicer.*policy/core/servicer\.py"):
        servicer.install()


SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=8) | st.just(UNKNOWN_STRING_VALUE)


def secret(value: Any) -> Any:
    """The value as the engine sends a secret one."""
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3) | inner.map(secret),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_properties_are_those_of_the_sdk(value: dict[str, Any]) -> None:
    """In one pass instead of three: the same values, whatever their nesting."""
    struct = struct_pb2.Struct()
    struct.update(value)
    assert plain(properties(struct)) == deserialize_properties(json_format.MessageToDict(struct))


@given(VALUES)
def test_all_text_of_a_secret_is_marked(value: Any) -> None:
    """However deep it lies in the value; and whole numbers are int."""
    struct = struct_pb2.Struct()
    struct.update({"held": secret(value), "whole": 3.0})
    made = plain(properties(struct))
    waiting = [made["held"]]
    while waiting:
        one = waiting.pop()
        assert not isinstance(one, str) or isinstance(one, SecretText)
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    assert isinstance(properties(struct)["whole"], int)
