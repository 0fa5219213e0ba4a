"""Which run of the preview left the plan that the reviewers of a commit had before them.

``python3 -m reports.github.reviewed --commit SHA --stack production`` prints ``run-id=N`` for the step that downloads
it. Whoever may open a pull request can make that file say anything: it holds a deployment to less, never to more.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from reports.github.client import GitHub, GitHubError

WORKFLOW = "preview.yml"
BRANCH = "main"
_SHA = re.compile("[0-9a-f]{40}")


class NotReviewedError(RuntimeError):
    """No plan was reviewed for the commit; the message says why, and what to do."""


def pull_request(github: GitHub, commit: str) -> Mapping[str, Any]:
    """The pull request whose merge made ``commit``.

    Raises:
        NotReviewedError: nobody merged it.

    """
    found = [
        pull
        for pull in github.listed(f"commits/{commit}/pulls")
        if pull.get("merge_commit_sha") == commit and pull.get("merged_at") and pull["base"]["ref"] == BRANCH
    ]
    if len(found) != 1:
        raise NotReviewedError(
            f"{commit}: the merge of {len(found) or 'no'} pull requests into {BRANCH}, so that nobody reviewed a plan "
            "of it; bring the change in by a pull request"
        )
    return found[0]


def plan_run(github: GitHub, pull: Mapping[str, Any], stack: str) -> int:
    """The last run of the preview for the last commit of ``pull``, where it left a plan of ``stack``.

    Raises:
        NotReviewedError: it did not run, still runs, was refused, or its plan is gone.

    """
    number, head = int(pull["number"]), str(pull["head"]["sha"])
    repository = (pull["head"].get("repo") or {}).get("full_name")
    if repository != github.repository:
        raise NotReviewedError(
            f"#{number} came from {repository or 'a fork that is gone'}, which gets no preview; push its branch to "
            f"{github.repository} and open a pull request from there"
        )
    answer = github.one(f"actions/workflows/{WORKFLOW}/runs?head_sha={head}&event=pull_request&per_page=100")
    own = [run for run in answer["workflow_runs"] if run["head_sha"] == head and _of_ours(run, github)]
    if not own:
        raise NotReviewedError(f"#{number}: no preview of its last commit {head} ran; open it again as another one")
    last = max(own, key=lambda run: int(run["run_number"]))
    if last["status"] != "completed":
        raise NotReviewedError(f"#{number}: its preview, run {last['id']}, has not ended; run this again afterwards")
    held = github.one(f"actions/runs/{int(last['id'])}/artifacts?name=plan-{stack}&per_page=100")["artifacts"]
    if not any(artifact["name"] == f"plan-{stack}" and not artifact["expired"] for artifact in held):
        raise NotReviewedError(
            f"#{number}: its preview, run {last['id']}, left no plan of {stack}, because it was refused or is too long "
            "ago; open a pull request that has one"
        )
    return int(last["id"])


def _of_ours(run: Mapping[str, Any], github: GitHub) -> bool:
    """A run of this repository's own branch, by the workflow of that path."""
    repository = (run.get("head_repository") or {}).get("full_name")
    return repository == github.repository and str(run.get("path", "")).startswith(f".github/workflows/{WORKFLOW}")


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """0 with the run on standard output, 1 where nothing was reviewed or GitHub refuses."""
    parser = argparse.ArgumentParser(prog="python3 -m reports.github.reviewed", description=__doc__)
    parser.add_argument("--commit", required=True, help="on main, by its whole hash")
    parser.add_argument("--stack", required=True)
    given = parser.parse_args(arguments)
    if not _SHA.fullmatch(given.commit):
        parser.error(f"--commit: {given.commit!r} is no whole hash")
    github = GitHub.of(environment)
    try:
        run = plan_run(github, pull_request(github, given.commit), given.stack)
    except (NotReviewedError, GitHubError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"run-id={run}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
