"""One open issue a stack while its account drifts, edited in place, closed by a sentence when the drift is gone.

``python3 -m reports.github.issue --stack production --report drift.md`` takes what the job left that looked at the
account, in a file that is empty where nothing has drifted. The file is data: it decides what the issue says, and
neither which issue that is nor whether anything else is written.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.github import text
from reports.github.client import GitHub, GitHubError

LABEL = "drift"


def marker(stack: str) -> str:
    """The first line of the issue of a stack, which nobody sees."""
    return f"<!-- drift: {stack} -->"


def body(stack: str, report: str, *, before: str = "", after: str = "") -> str:
    """The whole issue: the report, cut at a line where it is too long, between two sentences."""
    return text.framed(f"{marker(stack)}\n{before}", report, f"\n{after}" if after else "")


def open_issues(github: GitHub, stack: str) -> list[Mapping[str, Any]]:
    """The open issues of the stack, oldest first, that a workflow wrote."""
    listed = github.listed("issues?state=open")
    own = [issue for issue in listed if "pull_request" not in issue and text.is_own(issue, marker(stack))]
    return sorted(own, key=lambda issue: int(issue["number"]))


def publish(github: GitHub, stack: str, report: str, run: str) -> str:
    """Open, edit, close or leave the issue; what was done, in a sentence. GitHubError where GitHub refuses.

    Of several, which two runs at once may have opened, the oldest stays.
    """
    found = open_issues(github, stack)
    if not report:
        gone = f"**The drift is gone:** [this run]({run}) found the account as the state says. It was:\n\n"
        for issue in found:
            _close(github, issue, stack, gone)
        return f"the drift is gone: issue {found[0]['number']} is closed" if found else "no drift, no issue"
    whole = body(stack, report, after=f"\nSeen by [this run]({run}).\n")
    done = "edited"
    if found:
        github.write("PATCH", f"issues/{int(found[0]['number'])}", {"body": whole})
    else:
        done = "opened"
        made = github.write("POST", "issues", {"title": f"{stack} has drifted", "body": whole, "labels": [LABEL]})
        found = open_issues(github, stack) or [made]
    for issue in found[1:]:
        _close(github, issue, stack, f"**Goes on in #{found[0]['number']}.** It said:\n\n")
    return f"issue {found[0]['number']} is {done}"


def _close(github: GitHub, issue: Mapping[str, Any], stack: str, why: str) -> None:
    """Close it by one request that says why, so that no run that ends in between says it twice."""
    last = str(issue.get("body") or "").partition("\n")[2]
    content = {"state": "closed", "state_reason": "completed", "body": body(stack, last, before=why)}
    github.write("PATCH", f"issues/{int(issue['number'])}", content)


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """0 where the issue says what the report says, 1 where there is no report or GitHub refuses."""
    parser = argparse.ArgumentParser(prog="python3 -m reports.github.issue", description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--report", type=Path, required=True, help="a file in Markdown; empty where nothing drifts")
    parser.add_argument("--run", required=True, help="the address of the workflow's run")
    given = parser.parse_args(arguments)
    github = GitHub.of(environment)
    try:
        done = publish(github, given.stack, text.harmless(given.report), given.run)
    except OSError as error:
        sys.stderr.write(f"{given.report}: {error.strerror}; nobody knows whether {given.stack} has drifted\n")
        return 1
    except GitHubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{given.stack}: {done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
