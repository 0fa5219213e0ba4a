"""Settling what an interrupted run left open."""

import json
import os
from pathlib import Path

import pytest

from cli import repair
from cli.run import engine as call
from cli.run import state
from tests.cli.conftest import Account
from tests.cli.support.programs import URN, VPC, FakeEngine, events, failed, pending, resource

SUBNET = "aws:ec2/subnet:Subnet"


def test_pending_operations_are_named(engine: FakeEngine) -> None:
    """Each open operation is a line with what was under way, and the inputs that tell what it would have made."""
    engine.holds(pending=[pending("network-vpc", cidrBlock="10.0.0.0/16"), pending("old", "deleting", SUBNET)])
    left = repair.pending(engine.target())
    assert repair.describe(left).splitlines() == [
        "  creating: network-vpc (aws:ec2/vpc:Vpc)",
        "  deleting: old (aws:ec2/subnet:Subnet)",
    ]
    assert left[0].inputs == {"cidrBlock": "10.0.0.0/16"}


def test_nothing_is_open_in_a_new_stack(engine: FakeEngine) -> None:
    """A stack without a deployment has nothing open."""
    engine.answer("stack export", json.dumps({"version": 3, "deployment": None}))
    assert repair.pending(engine.target()) == []
    assert state(engine.target()) == {}


def test_state_that_cannot_be_read_is_an_error(engine: FakeEngine) -> None:
    """An engine that cannot export is not an empty state."""
    engine.answer("stack export", stderr="error: no stack named 'dev' found", code=255)
    with pytest.raises(RuntimeError, match="no stack named 'dev' found"):
        repair.pending(engine.target())


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
    (entry,) = repair.lost(log)
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
    assert repair.lost(log) == []


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
    assert [entry["resource"]["urn"].rpartition("::")[2] for entry in repair.lost(log)] == ["b"]


def test_log_of_a_killed_engine(tmp_path: Path) -> None:
    """Half an event at the end, line separators in messages, and no log at all do no harm."""
    log = tmp_path / "events.jsonl"
    assert repair.lost(log) == []
    text = events(*failed("a", "error reading from server: \u2028\x85 EOF"))
    log.write_text(json.dumps(json.loads(text.splitlines()[0]), ensure_ascii=False) + "\n" + text.split("\n", 1)[1])
    assert len(repair.lost(log)) == 1
    log.write_text(text[:-20])
    assert len(repair.lost(log)) == 1


def test_lost_creations_stay_open_until_settled(engine: FakeEngine, account: Account) -> None:
    """What was lost is open together with what the state holds, across runs that lose nothing, until it is settled."""
    target = engine.target()
    engine.holds(pending=[pending("a")])
    (target.folder / "events.jsonl").write_text(events(*failed("b", "error reading from server: EOF")))
    repair.record(target)
    (target.folder / "events.jsonl").write_text(events())
    repair.record(target)
    left = repair.pending(target)
    assert [entry.name for entry in left] == ["a", "b"]
    repair.settle(target, left)
    engine.holds()
    assert repair.pending(target) == []


def test_creation_that_happened_is_adopted(engine: FakeEngine, account: Account) -> None:
    """The resource goes into the state under its id, beside what is there, and everything is read again."""
    known = resource("known", id="vpc-1")
    engine.holds([known], [pending("network-vpc", cidrBlock="10.0.0.0/16")])
    account({VPC: ["vpc-1", "vpc-2"]})
    target = engine.target()
    repair.settle(target, repair.pending(target))
    deployment = engine.given("stack import")["deployment"]
    assert deployment["resources"] == [known, resource("network-vpc", inputs={"cidrBlock": "10.0.0.0/16"}, id="vpc-2")]
    assert engine.verbs[-2:] == ["stack import", "refresh"]
    assert {"--yes", "--skip-preview", "--config-file"} < set(engine.calls[-1])


def test_creation_that_did_not_happen_is_dropped(engine: FakeEngine, account: Account) -> None:
    """Nothing agrees with it, so nothing enters the state; deletions that were open are only read again."""
    engine.holds([], [pending("network-vpc"), pending("old", "deleting")])
    target = engine.target()
    repair.settle(target, repair.pending(target))
    assert engine.given("stack import")["deployment"]["resources"] == []
    assert engine.verbs[-1] == "refresh"


def test_two_candidates_are_a_decision_for_a_person(engine: FakeEngine, account: Account) -> None:
    """Neither is taken; the error names both and the state is left alone."""
    engine.holds([], [pending("network-vpc")])
    account({VPC: ["vpc-1", "vpc-2"]})
    target = engine.target()
    with pytest.raises(repair.RepairError, match="network-vpc: vpc-1, vpc-2 all agree"):
        repair.settle(target, repair.pending(target))
    assert "stack import" not in engine.verbs


def test_one_resource_is_adopted_once(engine: FakeEngine, account: Account) -> None:
    """Of two open creations that look alike only one can have made the one resource that is there."""
    engine.holds([], [pending("a"), pending("b"), pending("c", type_=SUBNET)])
    account({VPC: ["vpc-1"], SUBNET: ["subnet-1"]})
    target = engine.target()
    assert repair.adoptable(target, repair.pending(target)) == {
        URN.format(VPC, "a"): "vpc-1",
        URN.format(SUBNET, "c"): "subnet-1",
    }


@pytest.mark.parametrize(
    ("verb", "message"), [("stack import", "state was refused: no"), ("refresh", "refresh failed")]
)
def test_engine_that_refuses_is_an_error(engine: FakeEngine, account: Account, verb: str, message: str) -> None:
    """What is open stays recorded for the next attempt."""
    target = engine.target()
    (target.folder / "events.jsonl").write_text(events(*failed("b", "error reading from server: EOF")))
    repair.record(target)
    engine.answer(verb, stderr="no", code=255)
    with pytest.raises(repair.RepairError, match=message):
        repair.settle(target, repair.pending(target))
    engine.answer(verb)
    assert [entry.name for entry in repair.pending(target)] == ["b"]


def test_aws_is_left_to_a_person(engine: FakeEngine) -> None:
    """The commands are named and none is run."""
    target = engine.target("aws", "production")
    with pytest.raises(repair.RepairError, match="pulumi refresh --stack production --clear-pending-creates"):
        repair.settle(target, [])
    assert engine.calls == []


def test_locks_of_the_living_stay(engine: FakeEngine, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is released when its process is gone or when it names none; another user's process lives too."""
    target = engine.target()
    locks = target.folder / "backend" / ".pulumi" / "locks" / "organization" / "dev"
    locks.mkdir(parents=True)
    for name, text in (
        ("dead", '{"pid": 4194304}'),
        ("cut", '{"pi'),
        ("none", "{}"),
        ("mine", json.dumps({"pid": os.getpid()})),
        ("other", '{"pid": 7}'),
    ):
        (locks / f"{name}.json").write_text(text)

    def kill(pid: int, _signal: int) -> None:
        if pid == 7:
            raise PermissionError
        if pid != os.getpid():
            raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    repair.unlock(target)
    assert sorted(path.stem for path in locks.iterdir()) == ["mine", "other"]


def test_without_locks_there_is_nothing_to_release(engine: FakeEngine) -> None:
    """A backend that was never locked has no folder for locks."""
    repair.unlock(engine.target())
    assert call(engine.target(), "version", "--any").returncode == 0
