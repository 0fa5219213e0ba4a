"""What a reviewer reads of rules that a change brings."""

import io
from dataclasses import replace

from rich.console import Console

from reports import rule_change
from reports.rule_change import RuleChange
from tests.reports.support.runs import finding, made_up

POLICIES = frozenset({"sec-07-flow-logs"})


def shown(change: RuleChange) -> str:
    """At a terminal, and as Markdown."""
    output = io.StringIO()
    Console(file=output, width=200).print(rule_change.terminal(change))
    return output.getvalue() + rule_change.markdown(change)


def test_findings_that_appear_and_disappear() -> None:
    """What both find is in neither list."""
    both, old, new = finding("both"), finding("old"), finding("new")
    judged, tried = (replace(made_up(), findings=found, policies=POLICIES) for found in ([both, old], [both, new]))
    change = rule_change.rule_change(judged, [tried])
    assert [entry.message for entry in change.appear] == [new.message]
    assert [entry.message for entry in change.disappear] == [old.message]
    assert both.message not in shown(change)


def test_equal_findings_are_said_to_be_equal() -> None:
    """A refactored rule is no reason to read on."""
    run = replace(made_up(), findings=[finding("both")], policies=POLICIES)
    assert shown(rule_change.rule_change(run, [run])).count("They would change no finding of this stack.") == 2


def test_what_a_preview_did_not_come_to_is_not_said_to_be_equal() -> None:
    """Rules that would have found something in the rest are not known to be silent."""
    run = replace(made_up(), findings=[], policies=POLICIES)
    for pair in ((run, replace(run, errors=["x"])), (replace(run, errors=["x"]), run)):
        said = shown(rule_change.rule_change(pair[0], [pair[1]]))
        assert said.count("The preview stopped early: they would change no finding of what it came to.") == 2
        assert rule_change.NONE not in said


def test_rules_that_do_not_run_say_why() -> None:
    """They would refuse every change after this one."""
    run = replace(made_up(), findings=[], policies=POLICIES)
    change = rule_change.rule_change(run, [replace(run, policies=frozenset(), errors=["SyntaxError in `rule`"])])
    assert change == RuleChange(failed=("SyntaxError in `rule`",))
    assert "`` SyntaxError in `rule` ``" in rule_change.markdown(change)
    assert "no finding" not in shown(change)
    assert rule_change.rule_change(run, []).failed == (rule_change.SILENT,)


def test_a_thousand_findings_leave_room() -> None:
    """What does not fit is counted."""
    run = replace(made_up(), findings=[], policies=POLICIES)
    many = replace(run, findings=[finding(f"finding {number} {'x' * 300}") for number in range(1000)])
    text = rule_change.markdown(rule_change.rule_change(run, [many]))
    listed = text.count("**mandatory**") + text.count("**advisory**")
    assert f"- {1000 - listed} more" in text
    assert len(text) < 6_000
