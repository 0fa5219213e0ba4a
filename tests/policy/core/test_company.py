"""A normal company's stack brings no finding, and the same stack with a planted fault brings the one that is right."""

from policy.core.engine import load_rules
from tests.policy.support.blocks import messages
from tests.policy.support.cases import Pack
from tests.policy.support.company import COMPANY
from tests.policy.support.company_faults import FAULTS
from tests.support.resources import clean

RULES = load_rules()


def test_a_normal_stack_has_no_finding() -> None:
    """Neither mandatory nor advisory, by any rule: false alarms are faults as grave as misses."""
    assert len({resource.name for resource in COMPANY}) == len(COMPANY) >= 55
    found = Pack(RULES).run(COMPANY)
    assert [f"{d.policyName}: {clean(d.message)}" for d in found] == []


def test_planted_faults_are_found() -> None:
    """Each by its own rule; a table that loses its rows must be seen, so the sum is told."""
    missed = [title for title, fault in FAULTS.items() if not messages(RULES[fault.policy], fault.stack())]
    print(f"faults planted in a company's stack and found: {len(FAULTS) - len(missed)} of {len(FAULTS)}")
    assert missed == []
    assert len(FAULTS) >= 45
