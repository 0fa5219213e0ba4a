"""every hook of .pre-commit-config.yaml: style, types, prose, data, imports, generated files, secrets, workflows"""

from cli.programs import python

GROUP = "Verify"


def run() -> int:
    """The command."""
    return python("pre_commit", "run", "--all-files")
