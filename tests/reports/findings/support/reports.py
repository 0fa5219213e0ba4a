"""Reports of made-up findings, and what each format says of them."""

import datetime as dt
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from lib.printable import one_line
from policy.core.engine import load_rules
from reports.findings import lines, outputs, to_junit
from reports.findings.model import LEVELS, Exempt, Finding, Place, guided
from reports.findings.report import Report

AT = dt.datetime(2026, 11, 29, 18, 52, tzinfo=dt.UTC)
URN = "urn:pulumi:production::nationgraph-platform::nationgraph:network:Network$aws:ec2/vpc:Vpc::{}"
RULES = tuple(load_rules())
NASTY = (
    "<script>alert(1)</script>", "](https://example.com)", "[a](https://example.com)", "a|b", "`` ` ``",
    "audit::events", "\x1b[2J\u202e", "\ud800", "]]>", "&amp;", "{{ 7 * 7 }}", "a" * 1000, "\n# x", "", "::",
    "@team #1", "\\", "\x00",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=20)).map(one_line)
"""As the readers of logs and manifests make them: one line without control characters."""
EXEMPT = Exempt("It goes away in March.", "ada", "grace", dt.date(2026, 12, 19), "https://example.com/1")


def finding(
    name: str, level: str = "mandatory", policy: str = "sec-07-flow-logs", message: str = "is wrong"
) -> Finding:
    """A finding about a network of this name."""
    exempt = EXEMPT if level == "waived" else None
    place = Place("components/network/network.py", 90)
    made = Finding(
        level=level, policy=policy, message=message, resource=name, urn=URN.format(name), place=place, exempt=exempt
    )
    return guided(made)


def report(*findings: Finding, policies: tuple[str, ...] = RULES[:3]) -> Report:
    """The report of an audit."""
    return Report(
        title="Audit",
        stack="production",
        at=AT,
        resources=7,
        policies=policies,
        findings=tuple(findings),
        notes=("Noted.",),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report: policies that the pack has and has not, levels that are known and not, texts of any kind."""
    exempt = st.none() | st.builds(
        Exempt, TEXTS, TEXTS, TEXTS, st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), TEXTS
    )
    place = st.none() | st.builds(
        Place, st.sampled_from(["policy/a b.py", "x/é.yaml", "__main__.py"]), st.integers(1, 999)
    )
    made = st.builds(
        Finding,
        level=st.sampled_from([*LEVELS, "remediate"]),
        policy=st.sampled_from([*RULES[:9], "sec-99-gone", "rev-01-waivers", "../../etc", "<b>"]),
        message=TEXTS,
        severity=st.sampled_from(["critical", "high", "medium", "low", "", "strange"]),
        resource=TEXTS,
        type=TEXTS,
        urn=TEXTS.map(URN.format),
        component=TEXTS,
        place=place,
        seen=st.sampled_from([(), ("state",), ("state", "account")]),
        exempt=exempt,
    )
    found = draw(st.lists(made.map(guided), max_size=6))
    return report(
        *sorted(found, key=lambda one: one.rank), policies=tuple(draw(st.sets(st.sampled_from(RULES), max_size=5)))
    )


class _Rows(HTMLParser):
    """Rows of the bodies of tables, and the words of badges."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = 0
        self.inside = False
        self.badge = False
        self.badges: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "tbody" or (self.inside and tag != "thead")
        self.rows += self.inside and tag == "tr"
        self.badge = tag == "span" and "badge" in str(dict(attrs).get("class"))

    def handle_data(self, data: str) -> None:
        if self.badge:
            self.badges.append(data)
            self.badge = False


def _html(text: str) -> tuple[int, bool]:
    reader = _Rows()
    reader.feed(text)
    return reader.rows, reader.badges[0] == "blocked"


def _sarif(text: str) -> tuple[int, bool]:
    (run,) = json.loads(text)["runs"]
    return len(run["results"]), any(result["level"] == "error" for result in run["results"])


def _junit(text: str) -> tuple[int, bool]:
    suites = {suite.get("name"): suite for suite in ET.fromstring(text)}  # noqa: S314 - of this test
    cases = list(suites[to_junit.FINDINGS])
    assert int(suites[to_junit.FINDINGS].get("tests", "")) == len(cases)
    return len(cases), any(case.find("failure") is not None for case in cases)


def _json(text: str) -> tuple[int, bool]:
    document = json.loads(text)
    return len(document["findings"]), document["blocking"]


def _markdown(text: str) -> tuple[int, bool]:
    first, *others = text.splitlines()
    more = re.search(r"^(\d+) more\.$", text, re.MULTILINE)
    return sum(line.startswith("- **") for line in others) + int(more[1] if more else 0), first.endswith(": blocked")


READERS: dict[str, Callable[[str], tuple[int, bool]]] = {
    "markdown": _markdown,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "html": _html,
}
"""How many findings a format shows, and whether they block."""


def told(made: Report) -> dict[str, tuple[int, bool]]:
    """What every format tells of a report, that of a terminal included."""
    found = {form: READERS[form](write(made)) for form, write in outputs.FORMATS.items()}
    heads = [lines.terminal(one, made.today)[0].plain for one in made.findings]
    return found | {"table": (len(heads), any(head.startswith("mandatory") for head in heads))}
