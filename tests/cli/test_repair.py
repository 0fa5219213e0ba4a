"""Settling what an interrupted run left open."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import locks, repair
from cli.lock import BusyError
from cli.run import UNRECORDED, state
from cli.run import engine as call
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


def test_a_command_that_was_ended_too_early_is_caught_up(engine: FakeEngine, account: Account) -> None:
    """Its log is looked through by the next command, once; the log of a run that was looked through is not."""
    target = engine.target()
    engine.holds([resource("known", id="vpc-1")])
    (target.folder / "events.jsonl").write_text(events(*failed("b", "error reading from server: EOF")))
    repair.caught_up(target)
    assert repair.pending(target) == []
    for _ in range(2):
        (target.folder / UNRECORDED).touch()
        repair.caught_up(target)
        assert [entry.name for entry in repair.pending(target)] == ["b"]
        assert not (target.folder / UNRECORDED).exists()


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


def test_a_repair_that_was_cut_short_is_finished_by_the_next(engine: FakeEngine, account: Account) -> None:
    """Adopted, and the refresh ended: the state has nothing open and no properties, so that all is read again, once."""
    engine.holds([], [pending("network-vpc")])
    account({VPC: ["vpc-1"]})
    target = engine.target()
    engine.answer("refresh", stderr="ended", code=255)
    with pytest.raises(repair.RepairError, match="refresh failed"):
        repair.settle(target, repair.pending(target))
    engine.answer("refresh")
    engine.holds([resource("network-vpc", id="vpc-1")])
    before = engine.verbs.count("refresh")
    for _ in range(2):
        assert repair.settled(target) is not None
        assert engine.verbs.count("refresh") == before + 1


def test_aws_is_left_to_a_person(engine: FakeEngine) -> None:
    """The commands are named and none is run."""
    target = engine.target("aws", "production")
    with pytest.raises(repair.RepairError, match="pulumi refresh --stack production --clear-pending-creates"):
        repair.settle(target, [])
    assert engine.calls == []


def lock(engine: FakeEngine, name: str, text: str) -> Path:
    """A lock of the file backend."""
    path = engine.target().folder / "backend" / ".pulumi" / "locks" / "organization" / "dev" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_locks_of_the_dead_are_released(engine: FakeEngine, account: Account) -> None:
    """Also one that names no process, and one whose number has passed on to a program that is no engine."""
    texts = ('{"pid": 4194304}', '{"pi', "{}", "[]", '{"pid": "x"}', '{"pid": 1e30}', json.dumps({"pid": os.getpid()}))
    paths = [lock(engine, str(number), text) for number, text in enumerate(texts)]
    locks.unlock(engine.target())
    assert [path for path in paths if path.exists()] == []


def test_locks_of_the_living_stay(engine: FakeEngine, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who runs is said, and neither force nor cancel is advised; another user's process lives too."""
    (engine.folder / "pulumi").write_text(f"#!{sys.executable} -IS\nimport time\ntime.sleep(60)\n")
    with subprocess.Popen([engine.binary]) as running:
        while b"pulumi" not in (Path("/proc") / str(running.pid) / "cmdline").read_bytes():
            pass  # it has begun, and the kernel does not say yet what it is
        path = lock(engine, "running", json.dumps({"pid": running.pid}))
        with pytest.raises(BusyError, match=rf"dev: pulumi \(process {running.pid}\) works on this stack; wait until"):
            repair.settled(engine.target())
        running.kill()
    assert path.exists()
    path.write_text('{"pid": 1}')

    def kill(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(BusyError, match="process 1"):
        locks.unlock(engine.target())
    assert path.exists()


def test_without_locks_there_is_nothing_to_release(engine: FakeEngine) -> None:
    """A backend that was never locked has no folder for locks."""
    locks.unlock(engine.target())
    assert call(engine.target(), "version", "--any").returncode == 0
