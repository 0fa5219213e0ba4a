"""the deep matrices whole, of which `make test` tries a sample: reachability, faults, rotation, documented values"""

from cli.programs import python

GROUP = "Verify"


def run() -> int:
    """The command."""
    return python("tests.run", "-m", "deep", NATIONGRAPH_SLOW="1")
