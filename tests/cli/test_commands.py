"""Each command: what it asks of the engine, what it says, what it returns."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from cli import commands, repair, run
from cli.target import Target
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, done, events, failed, pending, resource

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not folded, and go where pytest captures them."""
    console = Console(width=250, emoji=False)
    for module in (commands, repair, run):
        monkeypatch.setattr(module, "console", console)


def violation(level: str = "mandatory") -> dict[str, Any]:
    """A policy's finding."""
    words = {"message": "What it wants.\nnetwork-vpc: wrong", "policyName": "sec-07-flow-logs", "color": "never"}
    return {"policyEvent": {**words, "enforcementLevel": level, "resourceUrn": "urn:pulumi:dev::p::t::network-vpc"}}


def test_up(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """Deploys under the policy pack, without asking, and says what there is and where to look."""
    stack = {"op": "create", "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack"}
    outputs = {"resOutputsEvent": {"metadata": {**stack, "new": {"outputs": {"vpcId": "vpc-[1]"}}}}}
    engine.does("up", events(done("network-vpc", "create"), preview=True) + events(done("vpc", "create"), outputs))
    engine.holds([resource("vpc", id="vpc-1"), {**resource("c", "nationgraph:network:Network"), "custom": False}])
    target = engine.target()
    environment = {"SANDBOX_AWS_ENDPOINT": "http://127.0.0.1:1"}
    assert commands.up(replace(target, environment=environment)) == 0
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
    assert commands.up(engine.target()) == 255
    said = capsys.readouterr().out
    assert "advisory  sec-07-flow-logs: network-vpc: wrong" in said
    assert "error: network-vpc: error reading from server: EOF" in said
    assert "Left open:\n  creating: network-vpc (aws:ec2/vpc:Vpc)" in said
    assert "make repair" in said


def test_engine_that_fails_without_events_is_quoted(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """What it printed is all there is."""
    engine.does("up", "", code=255, stdout="[error] the stack is currently locked by 1 lock(s)")
    assert commands.up(engine.target()) == 255
    assert "[error] the stack is currently locked by 1 lock(s)" in capsys.readouterr().out


def test_up_settles_first_in_the_sandbox(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """What an earlier run left open is named and settled before anything is deployed."""
    engine.holds([], [pending("network-vpc")])
    account({"aws:ec2/vpc:Vpc": ["vpc-1"]})
    engine.does("up", events(done("network-vpc", "same")))
    assert commands.up(engine.target()) == 0
    assert engine.verbs.index("stack import") < engine.verbs.index("refresh") < engine.verbs.index("up")
    said = capsys.readouterr().out
    assert "An earlier run was interrupted. Open:\n  creating: network-vpc" in said
    assert "creating network-vpc: adopted as vpc-1" in said


Command = Callable[[Target], int]


@pytest.mark.parametrize("command", [commands.up, commands.preview, commands.down])
def test_aws_refuses_to_go_on(engine: FakeEngine, capsys: Captured, command: Command) -> None:
    """Nothing is changed on top of what is open; the operations and the way on are named."""
    engine.holds([], [pending("network-vpc")])
    assert command(engine.target("aws", "production")) == 1
    assert engine.verbs == ["stack export"]
    said = capsys.readouterr().out
    assert "creating: network-vpc (aws:ec2/vpc:Vpc)" in said
    assert "make repair STACK=production" in said


@pytest.mark.parametrize(
    ("entries", "code", "expected"),
    [([], 0, 0), ([violation("advisory")], 0, 0), ([violation()], 0, 1), ([violation()], 255, 255), ([], 255, 255)],
)
def test_preview(engine: FakeEngine, account: Account, entries: list[Any], code: int, expected: int) -> None:
    """A blocking finding fails the preview even where the engine does not; the Markdown is written either way."""
    engine.does("preview", events(done("network-vpc", "create"), *entries, preview=True), code=code)
    target = engine.target()
    assert commands.preview(target) == expected
    text = (target.folder.parent / "preview.md").read_text()
    assert text.startswith("## Preview of `dev`: " + ("blocked" if violation() in entries else "ready"))
    assert "`network-vpc (ec2 Vpc)`" in text
    assert "--policy-pack" in next(call for call in engine.calls if call[0] == "preview")


@pytest.mark.parametrize(("name", "code", "kept"), [("sandbox", 0, False), ("sandbox", 255, True), ("aws", 0, True)])
def test_down(engine: FakeEngine, account: Account, name: str, code: int, *, kept: bool) -> None:
    """An account that is empty is not needed again; a refused destroy keeps it, and AWS has none."""
    engine.does("destroy", events(done("network-vpc", "delete")), code=code)
    target = engine.target(name)
    for file in ("account.jsonl", "account.port", "faults.txt"):
        (target.folder / file).touch()
    assert commands.down(target) == code
    assert engine.calls[-1][0] == "destroy"
    assert [(target.folder / file).exists() for file in ("account.jsonl", "account.port", "faults.txt")] == [kept] * 3


def test_repair(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """Says what is open, and that nothing is where nothing is."""
    assert commands.settle(engine.target()) == 0
    assert "Nothing is open." in capsys.readouterr().out
    engine.holds([], [pending("network-vpc")])
    assert commands.settle(engine.target()) == 0
    said = capsys.readouterr().out
    assert "1 operations are open.\n  creating: network-vpc" in said
    assert "creating network-vpc: nothing was made; dropped" in said


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
    assert commands.drift(engine.target()) == 1
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
    engine.does("refresh", events(done("network-vpc", operation), preview=True))
    engine.answer("policy analyze", code=judged)
    assert commands.drift(engine.target()) == int(operation == "update" or judged > 0)
    assert verdict in capsys.readouterr().out


def test_drift_that_cannot_be_read_is_no_verdict(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """A refresh that fails ends the command with the engine's exit code."""
    engine.does("refresh", events(*failed("network-vpc", "AccessDenied"), result="failed"), code=255)
    assert commands.drift(engine.target()) == 255
    said = capsys.readouterr().out
    assert "AccessDenied" in said
    assert "have drifted" not in said


def test_clean(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stack's folder is removed; doing it twice is no error."""
    folder = engine.target().folder
    (folder / "account.pid").write_text("4194304")
    monkeypatch.setenv("SANDBOX_FOLDER", str(folder.parent))
    assert commands.clean() == 0
    assert not folder.parent.exists()
    assert commands.clean() == 0
    assert engine.calls == []


def test_termination_reaches_the_engine_as_an_interrupt() -> None:
    """SIGTERM lets the engine finish what is under way; afterwards signals mean what they did before."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    program = (
        "import signal, time\ntry:\n print('ready', flush=True); time.sleep(60)\nexcept KeyboardInterrupt: exit(7)"
    )
    with (
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child,
        run._interrupts_to(child),
    ):
        assert child.stdout
        child.stdout.readline()
        os.kill(os.getpid(), signal.SIGINT)  # a terminal sends it to the child as well: it is not passed on twice
        os.kill(os.getpid(), signal.SIGTERM)
        assert child.wait(10) == 7
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_engine_sees_only_its_environment(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the target does not hold is not passed on."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    program = "#!/bin/sh\nenv\n"
    (engine.folder / "pulumi").write_text(program)
    assert "AWS_PROFILE" not in run.engine(engine.target(), "version").stdout


def test_state_is_never_read_in_plain_text(engine: FakeEngine) -> None:
    """Secrets stay encrypted in what is exported."""
    assert json.dumps(run.state(engine.target()))
    assert "--show-secrets" not in engine.calls[-1]
