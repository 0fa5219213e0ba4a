"""``make drift``: what differs, what the policies say of it, and that nothing is changed."""

import pytest

from cli.commands import drift
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, done, events, failed, resource

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
Captured = pytest.CaptureFixture[str]


def test_drift(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """What differs is listed and the policies judge the account as it is, components left alone."""
    fresh = {"inputs": {"ingress": ["0.0.0.0/0"]}, "outputs": {"ingress": ["0.0.0.0/0"], "id": "sg-1"}}
    diff = {"detailedDiff": {"ingress": {"diffKind": "update"}}}
    component = "nationgraph:database:PrivateDatabase"
    entries = [
        done("core-security-group", "update", SECURITY_GROUP, new=fresh, **diff),
        done("network-vpc", "same", new={"inputs": {"a": 1}, "outputs": {"a": 1}}),
        done("core", "same", component, new={"inputs": {"x": 1}, "outputs": {}}),
        done("gone", "delete", new=None),
    ]
    engine.does("refresh", events(*entries, preview=True))
    held = [
        resource("core-security-group", SECURITY_GROUP, inputs={"ingress": []}, outputs={}),
        resource("network-vpc", inputs={"a": 1}, outputs={"a": 1}),
        {**resource("core", component), "custom": False, "outputs": {"kept": True}},
        resource("gone", inputs={}, outputs={}),
    ]
    engine.holds(held)
    engine.answer("policy analyze", stdout="[sec-07-no-open-ingress] refused", code=1)
    assert drift.compare(engine.target()) == 1
    said = capsys.readouterr().out
    assert "drift: update core-security-group (aws:ec2/securityGroup:SecurityGroup): ingress" in said
    assert "drift: delete gone" in said
    assert "[sec-07-no-open-ingress] refused" in said
    assert "2 resources have drifted; policies refuse the account." in said
    judged = engine.given("policy analyze")["deployment"]["resources"]
    assert judged == [{**held[0], **fresh}, *held[1:]]
    assert "--preview-only" in next(call for call in engine.calls if call[0] == "refresh")
    assert {"stack import", "up"}.isdisjoint(engine.verbs)


@pytest.mark.parametrize(
    ("operation", "judged", "verdict"),
    [("same", 0, "0 resources have drifted; policies allow"), ("same", 1, "refuse"), ("update", 0, "1 resources")],
)
def test_drift_fails_on_drift_or_violation(
    engine: FakeEngine, capsys: Captured, operation: str, judged: int, verdict: str
) -> None:
    """Either alone is enough for a non-zero exit code."""
    engine.holds([resource("network-vpc", inputs={}, outputs={})])
    engine.does("refresh", events(done("network-vpc", operation), preview=True))
    engine.answer("policy analyze", code=judged)
    assert drift.compare(engine.target()) == int(operation == "update" or judged > 0)
    assert verdict in capsys.readouterr().out


def test_drift_that_cannot_be_read_is_no_verdict(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """A refresh that fails ends the command with the engine's exit code."""
    engine.holds([resource("network-vpc")])
    engine.does("refresh", events(*failed("network-vpc", "AccessDenied"), result="failed"), code=255)
    assert drift.compare(engine.target()) == 255
    said = capsys.readouterr().out
    assert "AccessDenied" in said
    assert "have drifted" not in said


def test_nothing_deployed_is_no_drift(engine: FakeEngine, capsys: Captured) -> None:
    """Before the first ``make up`` and after ``make down``: a sentence, and the account is not asked."""
    assert drift.compare(engine.target()) == 0
    assert "Nothing is deployed in dev" in capsys.readouterr().out
    assert engine.verbs == ["stack export"]
