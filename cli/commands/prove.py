"""compare the reachability solver with trying every packet, on thousands of random stacks"""

from cli.programs import python

GROUP = "Verify"


def run() -> int:
    """The command."""
    return python("pytest", "tests/policy/reachability/test_proof.py", "-q", "-s", NATIONGRAPH_SLOW="1")
