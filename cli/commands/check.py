"""linters, types, schemas, secrets, workflows"""

from cli.programs import python

GROUP = "Verify"


def run() -> int:
    """The command."""
    return python("pre_commit", "run", "--all-files")
