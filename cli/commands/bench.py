"""the cost of preview, policy pack, reachability, reports and scorecard, and of 10, 100, 1,000 services, as ratios"""

from cli.programs import python

GROUP = "Verify"


def run() -> int:
    """The command."""
    return (
        python("tests.bench")
        or python("tests.bench.parts")
        or python("tests.bench.reach")
        or python("tests.bench.reports")
        or python("tests.bench.scorecard")
        or python("tests.bench.scale")
    )
