"""The engine's event log as runs."""

import json
from typing import Any

import pytest

from reports.events import Run, parse
from reports.values import SIGNATURE
from tests.reports.support.runs import lines, run


def operations(found: Run) -> dict[str, str]:
    """Operation by resource."""
    return {step.name: step.operation for step in found.steps}


def test_create_preview() -> None:
    """Each resource is one step, the stack and its provider none; nothing blocks, policies are counted once."""
    found = run("create")
    assert (found.preview, found.succeeded, found.seconds) == (True, True, 5.0)
    assert found.counts() == {"create": len(found.steps)}
    assert {"network-vpc", "core-instance", "network-flow-logs-role"} < set(operations(found))
    assert not [step for step in found.steps if step.type.startswith("pulumi:")]
    assert found.blocking == []
    assert {finding.level for finding in found.findings} == {"advisory"}
    assert {"sec-07-permissions-boundary", "sec-06-private-database"} < found.policies


def test_update_with_a_mandatory_finding() -> None:
    """The finding blocks; its message is the rule's, without the description that the engine puts before it."""
    found = run("finding")
    assert not found.succeeded
    assert found.counts() == {"update": 1, "same": 2}
    (finding,) = found.blocking
    assert (finding.policy, finding.severity) == ("sec-07-no-open-ingress", "critical")
    assert finding.message.startswith("core-security-group: ingress of protocol tcp to ports 5432")
    assert finding.urn.endswith("::core-security-group")
    (changed,) = [step for step in found.steps if step.operation == "update"]
    assert (changed.keys, changed.forcing) == (["ingress"], [])
    assert found.errors == []


def test_replacement_is_one_step() -> None:
    """The parts of a replacement are one protected step that names the property which forces it."""
    found = run("replace")
    assert found.counts() == {"replace": 1, "same": 2}
    (replaced,) = [step for step in found.steps if step.operation == "replace"]
    assert (replaced.name, replaced.protect, replaced.forcing) == ("core-instance", True, ["username"])
    (error,) = found.errors
    assert error.startswith("core-instance: unable to replace resource")
    assert "marked for protection" in error


def test_refused_destroy() -> None:
    """Deletions are steps, each protected resource an error; that the preview failed is not repeated as one."""
    found = run("destroy")
    assert not found.succeeded
    assert set(found.counts()) == {"delete"}
    assert {step.name for step in found.steps if step.protect} == {"core-instance", "alerts-key", "state-versioning"}
    assert {error.partition(":")[0] for error in found.errors} == {"core-instance", "alerts-key", "state-versioning"}


def test_what_a_plugin_says_after_the_end_is_no_run() -> None:
    """Its traceback when it is ended is a debug message after the summary; an error there is a run that was cut."""
    late = {"sequence": 1, "timestamp": 1, "diagnosticEvent": {"message": "KeyboardInterrupt", "severity": "debug"}}
    whole = [*lines("destroy"), json.dumps(late) + "\n"]
    assert parse(whole) == parse(lines("destroy"))
    late["diagnosticEvent"] = {"message": "no provider", "severity": "error"}
    assert len(parse([*lines("destroy"), json.dumps(late) + "\n"])) == len(parse(lines("destroy"))) + 1


def test_update_has_outputs() -> None:
    """The stack's outputs and the parents of everything are kept."""
    found = run("up")
    assert not found.preview
    assert set(found.outputs) == {"vpcId", "databaseSecretArn"}
    parents = {urn.rpartition("::")[2]: parent.rpartition("::")[2] for urn, parent in found.parents.items()}
    assert parents["core-key"] == "core"


def test_up_holds_two_runs() -> None:
    """A preview and an update in one log stay apart."""
    preview, update = parse(lines("create") + lines("up"))
    assert (preview.preview, update.preview) == (True, False)
    assert preview == run("create")
    assert update == run("up")


@pytest.mark.parametrize("name", ["create", "up"])
def test_log_cut_anywhere(name: str) -> None:
    """Cut after any number of characters, a log reads as nothing or as one failed run of the same kind."""
    whole, kind = "".join(lines(name)), run(name).preview
    end = whole.index('"summaryEvent"')
    for length in range(0, end, 97):
        runs = parse(whole[:length].splitlines(keepends=True))
        assert [found.succeeded for found in runs] in ([], [False]), length
        begun = any(found.steps for found in runs)
        assert not begun or runs[0].preview is kind
    assert parse(whole[:end].splitlines(keepends=True))[0].steps == run(name).steps


def test_empty_log() -> None:
    """Neither no line nor lines without resources are a run."""
    assert parse([]) == []
    assert parse(line for line in lines("create") if "preludeEvent" in line) == []


def policy_event(message: str) -> str:
    """A mandatory finding with the engine's words."""
    event = {"resourceUrn": "urn:pulumi:s::p::t::n", "message": message, "policyName": "p", "color": "never"}
    return json.dumps({"policyEvent": {**event, "enforcementLevel": "mandatory"}}) + "\n"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("What the rule wants.\nname: first\nsecond\n", "name: first second"),
        ("can't run policy 'p' during preview: unknown\n", "can't run policy 'p' during preview: unknown"),
        ("\x1b[31mWhat\x1b[0m.\n<{%fg 1%}>name: red<{%reset%}>\n", "name: red"),
        ("", ""),
    ],
)
def test_finding_message_is_whole(said: str, message: str) -> None:
    """No line of a rule's message is lost, colours are."""
    (found,) = parse([policy_event(said), '{"summaryEvent": {"result": "failed"}}\n'])
    assert [finding.message for finding in found.findings] == [message]


def test_same_finding_twice_is_one() -> None:
    """The engine repeats findings; a repeated one is counted once, another one is not lost."""
    events = [policy_event("d\none"), policy_event("d\none"), policy_event("d\ntwo")]
    (found,) = parse([*events, '{"summaryEvent": {"result": "failed"}}\n'])
    assert [finding.message for finding in found.blocking] == ["one", "two"]


def resource_event(operation: str, **metadata: Any) -> str:
    """The beginning of an operation on a VPC."""
    given = {"op": operation, "urn": "urn:pulumi:s::p::aws:ec2/vpc:Vpc::n", "type": "aws:ec2/vpc:Vpc", **metadata}
    return json.dumps({"resourcePreEvent": {"metadata": given}}) + "\n"


@pytest.mark.parametrize(
    ("parts", "operation"),
    [
        (("create-replacement", "replace", "delete-replaced"), "replace"),
        (("delete-replaced", "replace", "create-replacement"), "replace"),
        (("create-replacement",), "replace"),
        (("import-replacement",), "replace"),
        (("same",), "same"),
        (("read",), "read"),
        (("refresh", "update"), "update"),
    ],
)
def test_operations(parts: tuple[str, ...], operation: str) -> None:
    """Whatever order the parts of a replacement come in, they are one step."""
    (found,) = parse([*map(resource_event, parts), '{"summaryEvent": {"result": "succeeded"}}\n'])
    assert found.steps[-1].operation == operation
    assert len(found.steps) == len({*parts} - {"delete-replaced", "create-replacement"} or {1})


def test_properties_come_from_the_detailed_diff() -> None:
    """Where the provider tells properties in detail these count, else the engine's list of changed ones."""
    detailed = {"a[0]": {"diffKind": "update"}, "b": {"diffKind": "add-replace"}}
    for metadata, keys, forcing in (
        ({"detailedDiff": detailed, "diffs": ["a", "b"]}, ["a[0]", "b"], ["b"]),
        ({"detailedDiff": None, "diffs": ["b", "a"]}, ["a", "b"], []),
        ({"keys": ["b", "a"]}, ["a", "b"], ["a", "b"]),
        ({"detailedDiff": {}, "diffs": ["a", "c"], "keys": ["b"]}, ["a", "b", "c"], ["b"]),
        ({"detailedDiff": {"a": {"diffKind": "update"}}, "diffs": ["a", "b"], "keys": ["b"]}, ["a"], ["b"]),
        ({}, [], []),
    ):
        (found,) = parse([resource_event("update", **metadata), '{"summaryEvent": {"result": "succeeded"}}\n'])
        assert (found.steps[0].keys, found.steps[0].forcing) == (keys, forcing)


@pytest.mark.parametrize(
    "line", ["no JSON\n", "[]\n", '{"resOutputsEvent": {"metadata": []}}\n', "null\n", '{"half\n', "\x00\n"]
)
def test_a_line_that_cannot_be_read_is_skipped_and_counted(line: str) -> None:
    """Wherever it stands, the rest of the log is read; an empty line and the last one, cut short, are not counted."""
    whole = run("finding")
    for place in (0, 1, len(lines("finding")) - 1, len(lines("finding"))):
        log = lines("finding")
        log[place:place] = [line, line, "\n"]
        (found,) = parse([*log, '{"cut'])
        assert found.skipped == 2
        assert (found.steps, found.findings, found.errors) == (whole.steps, whole.findings, whole.errors)


def test_names_keep_their_separators() -> None:
    """A resource's name may hold what separates the parts of a URN."""
    (found,) = parse(
        [resource_event("update", urn="urn:pulumi:s::p::a:b:C$aws:ec2/vpc:Vpc::audit::events"), *lines("up")[-1:]]
    )
    assert found.steps[0].name == "audit::events"


def test_control_sequences_are_neutralised() -> None:
    """In names, types, properties, policies, messages and errors."""
    nasty = "\x1b[2J\u202e\r\nx"
    events = [
        resource_event(
            "update", urn=f"urn:pulumi:s::p::aws:ec2/vpc:Vpc::{nasty}", type=f"aws:{nasty}", diffs=[nasty], keys=[nasty]
        ),
        json.dumps(
            {"policyEvent": {"message": nasty, "policyName": nasty, "enforcementLevel": nasty, "severity": nasty}}
        )
        + "\n",
        json.dumps({"diagnosticEvent": {"message": nasty, "severity": "error", "urn": f"urn:pulumi:s::p::t::{nasty}"}})
        + "\n",
        '{"summaryEvent": {"result": "failed"}}\n',
    ]
    (found,) = parse(events)
    (step,), (judged,) = found.steps, found.findings
    texts = [
        step.name,
        step.type,
        *step.keys,
        *step.forcing,
        judged.policy,
        judged.level,
        judged.message,
        *found.errors,
    ]
    assert len(texts) == 8
    assert not [text for text in texts if "\x1b" in text or "\u202e" in text or "\r" in text or "x" not in text]


def test_outputs_show_no_secret() -> None:
    """Neither the value nor the engine's envelope of it, however deep it lies; other values stay."""
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:hidden"}
    outputs = {
        "a": secret,
        "b": {"c": [secret, 1, {"d": secret}]},
        "e": "plain",
        "f": {SIGNATURE: "another", "value": "hidden"},
    }
    event = {
        "resOutputsEvent": {
            "metadata": {
                "op": "same",
                "urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::s",
                "type": "pulumi:pulumi:Stack",
                "new": {"outputs": outputs},
            }
        }
    }
    (found,) = parse([json.dumps(event) + "\n", '{"summaryEvent": {"result": "succeeded"}}\n'])
    assert found.outputs == {
        "a": "[secret]",
        "b": {"c": ["[secret]", 1, {"d": "[secret]"}]},
        "e": "plain",
        "f": "[secret]",
    }


def test_a_program_that_refuses_its_settings() -> None:
    """Its sentence is what is said, without what the language host puts before it."""
    prefix = "an unhandled error occurred: python inline source runtime error: "
    said = [{"message": f"{prefix}{text}", "severity": "error"} for text in ("days: 1 is too few; choose 7\n", "\n")]
    (run,) = parse(json.dumps({"diagnosticEvent": one}) + "\n" for one in said)
    assert run.errors == ["days: 1 is too few; choose 7", prefix.strip()]
