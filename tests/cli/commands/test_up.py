"""``make up``: what it asks of the engine, what it says, what it returns."""

from dataclasses import replace

import pytest

from cli.commands import preview, up
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, done, events, failed, pending, resource, violation

Captured = pytest.CaptureFixture[str]


def test_up(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """Deploys under the policy pack, without asking, and says what there is and where to look."""
    stack = {"op": "create", "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack"}
    outputs = {"resOutputsEvent": {"metadata": {**stack, "new": {"outputs": {"vpcId": "vpc-[1]"}}}}}
    engine.does("up", events(done("network-vpc", "create"), preview=True) + events(done("vpc", "create"), outputs))
    engine.holds([resource("vpc", id="vpc-1"), {**resource("c", "nationgraph:network:Network"), "custom": False}])
    target = engine.target()
    environment = {"SANDBOX_AWS_ENDPOINT": "http://127.0.0.1:1"}
    assert up.deploy(replace(target, environment=environment)) == 0
    (call,) = [call for call in engine.calls if call[0] == "up"]
    assert {"--yes", "--policy-pack", "--stack", "dev", "--config-file", "--non-interactive"} < set(call)
    said = capsys.readouterr().out
    assert "vpcId: vpc-[1]" in said
    assert "1 create; 0 policies, 0 findings" in said
    assert "1 resources in the state of dev." in said
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_DEFAULT_REGION=eu-central-1 AWS_ACCESS_KEY_ID=" in said


def test_failed_up_says_what_is_open(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """The exit code is the engine's; both runs, their findings and lost creations are named."""
    preview = events(done("network-vpc", "create"), violation("advisory"), preview=True)
    update = events(*failed("network-vpc", "error reading from server: EOF"), result="failed")
    engine.does("up", preview + update, code=255)
    assert up.deploy(engine.target()) == 255
    said = capsys.readouterr().out
    assert "advisory  sec-07-flow-logs: network-vpc: wrong" in said
    assert "error: network-vpc: error reading from server: EOF" in said
    assert "Left open:\n  creating: network-vpc (aws:ec2/vpc:Vpc)" in said
    assert "make repair" in said


def test_engine_that_fails_without_events_is_quoted(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """What it printed is all there is."""
    engine.does("up", "", code=255, stdout="[error] the stack is currently locked by 1 lock(s)")
    assert up.deploy(engine.target()) == 255
    assert "[error] the stack is currently locked by 1 lock(s)" in capsys.readouterr().out


def test_up_settles_first_in_the_sandbox(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """What an earlier run left open is named and settled before anything is deployed."""
    engine.holds([], [pending("network-vpc")])
    account({"aws:ec2/vpc:Vpc": ["vpc-1"]})
    engine.does("up", events(done("network-vpc", "same")))
    assert up.deploy(engine.target()) == 0
    assert engine.verbs.index("stack import") < engine.verbs.index("refresh") < engine.verbs.index("up")
    said = capsys.readouterr().out
    assert "An earlier run was interrupted. Open:\n  creating: network-vpc" in said
    assert "creating network-vpc: adopted as vpc-1" in said


def _change(value: str) -> str:
    """The event log of a preview that gives a network this name."""
    return events(done("network-vpc", "create", new={"inputs": {"tags": {"Name": value}}}), preview=True)


def test_what_was_reviewed_is_done_at_once(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """The plan that a preview left is what a second preview finds; the update does not preview a third time."""
    target = engine.target()
    engine.does("preview", _change("one"))
    assert preview.preview(target) == 0
    engine.does("up", events(done("network-vpc", "create")))
    assert up.deploy(target, "", target.folder.parent / "plan-dev.json") == 0
    assert "This is what was reviewed: 1 operations" in capsys.readouterr().out
    (call,) = [call for call in engine.calls if call[0] == "up"]
    assert "--skip-preview" in call


def test_what_was_not_reviewed_is_not_done(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """Resource and property are named, the engine is not asked to change anything, and there is a way out."""
    target = engine.target()
    engine.does("preview", _change("one"))
    assert preview.preview(target) == 0
    engine.does("preview", _change("two"))
    assert up.deploy(target, "", target.folder.parent / "plan-dev.json") == 1
    said = capsys.readouterr().out
    assert "nothing was changed.\n  network-vpc (ec2 Vpc): tags would have another value than was reviewed\n" in said
    assert "open a pull request" in said
    assert "up" not in engine.verbs


@pytest.mark.parametrize(("code", "expected"), [(0, 1), (255, 255)])
def test_a_deployment_that_is_refused_ends_before_its_plan(
    engine: FakeEngine, account: Account, capsys: Captured, code: int, expected: int
) -> None:
    """What the policies say is shown."""
    target = engine.target()
    engine.does("preview", _change("one"))
    assert preview.preview(target) == 0
    engine.does("preview", events(violation(), preview=True), code=code)
    assert up.deploy(target, "", target.folder.parent / "plan-dev.json") == expected
    assert "sec-07-flow-logs" in capsys.readouterr().out
    assert "up" not in engine.verbs
