"""Creations of which nobody knows whether they happened, as an event log tells them."""

import json
from pathlib import Path

import pytest

from cli import lost
from tests.cli.support.programs import events, failed, pending


@pytest.mark.parametrize(
    "said",
    [
        "rpc error: code = Unavailable desc = error reading from server: read tcp 127.0.0.1:1->127.0.0.1:2: EOF",
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: refused"',
    ],
)
@pytest.mark.parametrize("operation", ["create", "create-replacement"])
def test_lost_connections_leave_creations_open(tmp_path: Path, said: str, operation: str) -> None:
    """A creation whose provider died is open, with its inputs and without the empty id that the engine gave it."""
    log = tmp_path / "events.jsonl"
    log.write_text(events(*failed("network-vpc", said, operation, inputs={"cidrBlock": "10.0.0.0/16"})))
    (entry,) = lost.creations(log)
    assert entry == pending("network-vpc", cidrBlock="10.0.0.0/16")


@pytest.mark.parametrize(
    ("said", "operation"),
    [
        ("VpcLimitExceeded: the maximum number of VPCs has been reached", "create"),
        ("creating: timeout while waiting for state", "create"),
        ("error reading from server: EOF", "update"),
        ("error reading from server: EOF", "delete"),
    ],
)
def test_other_failures_leave_nothing_open(tmp_path: Path, said: str, operation: str) -> None:
    """A provider's own error says that nothing was made; updates and deletions are read again anyway."""
    log = tmp_path / "events.jsonl"
    log.write_text(events(*failed("network-vpc", said, operation)))
    assert lost.creations(log) == []


def test_one_lost_among_many(tmp_path: Path) -> None:
    """Errors of other resources, or of none, do not make a creation lost, nor found."""
    log = tmp_path / "events.jsonl"
    entries = [
        {"diagnosticEvent": {"message": "error reading from server", "severity": "error"}},
        *failed("a", "AccessDenied"),
        *failed("b", "error reading from server: EOF"),
        *failed("c", "AccessDenied"),
    ]
    log.write_text(events(*entries))
    assert [entry["resource"]["urn"].rpartition("::")[2] for entry in lost.creations(log)] == ["b"]


@pytest.mark.parametrize("late", [True, False])
def test_what_is_said_later_or_in_two_parts_counts(tmp_path: Path, *, late: bool) -> None:
    """The order of a failure and of what is said of it is not fixed."""
    said, broken = failed("a", "create: UnknownError: role was made and could not be removed: InsufficientStorage")
    more = {"diagnosticEvent": {**said["diagnosticEvent"], "message": "1 error occurred"}}
    log = tmp_path / "events.jsonl"
    log.write_text(events(*([broken, said, more] if late else [said, more, broken])))
    assert len(lost.creations(log)) == 1


def test_log_of_a_killed_engine(tmp_path: Path) -> None:
    """Half an event at the end, line separators in messages, and no log at all do no harm."""
    log = tmp_path / "events.jsonl"
    assert lost.creations(log) == []
    text = events(*failed("a", "error reading from server: \u2028\x85 EOF"))
    log.write_text(json.dumps(json.loads(text.splitlines()[0]), ensure_ascii=False) + "\n" + text.split("\n", 1)[1])
    assert len(lost.creations(log)) == 1
    log.write_text(text[:-20])
    assert len(lost.creations(log)) == 1
