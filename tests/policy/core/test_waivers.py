"""REV-01: an exception is narrow, approved, short, used and visible, or it is a finding."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import proto

from models.roadmap.waiver import WaiverFile
from policy.core.engine import Rule
from policy.facts.props import Resource
from tests.policy.support.cases import Pack, of, requests
from tests.policy.support.waiving import BUCKET, COMMON, LEDGER, OPEN, PERMITTED, RULES, TODAY, VPC, read, run
from tests.support.resources import UNKNOWN, Ref, Res, as_stack

Load = Callable[..., WaiverFile]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Read entries, or text, as the file of waivers."""
    return partial(read, tmp_path)


def test_what_is_waived_is_reported_and_does_not_block(load: Load) -> None:
    """The violation turns into an advisory that says who decided what, why, and until when."""
    link = "https://github.com/nationgraph/platform/issues/7"
    pack = Pack(RULES, waivers=load({**PERMITTED, "link": link}), today=TODAY, ledger=LEDGER)
    (found,) = pack.run([OPEN])
    assert (found.policyName, found.enforcementLevel) == ("rev-01-waived", proto.ADVISORY)
    assert found.urn.endswith(f"{BUCKET}::logs")
    for part in (
        "logs: ",
        "sec-07-open",
        "2026-03-31",
        "Moves to the archive",
        "owner ada",
        "approved by grace",
        link,
        "open is True",
    ):
        assert part in found.message


def test_a_stack_rule_is_waived_too(load: Load) -> None:
    """What only the whole stack shows is excused for the resource that it is reported on."""
    messages = run(load({**PERMITTED, "policy": "sec-07-linked"}), [Res(BUCKET, "logs", {"linked": True})])
    assert set(messages) == {"rev-01-waived"}
    messages = run(load({**PERMITTED, "policy": "sec-07-linked"}), [Res(BUCKET, "x", {"linked": True})])
    assert messages["sec-07-linked"] == ["x: is linked"]


def test_the_run_after_this_starts_afresh(load: Load) -> None:
    """One process may serve a preview and then an update: each reports its own."""
    pack = Pack(RULES, waivers=load(PERMITTED), today=TODAY, ledger=LEDGER)
    assert [len(of("rev-01-waived", pack.run([OPEN]))) for _ in range(2)] == [1, 1]
    (unused,) = pack.run([Res(BUCKET, "logs", {"open": False})])
    assert unused.policyName == "rev-01-waivers"


@pytest.mark.parametrize(
    ("changes", "resource", "stack"),
    [
        ({}, Res(BUCKET, "other", {"open": True}), "production"),
        ({}, Res(BUCKET, "LOGS", {"open": True}), "production"),
        ({"resource": f"{VPC}::logs"}, OPEN, "production"),
        ({"policy": "sec-07-linked"}, OPEN, "production"),
        ({}, OPEN, "dev"),
        ({"expires": dt.date(2026, 2, 28)}, OPEN, "production"),
    ],
    ids=["name", "case", "type", "policy", "stack", "expired"],
)
def test_nothing_else_is_waived(load: Load, changes: dict[str, Any], resource: Res, stack: str) -> None:
    """Another name, type, policy or stack, or the day after the last one, and the violation stands."""
    assert len(run(load(PERMITTED | changes), [resource], stack=stack)["sec-07-open"]) == 1


def test_the_last_day_is_in_force(load: Load) -> None:
    """``expires`` itself is covered."""
    messages = run(load({**PERMITTED, "expires": TODAY}), [OPEN])
    assert len(messages["rev-01-waived"]) == 1
    assert "sec-07-open" not in messages


@pytest.mark.parametrize("resource", [f"{BUCKET}::lo*", "aws:s3/*::logs", f"{BUCKET}::log[rs]", f"{BUCKET}::*"])
def test_one_wildcard_part_is_narrow_enough(load: Load, resource: str) -> None:
    """Either the type or the name may be a pattern."""
    messages = run(load({**PERMITTED, "resource": resource}), [OPEN])
    assert "rev-01-waivers" not in messages
    assert len(messages["rev-01-waived"]) == 1


def test_a_sixth_resource_is_over_broad(load: Load) -> None:
    """Five are waived; the sixth violation stands and the waiver is a finding."""
    resources = [Res(BUCKET, f"logs-{number}", {"open": True}) for number in range(6)]
    file = load({**PERMITTED, "resource": f"{BUCKET}::logs-*"})
    assert set(run(file, resources[:5])) == {"rev-01-waived"}
    messages = run(file, resources)
    assert messages["sec-07-open"] == ["logs-5: open is True, must be False"]
    assert "matches 6 resources, at most 5" in messages["rev-01-waivers"][0]
    assert len(messages["rev-01-waived"]) == 5


def test_resources_that_obey_count_too(load: Load) -> None:
    """A glob is judged by what it covers, not by what happens to be wrong today."""
    resources = [OPEN, *(Res(BUCKET, f"logs-{number}") for number in range(5))]
    (finding,) = run(load({**PERMITTED, "resource": f"{BUCKET}::logs*"}), resources)["rev-01-waivers"]
    assert "matches 6 resources" in finding


@pytest.mark.parametrize("policy", RULES)
def test_unused_is_a_finding_on_its_own_stack(load: Load, policy: str) -> None:
    """The violation is gone, or the resource: the waiver goes too. Another stack cannot tell."""
    file = load({**PERMITTED, "policy": policy})
    for resources in ([Res(BUCKET, "logs", {"open": False})], [Res(VPC, "vpc", {})]):
        (finding,) = run(file, resources)["rev-01-waivers"]
        assert "unused" in finding
        assert "waivers.yaml:3: resource: " in finding
        assert run(file, resources, stack="dev") == {}


def test_a_waiver_may_wait_two_weeks_for_what_it_excuses(load: Load) -> None:
    """It is merged before the change that needs it, which it could not excuse if it came with it."""
    obeys = [Res(BUCKET, "logs", {"open": False})]
    for age, found in ((0, set()), (14, set()), (15, {"rev-01-waivers"})):
        created = TODAY - dt.timedelta(days=age)
        assert set(run(load({**PERMITTED, "created": created}), obeys)) == found


@pytest.mark.parametrize("policy", RULES)
def test_a_preview_that_cannot_know_does_not_say_unused(load: Load, policy: str) -> None:
    """The violation may appear once the value is known; the update decides."""
    file = load({**PERMITTED, "policy": policy})
    for unknown in ({"open": UNKNOWN}, {"deep": [{"er": UNKNOWN}]}):
        assert run(file, [Res(BUCKET, "logs", unknown)]) == {}


def test_an_unknown_elsewhere_does_not_excuse_an_unused_waiver(load: Load) -> None:
    """A rule about single resources sees all of this one."""
    resources = [Res(BUCKET, "logs", {"open": False}), Res(BUCKET, "other", {"open": UNKNOWN})]
    assert "unused" in run(load(PERMITTED), resources)["rev-01-waivers"][0]


def test_a_stack_rule_may_depend_on_what_is_unknown_elsewhere(load: Load) -> None:
    """A rule that follows edges is undecided while any part of the stack is."""
    resources = [Res(BUCKET, "logs", {"open": False}), Res(VPC, "vpc", {"bucket": Ref("logs", unknown=True)})]
    assert run(load({**PERMITTED, "policy": "sec-07-linked"}), resources) == {}


def test_a_resource_that_was_not_analysed_is_undecided(load: Load) -> None:
    """A targeted run hands resources to the stack's analysis that it never analysed by themselves."""
    pack = Pack(RULES, waivers=load(PERMITTED), today=TODAY, ledger=LEDGER)
    _, whole = requests(as_stack([Res(BUCKET, "logs", {"open": False})]))
    assert pack.send([], whole) == []


def test_a_waived_message_shows_no_secret(load: Load) -> None:
    """Waived messages are redacted like any other."""

    def quote(resource: Resource) -> Iterator[str]:
        yield f"password is {resource.props['password']}"

    rules = {"sec-07-open": Rule(description="Quotes.", types=frozenset({BUCKET}), check=quote, **COMMON)}
    pack = Pack(rules, waivers=load(PERMITTED), today=TODAY, ledger=LEDGER)
    (found,) = pack.run([Res(BUCKET, "logs", {"password": "hunter22"})])
    assert found.policyName == "rev-01-waived"
    assert "hunter22" not in found.message
