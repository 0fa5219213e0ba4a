"""the cost of preview, policy pack and reachability, as ratios"""

from cli.programs import python

GROUP = "Verify"


def run() -> int:
    """The command."""
    return python("tests.bench") or python("tests.bench.reach")
