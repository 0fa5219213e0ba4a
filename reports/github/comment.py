"""One comment a stack on a pull request, edited in place; none where nothing changes.

``python3 -m reports.github.comment --stack production --report preview.md`` writes what a job that runs the pull
request's code left in a file. The file is data from whoever wrote that code: it decides what stands in the comment, and
neither which comment that is nor what stands around it.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.github import text
from reports.github.client import GitHub, GitHubError

OVER = "This pull request changes nothing in `{stack}` any more."
MISSING = "**The preview of `{stack}` ended without a report.** Its log says why."


def marker(stack: str) -> str:
    """The first line of the comment of a stack, which nobody sees."""
    return f"<!-- preview: {stack} -->"


def read(path: Path, stack: str) -> str:
    """The report in a file, harmless as text; empty where nothing changes. A file that is not there says so."""
    try:
        return text.harmless(path)
    except OSError:
        return MISSING.format(stack=stack)


def body(stack: str, report: str, run: str) -> str:
    """The whole comment: marker, report, and where the rest is. A report that is too long is cut at a line."""
    foot = f"\n\n[Artifact `preview` of this run]({run}) holds the whole report, and a page to look at.\n"
    return text.framed(f"{marker(stack)}\n", report, foot)


def existing(github: GitHub, number: int, stack: str) -> Mapping[str, Any] | None:
    """The comment of the stack that a workflow wrote."""
    comments = github.listed(f"issues/{number}/comments")
    return next((comment for comment in comments if text.is_own(comment, marker(stack))), None)


def publish(github: GitHub, number: int, stack: str, report: str, run: str) -> str:
    """Write, edit or leave the comment; what was done, in a sentence. GitHubError where GitHub refuses."""
    comment = existing(github, number, stack)
    if not report and comment is None:
        return "nothing changes: no comment"
    whole = body(stack, report or OVER.format(stack=stack), run)
    if comment is None:
        github.write("POST", f"issues/{number}/comments", {"body": whole})
        return "the comment is written"
    github.write("PATCH", f"issues/comments/{int(comment['id'])}", {"body": whole})
    return "the comment is edited"


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """0 where the comment says what the report says, 1 where GitHub refuses."""
    parser = argparse.ArgumentParser(prog="python3 -m reports.github.comment", description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--report", type=Path, required=True, help="a file in Markdown; empty where nothing changes")
    parser.add_argument("--number", type=int, required=True, help="of the pull request")
    parser.add_argument("--run", required=True, help="the address of the workflow's run")
    given = parser.parse_args(arguments)
    github = GitHub.of(environment)
    try:
        done = publish(github, given.number, given.stack, read(given.report, given.stack), given.run)
    except GitHubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{given.stack}: {done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
