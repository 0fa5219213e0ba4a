"""Findings are completed with what pack, waivers and state say; prose of the pack is not parsed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from models.roadmap.waiver import WaiverFile
from policy.core.guidance import SOURCE, guidance
from reports import events
from reports.findings.model import Exempt, Finding, Place, Surroundings, merged
from tests.policy.support.cases import Pack
from tests.policy.support.waiving import BUCKET, LEDGER, OPEN, PERMITTED, RULES, TODAY, read
from tests.support.resources import Res, clean

URN = "urn:pulumi:production::p::nationgraph:iam:StateBucket$aws:s3/bucket:Bucket::logs"
PARENTS = {URN: "urn:pulumi:production::p::nationgraph:iam:StateBucket::state"}


def reported(file: WaiverFile, *resources: Res) -> list[events.Finding]:
    """What the pack reports, as the engine's log holds it."""
    made = []
    for said in Pack(RULES, waivers=file, today=TODAY, ledger=LEDGER).run(list(resources)):
        message = " ".join(clean(said.message).partition("\n")[2].split())
        level = {0: "advisory", 1: "mandatory"}[said.enforcementLevel]
        made.append(events.Finding(policy=said.policyName, level=level, message=message, urn=said.urn, severity="low"))
    return made


def found(file: WaiverFile, *resources: Res) -> list[Finding]:
    """As reports show it."""
    return merged(reported(file, *resources), Surroundings(waivers=file))


def test_a_finding_is_completed() -> None:
    """Resource, type and component come from the URN and the state, what to do from the pack."""
    places = {URN: Place("components/iam/state_bucket.py", 120)}
    said = events.Finding(policy="sec-07-s3-versioning", level="mandatory", message="logs: is suspended", urn=URN)
    (one,) = merged([said], Surroundings(parents=PARENTS, places=places))
    assert (one.resource, one.type, one.component) == ("logs", BUCKET, "state")
    assert (one.clause, one.severity) == ("SEC-07", "medium")
    assert one.text == "components/iam/state_bucket.py:120: logs: is suspended"
    assert one.link == f"{SOURCE}/policy/rules/sec_07/s3_versioning.py"
    assert any("CIS" in framework or "SOC" in framework or "NIST" in framework for framework in one.frameworks)
    assert one.blocks


def test_a_policy_that_the_pack_has_not(tmp_path: Path) -> None:
    """As an older log may hold it: the message stands, nothing is guessed."""
    said = events.Finding(policy="sec-99-gone", level="advisory", message="x", urn="")
    assert merged([said]) == [Finding(level="advisory", policy="sec-99-gone", message="x")]


@pytest.mark.parametrize("link", ["", "https://github.com/nationgraph/platform/issues/7"])
@pytest.mark.parametrize("reason", ["Moves to the archive.", "In two\n  lines: (see above). Waived: no."])
def test_what_is_waived_is_data(tmp_path: Path, link: str, reason: str) -> None:
    """The finding that it would be, with owner, approver and last day, whatever the reason says."""
    entry: dict[str, Any] = PERMITTED | {"reason": reason} | ({"link": link} if link else {})
    (one,) = found(read(tmp_path, entry), OPEN)
    assert (one.level, one.policy, one.message, one.resource) == (
        "waived",
        "sec-07-open",
        "open is True, must be False",
        "logs",
    )
    assert one.exempt == Exempt(reason, "ada", "grace", dt.date(2026, 3, 31), link)
    assert one.exempt.days_left(TODAY) == 30
    assert not one.blocks


def test_the_waiver_of_several_is_the_one_that_excuses(tmp_path: Path) -> None:
    """Two rules, one resource: each has its own."""
    file = read(tmp_path, PERMITTED, PERMITTED | {"policy": "sec-07-linked", "owner": "grace", "approver": "ada"})
    both = found(file, Res(BUCKET, "logs", {"open": True, "linked": True}))
    owners = {(one.policy, one.exempt.owner if one.exempt else "") for one in both}
    assert owners == {("sec-07-open", "ada"), ("sec-07-linked", "grace")}


def test_a_waiver_that_is_gone_since_leaves_what_was_said(tmp_path: Path) -> None:
    """As a log of an earlier day: still waived, in the pack's words."""
    said = reported(read(tmp_path, PERMITTED), OPEN)
    (one,) = merged(said, Surroundings(waivers=WaiverFile()))
    assert (one.level, one.policy, one.exempt, one.clause) == ("waived", "rev-01-waived", None, "REV-01")
    assert "sec-07-open is waived until 2026-03-31: Moves" in one.message


def test_what_is_wrong_with_a_waiver_is_at_its_line(tmp_path: Path) -> None:
    """Of an entry that is unused and of one that is malformed; the message holds no line, which others move."""
    file = read(tmp_path, PERMITTED, PERMITTED | {"policy": "sec-07-linked", "owner": 7})
    wrong = [one for one in found(file, Res(BUCKET, "logs", {"open": False})) if one.policy == "rev-01-waivers"]
    lines = (tmp_path / "waivers.yaml").read_text().splitlines()
    at = {lines[one.place.line - 1].strip(" -") for one in wrong if one.place}
    assert at == {f"resource: {BUCKET}::logs", "owner: 7"}
    assert {one.message.partition(":")[0] for one in wrong} == {"resource", "owner"}
    assert {(one.level, one.clause, one.severity) for one in wrong} == {("mandatory", "REV-01", "low")}
    (elsewhere,) = merged([events.Finding(policy="rev-01-waivers", level="mandatory", message="odd", urn="")])
    assert elsewhere.place == Place("roadmap/waivers.yaml")


def test_order_is_danger_first() -> None:
    """Mandatory before advisory, grave before slight, what waits and what is waived last."""
    said = [
        events.Finding(policy=policy, level=level, message=message, urn="")
        for policy, level, message in (
            ("rev-01-waived", "advisory", "a"),
            ("sec-07-flow-logs", "advisory", "can't run policy"),
            ("sec-07-flow-logs", "mandatory", "medium"),
            ("sec-06-private-database", "advisory", "grave"),
            ("sec-06-private-database", "mandatory", "grave"),
            ("sec-07-flow-logs", "remediate", "strange"),
        )
    ]
    ordered = [(one.level, one.message.partition(" ")[0]) for one in merged(said)]
    assert ordered == [
        ("mandatory", "grave"),
        ("mandatory", "medium"),
        ("advisory", "grave"),
        ("remediate", "strange"),
        ("later", "1"),
        ("waived", "a"),
    ]


@pytest.mark.parametrize("policy", ["rev-01-waivers", "rev-01-waived", "sec-06-private-database"])
def test_guidance_is_whole(policy: str) -> None:
    """Clause, description, severity, remediation and source of each policy that the pack has."""
    known = guidance(policy)
    assert known is not None
    assert all((known.clause, known.description, known.severity, known.remediation))
    assert (Path(__file__).parents[3] / known.file).is_file()
