"""SARIF is valid by the standard's schema, taken by code scanning, and names a finding alike from run to run."""

import hashlib
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import sarif
from reports.findings import places, to_sarif
from reports.findings.model import Finding, Place
from reports.findings.report import Report
from reports.scan.sarif import from_actionlint
from tests.reports.findings.support.code_scanning import SCHEMA, against_schema, demands
from tests.reports.findings.support.reports import NASTY, RULES, finding, report, reports
from tests.support.depth import DEEP, examples

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
MANY = 5_000


def results(*findings: Finding) -> list[Any]:
    """The results of a report."""
    found: list[Any] = to_sarif.document(report(*findings))["runs"][0]["results"]
    return found


def fingerprints(*findings: Finding) -> dict[str, str]:
    """The fingerprint of each result, by its URN."""
    return {
        result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: next(
            iter(result["partialFingerprints"].values())
        )
        for result in results(*findings)
    }


def test_the_schema_is_the_standards_own() -> None:
    """As OASIS published it: nobody has made it more lenient."""
    content = SCHEMA.read_bytes()
    assert len(content) == 112_768
    assert hashlib.sha256(content).hexdigest().startswith("c3b4bb2d")
    assert against_schema({"version": "2.1.0", "runs": [{"results": []}]}) == ["runs/0: 'tool' is a required property"]


@pytest.mark.parametrize(
    "made",
    [
        report(),
        report(policies=()),
        report(*(finding(name, level) for name in NASTY for level in ("mandatory", "later", "waived"))),
        report(
            *(finding("a", policy=policy) for policy in (*RULES, "rev-01-waived", "rev-01-waivers", "sec-99-gone", ""))
        ),
    ],
    ids=["no finding", "no policy", "nasty names", "every rule"],
)
def test_valid_and_accepted(made: Report) -> None:
    """By the schema, and by what GitHub demands; empty too, by which it closes its alerts."""
    document = json.loads(json.dumps(to_sarif.document(made)))
    assert against_schema(document) == []
    assert list(demands(document)) == []


@given(reports())
@settings(max_examples=examples(80), deadline=None, suppress_health_check=SLOW)
def test_any_report_is_valid(made: Report) -> None:
    """Whatever a stack says."""
    document = json.loads(json.dumps(to_sarif.document(made)))
    assert against_schema(document) == []
    assert list(demands(document, files=False)) == []


def test_five_thousand_findings() -> None:
    """They fit; of more than GitHub takes, the gravest are kept."""
    made = report(*(finding(f"network-{number}", message=f"is wrong {number} times") for number in range(MANY)))
    document = to_sarif.document(made)
    assert len(document["runs"][0]["results"]) == MANY
    assert list(demands(document)) == []
    document["runs"][0]["results"] = document["runs"][0]["results"][: MANY if DEEP else MANY // 20]
    assert against_schema(document) == []
    grave = [
        sarif.Result(rule="a", level="error", message=str(n), location=sarif.Location(path="x")) for n in range(26_000)
    ]
    rule = sarif.Rule(id="a", title="a", about="a", help="a", uri="https://example.com")
    kept = sarif.document(sarif.Tool(name="t", version="1", uri="https://example.com"), [rule], grave)["runs"][0][
        "results"
    ]
    assert [kept[0]["message"]["text"], kept[-1]["message"]["text"], len(kept)] == ["0", "24999", 25_000]


@given(st.permutations(range(6)), st.lists(st.integers(1, 99), min_size=6, max_size=6))
@settings(max_examples=examples(40), deadline=None)
def test_fingerprints_stay(order: list[int], places_: list[int]) -> None:
    """In any order, at any line, at any level: a waived finding is the one that it was."""
    first = [finding(f"network-{number}") for number in range(6)]
    moved = [replace(one, place=Place("components/vpn/vpn.py", line)) for one, line in zip(first, places_, strict=True)]
    later = [replace(moved[number], level="waived", severity="low") for number in order]
    assert fingerprints(*first) == fingerprints(*later)


def test_fingerprints_tell_findings_apart() -> None:
    """By resource, policy and message; two equal ones are two alerts."""
    found = [
        finding(name, policy=policy, message=message)
        for name, policy, message in itertools.product("ab", RULES[:2], "xy")
    ]
    values = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results(*found, found[0])]
    assert len(set(values)) == 9
    assert values[0].removesuffix(":1") == values[-1].removesuffix(":2")


def test_a_day_that_passes_makes_no_new_alert() -> None:
    """A waiver's problem says which day it is."""
    days = [f"expires: 2026-11-01: expired, today is 2026-11-{day}" for day in (28, 29)]
    made = {to_sarif.fingerprint(Finding(level="mandatory", policy="rev-01-waivers", message=day)) for day in days}
    assert len(made) == 1


def test_what_is_waived_is_suppressed_with_its_justification() -> None:
    """And is a note; what stands is an error and has none."""
    waived, stands = results(finding("a", "waived"), finding("b"))
    (excuse,) = waived["suppressions"]
    assert (excuse["kind"], excuse["status"], waived["level"]) == ("external", "accepted", "note")
    assert excuse["justification"].startswith(
        "waived until 2026-12-19, 20 days left; owner ada, approved by grace; It goes"
    )
    assert ("suppressions" in stands, stands["level"]) == (False, "error")


def test_nobody_who_names_a_resource_writes_a_link() -> None:
    """``[words](address)`` is a link in SARIF's messages, and a name is none."""
    (result,) = results(finding("[sign in](https://example.com)"))
    assert result["message"]["text"].startswith(r"\[sign in\](https://example.com): is wrong. Fix: ")


def test_scores_are_shown_as_the_severities_that_they_stand_for() -> None:
    """By GitHub's bounds: over 9 critical, from 7 high, from 4 medium."""
    words = {
        severity: "critical" if score > 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"
        for severity, score in to_sarif.SCORES.items()
    }
    assert words == {severity: severity for severity in to_sarif.SCORES}


def test_a_resource_is_at_the_line_that_declares_it() -> None:
    """As the state tells; else at the class of the innermost component of its URN; else at the program."""
    urn = "urn:pulumi:p::n::nationgraph:vpn:Vpn$nationgraph:vpn:Routers$aws:ec2/vpc:Vpc::a"
    state = [
        {"urn": "told", "sourcePosition": "project:///layers/secrets.py#17"},
        {"urn": "gone", "sourcePosition": "project:///layers/was_there.py#17"},
        {"urn": "outside", "sourcePosition": "project:///../../etc/hostname#1"},
        {"urn": "odd", "sourcePosition": "file:///a.py#1"},
        {"urn": "silent"},
    ]
    assert places.declared(state) == {"told": Place("layers/secrets.py", 17)}
    of = [
        places.of(replace(finding("a"), urn=one, place=None))
        for one in (urn, "urn:pulumi:p::n::aws:ec2/vpc:Vpc::a", "")
    ]
    assert [place.file for place in of] == ["components/vpn/routers.py", "__main__.py", "__main__.py"]
    line = (places.ROOT / of[0].file).read_text().splitlines()[of[0].line - 1]
    assert line == "class Routers(pulumi.ComponentResource):"


def test_every_component_and_rule_has_a_place() -> None:
    """None was left out because it is written in another way."""
    sources = [path.read_text() for path in places.ROOT.glob("components/**/*.py")]
    assert len(places.components()) == sum(text.count("(pulumi.ComponentResource):") for text in sources)
    lines = [
        (places.ROOT / place.file).read_text().splitlines()[place.line - 1]
        for place in map(places.rule, RULES)
        if place
    ]
    assert lines == ["RULE = Rule("] * len(RULES)
    assert places.rule("sec-99-gone") is None


def test_scanners_speak_the_same_sarif() -> None:
    """What is made of actionlint's output has the same form."""
    said = [{"kind": "expression", "message": "no", "filepath": ".github/workflows/a b.yml", "line": 0, "column": 0}]
    document = from_actionlint(json.dumps(said), "1.7")
    assert against_schema(document) == []
    (result,) = document["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": ".github/workflows/a%20b.yml"},
        "region": {"startLine": 1, "startColumn": 1},
    }
