"""A budget is a count in its one spelling, to settings and to the cluster alike."""

import re
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from components.admission.deletion_budget import NUMBER
from lib.deletion_budget import MOST, parse
from lib.problems import WrongValueError

NUMBERS = st.integers(-2 * MOST, 20 * MOST).map(str)
TEXTS = st.text(alphabet="0123456789 +-.eE\n\u0661", max_size=6)


@given(text=NUMBERS | TEXTS)
@example("0")
@example("1000")
@example("1001")
@example("\u0661")
@example("1\n")
def test_settings_and_cluster_take_the_same_numbers(text: str) -> None:
    """Those from 0 to the largest, as Python writes them; what the settings take the cluster counts as it is."""
    number: int | None = None
    with suppress(WrongValueError):
        number = parse(text)
    assert (number is not None) == (text in {str(one) for one in range(MOST + 1)})
    assert (number is not None) == bool(re.fullmatch(NUMBER.strip("^$"), text))
