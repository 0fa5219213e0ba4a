"""Every format tells the same findings and the same verdict, whatever a stack says."""

import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from pydantic import ValidationError
from rich.console import Console

from reports import events
from reports.findings import outputs
from reports.findings.model import Place, Surroundings, merged
from reports.findings.report import Report
from reports.values import SIGNATURE
from tests.reports.findings.support.reports import NASTY, finding, report, reports, told
from tests.reports.support.mutants import documents, logs
from tests.reports.support.runs import lines
from tests.support.depth import examples

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
LOG = [line for name in ("create", "finding", "replace", "destroy", "up") for line in lines(name)]
PLAIN = {"text", "code_inline", "strong", "link"}
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]")


def terminal(made: Report) -> str:
    """What a person at a terminal sees."""
    output = io.StringIO()
    Console(file=output, width=300).print(outputs.terminal(made))
    return output.getvalue()


@given(reports())
@settings(max_examples=examples(200), deadline=None, suppress_health_check=SLOW)
def test_all_formats_agree(made: Report) -> None:
    """On the number of findings, and on whether they block."""
    expected = (len(made.findings), made.blocking)
    assert {form: said for form, said in told(made).items() if said != expected} == {}


@given(reports())
@settings(max_examples=examples(200), deadline=None, suppress_health_check=SLOW)
def test_json_is_read_back(made: Report) -> None:
    """As the report that it was, its dates and places too."""
    assert outputs.read(outputs.as_json(made)) == made


def test_other_json_is_refused() -> None:
    """By the model, with the key."""
    document: dict[str, Any] = json.loads(outputs.as_json(report(finding("a"))))
    document["findings"][0]["place"] = {"file": "a"} | {"line": "first"}
    with pytest.raises(ValidationError, match=r"findings\.0\.place\.line"):
        outputs.read(json.dumps(document))


@pytest.mark.parametrize("form", [*outputs.FORMATS, "table"])
@pytest.mark.parametrize("level", ["mandatory", "advisory", "later", "waived"])
def test_each_format_says_what_to_know(form: str, level: str) -> None:
    """Severity, clause, resource, message, place; the remediation of what stands, the waiver of what is waived."""
    made = report(finding("audit::events", level))
    text = terminal(made) if form == "table" else outputs.FORMATS[form](made)
    for part in ("medium", "SEC-07", "sec-07-flow-logs", "audit::events", "is wrong", "components/network/network.py"):
        assert part in text, part
    assert level not in ("mandatory", "advisory") or "Declare the VPC with components.network" in text
    excuse = ["ada", "grace", "It goes away in March.", "2026-12-19", *([] if form == "json" else ["20 days left"])]
    assert [part in text for part in excuse] == [level == "waived"] * len(excuse)


def test_what_was_judged_is_said() -> None:
    """Resources, policies and time, in the same words everywhere."""
    made = report(finding("a"), finding("b", "advisory"), finding("c", "waived"))
    said = "1 mandatory, 1 advisory, 1 waived; 7 resources judged by 3 policies on 2026-11-29 18:52 UTC"
    assert made.summary == said
    for text in (terminal(made), *(outputs.FORMATS[form](made) for form in ("markdown", "html", "sarif"))):
        assert said in text


def test_days_of_a_waiver() -> None:
    """To its last day none, after it how long ago it ended."""
    days = [finding("a", "waived").exempt]
    assert days[0] is not None
    assert [days[0].days_left(dt.date(2026, 12, day)) for day in (18, 19, 21)] == [1, 0, -2]
    ended = terminal(Report(**{**vars(report(finding("a", "waived"))), "at": dt.datetime(2026, 12, 21, tzinfo=dt.UTC)}))
    assert "waived until 2026-12-19, ended 2 days ago" in ended


@pytest.mark.parametrize("text", [text for text in NASTY if text])
def test_nothing_that_a_stack_says_is_markup(text: str) -> None:
    """In Markdown only the rule is linked; in HTML there is no other element than for a harmless word."""
    urn = f"urn:pulumi:production::p::aws:ec2/vpc:Vpc::{text}"
    (found,) = merged([events.Finding(policy="sec-07-flow-logs", level="mandatory", message=text, urn=urn)])
    (tame,) = merged([events.Finding(policy="sec-07-flow-logs", level="mandatory", message="word", urn=urn[:-1] + "x")])
    tokens = MarkdownIt("commonmark").enable("table").parse(outputs.markdown(report(found)))
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in inline} <= PLAIN
    assert [str(token.attrs["href"]) for token in inline if token.type == "link_open"] == [found.link]
    pages = [outputs.FORMATS["html"](report(one)) for one in (found, tame)]
    assert len({tuple(re.findall(r"<(\w+)", page)) for page in pages}) == 1


def test_a_long_list_is_cut_where_a_comment_ends() -> None:
    """And what is left out is counted; every other format has all."""
    made = report(*(finding(f"network-{number}", message="long " * 40) for number in range(500)))
    assert len(outputs.markdown(made).encode()) < 20_000
    assert set(told(made).values()) == {(500, True)}


@given(logs(LOG))
@settings(max_examples=examples(150), deadline=None, suppress_health_check=SLOW)
def test_no_log_breaks_a_format_or_shows_a_secret(text: list[str]) -> None:
    """Whatever the engine's log holds: no envelope of a secret, no control or directional character."""
    for run in events.parse(text):
        around = Surroundings(parents=run.parents, places={run.findings[0].urn: Place("a.py")} if run.findings else {})
        made = report(*merged(run.findings, around))
        for written in (terminal(made), *(write(made) for write in outputs.FORMATS.values())):
            assert SIGNATURE not in written
            assert "ciphertext" not in written
            assert not HIDDEN.search(written)


DOCUMENT = json.loads(outputs.as_json(report(finding("a"), finding("b", "waived"))))


@given(documents([DOCUMENT]))
@settings(max_examples=examples(150), deadline=None, suppress_health_check=SLOW)
def test_damaged_json_is_refused_or_read(document: Any) -> None:
    """By the model's own error and no other."""
    try:
        made = outputs.read(json.dumps(document))
    except ValidationError:
        return
    assert isinstance(made, Report)
