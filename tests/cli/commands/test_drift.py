"""``make drift``: what differs, what the policies say of it, and that nothing is changed."""

import json
from pathlib import Path

import pytest

from cli.commands import drift
from reports.values import SIGNATURE
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, done, events, failed, resource, violation

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
Captured = pytest.CaptureFixture[str]


def test_drift(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """What differs is listed and the policies judge the account as it is, components left alone."""
    fresh = {"inputs": {"ingress": ["0.0.0.0/0"]}, "outputs": {"ingress": ["0.0.0.0/0"], "id": "sg-1"}}
    diff = {"detailedDiff": {"ingress": {"diffKind": "update"}}}
    component = "nationgraph:database:PrivateDatabase"
    entries = [
        done("core-security-group", "update", SECURITY_GROUP, old={"inputs": {"ingress": []}}, new=fresh, **diff),
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
    engine.answer("policy analyze", stdout=events(violation(), result="failed"), code=1)
    assert drift.compare(engine.target()) == 1
    said = capsys.readouterr().out
    assert 'drift: core-security-group (ec2 SecurityGroup) ingress: [] -> ["0.0.0.0/0"]' in said
    assert "drift: gone (ec2 Vpc) is gone from the account" in said
    assert "mandatory sec-07-flow-logs: network-vpc: wrong (SEC-07, medium)" in said
    assert "2 resources have drifted; policies refuse the account." in said
    judged = engine.given("policy analyze")["deployment"]["resources"]
    assert judged == [{**held[0], **fresh}, *held[1:3]]
    assert "--preview-only" in next(call for call in engine.calls if call[0] == "refresh")
    assert engine.verbs == ["stack export", "refresh", "policy analyze"]
    assert {"stack import", "up"}.isdisjoint(engine.verbs)


@pytest.mark.parametrize(
    ("operation", "judged", "verdict"),
    [("same", 0, "Nothing has drifted; policies allow"), ("same", 1, "refuse"), ("update", 0, "1 resource has")],
)
def test_drift_fails_on_drift_or_violation(
    engine: FakeEngine, capsys: Captured, operation: str, judged: int, verdict: str
) -> None:
    """Either alone is enough for a non-zero exit code."""
    engine.holds([resource("network-vpc", inputs={}, outputs={})])
    engine.does("refresh", events(done("network-vpc", operation), preview=True))
    found = [violation()] * judged
    engine.answer("policy analyze", stdout=events(*found, result="failed" if judged else "succeeded"), code=judged)
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


def test_what_no_policy_could_judge_is_no_verdict(engine: FakeEngine) -> None:
    """An engine that fails without a finding says why, and the account is neither allowed nor refused."""
    engine.holds([resource("network-vpc", inputs={}, outputs={})])
    engine.does("refresh", events(done("network-vpc", "same"), preview=True))
    engine.answer("policy analyze", stderr="error: loading policy packs: no such file", code=255)
    with pytest.raises(RuntimeError, match="could not judge dev: error: loading policy packs: no such file"):
        drift.compare(engine.target())


def test_nothing_deployed_is_no_drift(engine: FakeEngine, capsys: Captured) -> None:
    """Before the first ``make up`` and after ``make down``: a sentence, and the account is not asked."""
    assert drift.compare(engine.target()) == 0
    assert "Nothing is deployed in dev" in capsys.readouterr().out
    assert engine.verbs == ["stack export"]


def test_what_aws_did_itself_is_no_drift(engine: FakeEngine, capsys: Captured) -> None:
    """Nor is what the stack only reads, which no policy judges; the exit code is 0, the reason is said."""
    database = "aws:rds/instance:Instance"
    old = {"inputs": {"engine": "postgres", "engineVersion": "16", "allocatedStorage": 20, "maxAllocatedStorage": 100}}
    new = {"inputs": {**old["inputs"], "engineVersion": "16.9", "allocatedStorage": 40}, "outputs": {}}
    read = {"external": True, "inputs": {}, "outputs": {}}
    entries = [
        done("core-instance", "update", database, old=old, new=new, diffs=["engineVersion", "allocatedStorage"]),
        done("shared-vpc", "update", old=read, new={**read, "inputs": {"tags": {"a": "b"}}}),
        done("shared-zone", "delete", old=read, new=None),
    ]
    engine.does("refresh", events(*entries, preview=True))
    engine.holds(
        [resource("core-instance", database, **old), resource("shared-vpc", **read), resource("shared-zone", **read)]
    )
    assert drift.compare(engine.target()) == 0
    said = capsys.readouterr().out
    assert "no drift: core-instance (rds Instance) engineVersion: 16 -> 16.9: AWS raises minor versions" in said
    assert "no drift: core-instance (rds Instance) allocatedStorage: 20 -> 40: storage autoscaling" in said
    assert "no drift: shared-vpc (ec2 Vpc) has changed: the stack reads it" in said
    assert "no drift: shared-zone (ec2 Vpc) is gone: the stack reads it" in said
    assert "Nothing has drifted; policies allow the account." in said
    judged = engine.given("policy analyze")["deployment"]["resources"]
    assert judged == [{**resource("core-instance", database), **new}]


@pytest.mark.parametrize("form", ["markdown", "json"])
def test_forms(engine: FakeEngine, capsys: Captured, form: str) -> None:
    """Each names resource, property, both values and the policies' verdict; no secret, no control sequence."""
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:hush"}
    old = {"inputs": {"tags": {"a|b": "\x1b[2J`x`"}, "password": secret, "engineVersion": "16.9"}}
    new = {
        "inputs": {
            "tags": {"a|b": "<b>@team"},
            "password": {**secret, "ciphertext": "v2:hush"},
            "engineVersion": "16.4",
        }
    }
    diffs = ["tags", "password", "engineVersion"]
    engine.does("refresh", events(done("audit::events", "update", old=old, new=new, diffs=diffs), preview=True))
    engine.holds([resource("audit::events", **old)])
    engine.answer("policy analyze", stdout=events(violation(), result="failed"), code=1)
    assert drift.compare(engine.target(), form) == 1
    said = capsys.readouterr().out
    assert "audit::events" in said
    assert "hush" not in said
    assert SIGNATURE not in said
    assert "sec-07-flow-logs" in said
    assert "\x1b" not in said
    if form == "json":
        document = json.loads(said)
        assert (document["policies"], document["stack"]) == ("refuse", "dev")
        (item,) = document["changed"]
        changes = {change["path"]: (change["before"], change["after"]) for change in item["differences"]}
        assert changes['tags["a|b"]'] == ("\x1b[2J`x`", "<b>@team")
        assert changes["password"] == ("[secret]", "[secret]")
        assert changes["engineVersion"] == ("16.9", "16.4")
    else:
        assert "| `audit::events (ec2 Vpc)` | `engineVersion` | `16.9` | `16.4` |" in said
        assert "| `audit::events (ec2 Vpc)` | `password` | `[secret]` | `[secret]` |" in said
        assert "1 resource has drifted. The policies refuse the account." in said


def test_a_damaged_log_is_said(engine: FakeEngine, capsys: Captured) -> None:
    """What could be read is reported."""
    engine.does("refresh", "no JSON\n[]\n" + events(done("network-vpc", "same"), preview=True))
    engine.holds([resource("network-vpc", inputs={}, outputs={})])
    assert drift.compare(engine.target()) == 0
    assert "2 lines of the engine's event log could not be read and were skipped." in capsys.readouterr().out


def test_the_file_says_what_is_dangerous_first(engine: FakeEngine, tmp_path: Path, capsys: Captured) -> None:
    """Data that is gone stands before what only differs. Without drift the file is empty."""
    database, file = "aws:rds/instance:Instance", tmp_path / "drift.md"
    tags = {"inputs": {"tags": {"a": "b"}}}
    entries = [
        done("a-vpc", "update", old=tags, new={"inputs": {"tags": {}}}, diffs=["tags"]),
        done("core-instance", "delete", database, old={"inputs": {"engine": "postgres"}}, new=None),
    ]
    engine.holds([resource("a-vpc", **tags), resource("core-instance", database, inputs={"engine": "postgres"})])
    engine.does("refresh", events(*entries, preview=True))
    assert drift.compare(engine.target(), output=file) == 1
    text = file.read_text()
    assert text.startswith("## Drift of `dev`\n\n2 resources have drifted.")
    dangerous, table = (
        text.index("core-instance (rds instance) is deleted: its data is lost"),
        text.index("| resource |"),
    )
    assert dangerous < table < text.index("a-vpc")
    assert "dangerous: core-instance (rds instance) is deleted" in capsys.readouterr().out

    engine.does("refresh", events(done("a-vpc", "same"), preview=True))
    assert drift.compare(engine.target(), output=file) == 0
    assert file.read_text() == ""


def test_a_run_that_cannot_look_leaves_no_file(engine: FakeEngine, account: Account, tmp_path: Path) -> None:
    """Nor that of the run before: an empty one would say that nothing has drifted."""
    file = tmp_path / "drift.md"
    file.write_text("of yesterday")
    engine.holds([resource("network-vpc")])
    engine.does("refresh", events(*failed("network-vpc", "AccessDenied"), result="failed"), code=255)
    assert drift.compare(engine.target(), output=file) == 255
    assert not file.exists()
