"""every tier of tests, with the coverage gates"""

from cli.programs import python

GROUP = "Verify"


def run() -> int:
    """The command."""
    return python("tests.run")
