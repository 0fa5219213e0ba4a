"""``make audit``: state and account judged, in every format, with the exit code of what stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli import deployed, repair
from cli.commands import audit
from cli.findings import deliver
from cli.run import UNRECORDED
from cli.target import Target
from reports.findings import outputs
from tests.cli.conftest import Account
from tests.cli.support.programs import VPC, FakeEngine, done, events, failed, resource, violation

HELD = [resource("network-vpc", inputs={"a": 1}, outputs={"a": 1}, sourcePosition="project:///layers/foundation.py#3")]
Captured = pytest.CaptureFixture[str]


def holds(engine: FakeEngine, *found: dict[str, Any], refreshed: str = "same", resources: Any = HELD) -> None:
    """A deployed stack, what a refresh sees, and what the policies say of each view of it."""
    engine.holds(resources)
    engine.does("refresh", events(done("network-vpc", refreshed), preview=True))
    bad = any(entry["policyEvent"]["enforcementLevel"] == "mandatory" for entry in found)
    result = "failed" if bad else "succeeded"
    engine.answer("policy analyze", stdout=events(*found, result=result), code=int(bad))


def audited(target: Target, form: str = "table", output: Path | None = None) -> int:
    """The command's exit code, without the lock."""
    code, report = audit.audit(target)
    return code if report is None else deliver(report, form, output)


@pytest.mark.parametrize("form", [*outputs.FORMATS, "table"])
@pytest.mark.parametrize("level", ["mandatory", "advisory"])
def test_audit(engine: FakeEngine, account: Account, capsys: Captured, form: str, level: str) -> None:
    """A mandatory finding fails it in every format; where nothing drifted, the state is judged once for both."""
    holds(engine, violation(level))
    assert audited(engine.target(), form) == int(level == "mandatory")
    said = capsys.readouterr().out
    assert "sec-07-flow-logs" in said
    assert "network-vpc" in said
    assert form == "sarif" or f"1 {level}" in said or f'"{level}": 1' in said or f'value="{level}"' in said
    assert engine.verbs.count("policy analyze") == 1
    assert {"up", "stack import"}.isdisjoint(engine.verbs)


def test_all_formats_are_files_of_a_folder(engine: FakeEngine, tmp_path: Path, capsys: Captured) -> None:
    """One look, every format, and the table for the log. Without a folder nothing is written."""
    holds(engine, violation())
    folder = tmp_path / "findings"
    assert audited(engine.target(), "all", folder) == 1
    names = {path.name for path in folder.iterdir()}
    assert names == {"findings.json", "findings.sarif", "findings.xml", "findings.html", "findings.md"}
    assert outputs.read((folder / "findings.json").read_text()).blocking
    assert "mandatory sec-07-flow-logs" in capsys.readouterr().out
    for wrong in (None, folder / "findings.md"):
        with pytest.raises(RuntimeError, match="FORMAT=all"):
            audited(engine.target(), "all", wrong)


def test_output_is_written_and_the_table_printed(engine: FakeEngine, tmp_path: Path, capsys: Captured) -> None:
    """A pipeline keeps the file, and its log has what a person reads; folders are made."""
    holds(engine, violation())
    path = tmp_path / "made" / "audit.sarif"
    assert audited(engine.target(), "sarif", path) == 1
    (result,) = json.loads(path.read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "__main__.py"
    assert (
        "mandatory sec-07-flow-logs: network-vpc: wrong (SEC-07, medium, state and account)" in capsys.readouterr().out
    )


def test_nothing_deployed(engine: FakeEngine, capsys: Captured) -> None:
    """A sentence, no finding, and the account is not asked."""
    assert audited(engine.target(), "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["findings"] == []
    assert document["notes"] == [
        "Nothing is deployed in dev, so that nothing was judged; deploy it with `make up STACK=dev`."
    ]
    assert engine.verbs == ["stack export"]


def test_an_account_that_cannot_be_read_is_no_verdict(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """The engine's exit code and its reason; no report."""
    engine.holds(HELD)
    engine.does("refresh", events(*failed("network-vpc", "AccessDenied"), result="failed"), code=255)
    assert audited(engine.target(), "sarif") == 255
    said = capsys.readouterr().out
    assert "AccessDenied" in said
    assert "$schema" not in said


def test_what_is_gone_from_the_account_is_judged_as_gone(engine: FakeEngine, capsys: Captured) -> None:
    """Nor does another resource depend on it any more; components and what is not refreshed stay as they are."""
    bucket = "aws:s3/bucket:Bucket"
    edges = {"bucket": [HELD[0]["urn"]], "other": ["x"]}
    lone = resource("papers", bucket, inputs={"b": 1}, dependencies=[HELD[0]["urn"], "x"], propertyDependencies=edges)
    read = resource("shared", inputs={}, external=True)
    holds(engine, refreshed="delete", resources=[*HELD, lone, read])
    assert audited(engine.target()) == 0
    given = engine.given("policy analyze")["deployment"]["resources"]
    assert given == [{**lone, "dependencies": ["x"], "propertyDependencies": {"bucket": [], "other": ["x"]}}]
    assert engine.verbs.count("policy analyze") == 2
    said = capsys.readouterr().out
    assert "1 resource has drifted; `make drift STACK=dev` lists what." in said
    assert "Not judged, because the stack only reads them: 1 resource." in said


def test_what_a_run_lost_is_recorded_before_the_account_is_read(engine: FakeEngine, account: Account) -> None:
    """A run that was killed: its creation is kept, the state stays as it was exported at first, and is judged so."""
    target = engine.target()
    log = target.folder / "events.jsonl"
    holds(engine, refreshed="update")
    log.write_text(events(*failed("lost", "error reading from server: EOF")))
    (target.folder / UNRECORDED).touch()
    assert audited(target) == 0
    assert [entry.name for entry in repair.pending(target)] == ["lost"]
    of_state, of_record, *rest = engine.verbs
    assert (of_state, of_record) == ("stack export", "stack export")
    assert rest == ["refresh", "policy analyze", "stack export"]  # the last one asked what is pending
    assert engine.given("policy analyze")["deployment"]["resources"] == HELD


def test_the_state_is_exported_once(engine: FakeEngine) -> None:
    """It is the one whose differences from the account are told."""
    holds(engine)
    assert audited(engine.target()) == 0
    assert engine.verbs == ["stack export", "refresh", "policy analyze"]


def test_the_state_is_left_as_it_is() -> None:
    """A view is a copy: the state that was read is judged as it was."""
    state: Any = {"deployment": {"resources": [resource("network-vpc", VPC, inputs={"a": 1}, outputs={})]}}
    before = json.dumps(state)
    (run,) = deployed.events.parse(
        events(done("network-vpc", "update", new={"inputs": {"a": 2}, "outputs": {}})).splitlines(keepends=True)
    )
    seen: Any = deployed.as_seen(state, run)
    assert seen["deployment"]["resources"][0]["inputs"] == {"a": 2}
    assert json.dumps(state) == before
