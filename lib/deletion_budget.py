"""The deletion budget of an environment: how many services one change may take out of it, or move elsewhere."""

import re
from typing import Final

from lib.problems import WrongValueError

LIST: Final = "services"
"""The ConfigMap of Argo CD's namespace that lists what an environment runs."""
ANNOTATION: Final = "nationgraph.io/deletion-budget"
"""Its annotation: how many services a change may take away. None at all where it is missing."""
SUFFIX: Final = ".service"
"""Of each key: what is named ``auth`` alone would be the name of a secret (``sec-01-no-plaintext-secrets``)."""
MOST: Final = 1000
"""The largest budget that settings and cluster take; who needs more makes two changes."""
_DIGITS: Final = re.compile(rf"0|[1-9][0-9]{{0,{len(str(MOST)) - 1}}}")


def parse(text: str) -> int:
    """The number that a text is. WrongValueError where it is none, or one that others may read otherwise: 010, 1e1."""
    if not _DIGITS.fullmatch(text) or int(text) > MOST:
        raise WrongValueError(f"is no whole number from 0 to {MOST}", "write how many services may go, as 1")
    return int(text)
