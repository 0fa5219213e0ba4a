"""Whatever an event log or a state holds, there is a report or one sentence: no reader raises."""

import io
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from rich.console import Console

from cli import outcome, phases
from cli.output import Harmless
from reports import events, log, plan, preview, reach
from reports.change import change
from reports.comment import build
from reports.comment.markdown import MOST, markdown
from reports.comment.terminal import terminal
from reports.policy_resources import as_policy_resources
from reports.state import Export, StateError, exported, planned
from reports.values import SIGNATURE
from tests.reports.comment.support.reports import around
from tests.reports.support.mutants import documents, logs
from tests.reports.support.runs import lines
from tests.reports.support.states import exported as entries
from tests.support.depth import examples
from tests.support.resources import Res

LINES = [line for name in ("create", "finding", "replace", "destroy", "up") for line in lines(name)]
FAILED = (
    json.dumps(
        {"resOpFailedEvent": json.loads(next(line for line in LINES if "resOutputsEvent" in line))["resOutputsEvent"]}
    )
    + "\n"
)
STATE = entries(
    [
        Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"}),
        Res(
            "aws:ec2/securityGroup:SecurityGroup",
            "audit::events",
            {"ingress": [{"protocol": "tcp", "fromPort": 1, "toPort": 2, "cidrBlocks": ["0.0.0.0/0"]}]},
        ),
    ]
)
EXPORTS: list[Any] = [
    {
        "version": 3,
        "deployment": {"resources": STATE, "pending_operations": [{"type": "creating", "resource": STATE[0]}]},
    }
]
FEW = settings(max_examples=examples(600), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def printed(run: events.Run) -> tuple[str, str]:
    """What a terminal and a comment get, the change being pending on the base branch or not."""
    output = io.StringIO()
    console = Console(file=output, width=200)
    for changes in (True, False):
        console.print(preview.terminal(run, changes=changes))
    head = change("dev", run, STATE)
    reports = [build.report(head, base, around()) for base in (None, head)]
    for report in reports:
        console.print(Harmless(terminal(report)))
    made = plan.written(plan.plan(run, "dev", commit="c", engine="e", rules="r"))
    comments = list(map(markdown, reports))
    assert all(len(comment.encode()) <= MOST for comment in comments)
    return output.getvalue(), "".join(comments) + made


@FEW
@given(logs([*LINES, FAILED]))
def test_any_log_gives_a_report(text: list[str]) -> None:
    """In each form, without control characters or the engine's envelope; what was skipped is counted once."""
    runs = events.parse(text)
    for run in runs:
        for report in printed(run):
            assert "\x1b" not in report
            assert SIGNATURE not in report
            report.encode()
    unread = sum(log.event(line) is None and line.endswith("\n") and bool(line.strip()) for line in text)
    assert sum(run.skipped for run in runs) <= unread
    outcome.done(text)
    for run in runs:
        planned([], run.results)
    for line in text:
        event = log.event(line)
        if event is not None:
            with phases.Progress("up", "dev", planning=True) as progress:
                progress.advance(event)


def opened(text: str) -> tuple[Export | None, str]:
    """The state, or why it is none."""
    try:
        return exported(text), ""
    except StateError as error:
        return None, str(error)


@FEW
@given(documents(EXPORTS))
def test_any_state_gives_a_report_or_a_sentence(document: Any) -> None:
    """Resources of the right shape are read, anything else is named with its place."""
    found, refusal = opened(json.dumps(document))
    assert "\n" not in refusal
    kept = ((found or {}).get("deployment") or {}).get("resources") or []
    as_policy_resources(kept)
    rows = reach.rows_of(kept)
    assert SIGNATURE not in reach.as_json(rows) + reach.markdown(rows, rows)


def test_texts_that_are_no_state() -> None:
    """Half a file, an empty one, one nested beyond measure."""
    for text in ("", "{", "[]", "null", "[" * 100_000, '{"deployment": 1}', json.dumps(EXPORTS[0])[:-9], "\x00", "NaN"):
        refusal = opened(text)[1]
        assert refusal.startswith("not an exported state (")
        assert len(refusal) < 300
