"""How rules become policies: levels by date, names in messages, one conversion a request, secrets that stay secret."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, PolicyResource

from models.roadmap.loader import load_ledger
from policy.core.due import load_due_dates
from policy.core.engine import enforcement
from policy.facts.props import Resource, get
from tests.policy.support.cases import Pack, requests
from tests.policy.support.sample_rules import BUCKET, LEDGER, named, rule
from tests.support.resources import UNKNOWN, Res, as_stack, clean

ROOT = Path(__file__).resolve().parents[3]
VPC = "aws:ec2/vpc:Vpc"


def every(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Every resource is a violation."""
    yield from ((resource, "is there") for resource in resources)


@pytest.mark.parametrize(
    ("clause", "day", "level"),
    [
        ("SEC-06", dt.date(2026, 9, 30), EnforcementLevel.ADVISORY),
        ("SEC-06", dt.date(2026, 10, 1), EnforcementLevel.MANDATORY),
        ("SEC-06", dt.date(2031, 1, 1), EnforcementLevel.MANDATORY),
        ("SEC-01", dt.date(2020, 1, 1), EnforcementLevel.MANDATORY),
    ],
)
def test_a_rule_bites_from_the_first_day_of_its_quarter(clause: str, day: dt.date, level: EnforcementLevel) -> None:
    """Advisory to the last day before, mandatory from the first day on; from the start where no quarter is given."""
    assert enforcement(rule(clause), LEDGER, day) is level


def test_a_rule_of_an_unknown_clause_stops_the_pack() -> None:
    """A typo in the clause must not turn a rule off."""
    with pytest.raises(KeyError, match=r"SEC-99: not in roadmap/clauses\.yaml"):
        Pack({"sec-99-x": rule("SEC-99")}, ledger=LEDGER)


@pytest.mark.parametrize("checks", [{"check": None, "check_stack": None}, {"check": named, "check_stack": every}])
def test_a_rule_has_one_check(checks: dict[str, Any]) -> None:
    """None would enforce nothing, two would report twice."""
    with pytest.raises(ValueError, match="exactly one of check and check_stack"):
        rule(**checks)


def test_a_violation_as_the_engine_receives_it() -> None:
    """Policy, level by date, severity, URN and the name before the message."""
    pack = Pack({"sec-06-names": rule()}, ledger=LEDGER, today=dt.date(2026, 9, 30))
    (found,) = pack.run([Res(BUCKET, "logs", {"bucket": 1}), Res(BUCKET, "data", {"bucket": "data"}), Res(VPC, "vpc")])
    assert clean(found.message) == "Buckets have names.\nlogs: bucket is 1, must be a name"
    assert (found.policyName, found.enforcementLevel) == ("sec-06-names", proto.ADVISORY)
    assert found.severity == proto.POLICY_SEVERITY_HIGH
    assert found.urn == "urn:pulumi:production::nationgraph-platform::aws:s3/bucket:Bucket::logs"


def test_a_stack_violation_as_the_engine_receives_it() -> None:
    """A rule about the whole stack names the resource that it is about, and gives its URN."""
    pack = Pack({"sec-06-all": rule(check=None, check_stack=every)}, ledger=LEDGER)
    found = pack.run([Res(BUCKET, "logs"), Res(VPC, "vpc")])
    assert [(d.urn.rpartition("::")[2], clean(d.message).splitlines()[1]) for d in found] == [
        ("logs", "logs: is there"),
        ("vpc", "vpc: is there"),
    ]
    assert {d.enforcementLevel for d in found} == {proto.MANDATORY}


def test_a_stack_is_judged_by_what_is_declared_where_the_provider_says_nothing() -> None:
    """The provider of a cluster that the same update makes answers a preview with no property at all."""

    def empty(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
        yield from ((one, "has no name") for one in resources if get(one.props, "bucket") is None)

    rules = {"sec-06-all": rule(check=None, check_stack=empty), "sec-06-names": rule()}
    single, whole = requests(as_stack([Res(BUCKET, "logs", {"bucket": "logs"})]))
    whole.resources[0].properties.Clear()
    assert Pack(rules, ledger=LEDGER).send(single, whole) == []
    (found,) = Pack(rules, ledger=LEDGER).send([], whole)
    assert "has no name" in found.message


def test_other_types_cost_nothing() -> None:
    """A rule is not even asked about a type that it does not name, so an unknown there tells it nothing."""

    def never(_: Resource) -> Iterator[str]:
        raise AssertionError("asked")

    assert Pack({"sec-06-names": rule(check=never)}, ledger=LEDGER).run([Res(VPC, "vpc", {"bucket": UNKNOWN})]) == []


def test_an_unknown_read_is_an_advisory() -> None:
    """A rule that lets the unknown through makes the engine say so, and blocks nothing."""

    def careless(resource: Resource) -> Iterator[str]:
        yield f"bucket is {resource.props['bucket']}"

    (found,) = Pack({"sec-06-names": rule(check=careless)}, ledger=LEDGER).run([Res(BUCKET, "x", {"bucket": UNKNOWN})])
    assert found.enforcementLevel == proto.ADVISORY
    assert "can't be known during preview" in found.message


def test_first_framework_and_the_others() -> None:
    """The engine takes one framework; clause and further frameworks are tags."""
    info = Pack({"sec-06-names": rule()}, ledger=LEDGER).servicer.GetAnalyzerInfo(None, None).policies[0]
    assert (info.framework.name, info.framework.version, info.framework.reference) == ("CIS", "3.0.0", "2.1")
    assert list(info.tags) == ["SEC-06", "SOC 2 2017 CC6.1"]
    assert info.remediation_steps == "Name it."


def test_due_dates_are_those_of_the_ledger() -> None:
    """The pack's quick reader and the ledger's models agree on every clause."""
    ledger, quick = load_ledger(), load_due_dates()
    assert {c.id: c.due_date for c in ledger.clauses} == {id_: c.due_date for id_, c in quick.clauses.items()}
    with pytest.raises(KeyError, match="XXX-01: not in"):
        quick.clause("XXX-01")


def test_the_pack_starts_light() -> None:
    """Neither models, HTTP clients nor the AWS SDK are loaded with the rules: start-up is on every preview's path."""
    heavy = ("pydantic", "requests", "detect_secrets", "pulumi_aws", "boto3", "botocore", "networkx", "parliament")
    program = (
        "import sys, runpy, pulumi_policy\n"
        "made = {}\n"
        "pulumi_policy.PolicyPack = lambda name, policies, **_: made.update(name=name, policies=policies)\n"
        "runpy.run_path('policy', run_name='__main__')\n"
        "print(made['name'], len(made['policies']))\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    said, loaded = answer.stdout.splitlines()
    assert said == f"nationgraph {len(list((ROOT / 'policy/rules').glob('*/[a-z]*.py'))) + 2}"
    assert loaded == "[]"
