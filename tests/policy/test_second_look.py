"""Every kind of danger, and every kind of false alarm, in spellings that the rules' own tests do not have."""

import pytest

from policy.core.engine import load_rules
from tests.policy.support.cases import Pack
from tests.policy.support.second_look import Row, rows

RULES = load_rules()
ROWS = rows()
UNDECIDED = "can't run policy"
"""What the SDK says where a value is unknown in a preview."""


@pytest.mark.parametrize("name", sorted({rule for rule, *_ in ROWS}))
def test_rows(name: str) -> None:
    """Each row of the rule, behind the servicer that the engine talks to: a finding, or none."""
    pack = Pack({name: RULES[name]})
    own = [row for row in ROWS if row[0] == name]
    wrong = [row for row in own if _finds(pack, row) is not row[1]]
    print(f"{name}: {len(own) - len(wrong)} of {len(own)} fresh cases")
    assert wrong == []


def _finds(pack: Pack, row: Row) -> bool:
    return any(UNDECIDED not in found.message for found in pack.run(row[2]))
