"""Secrets in history, and in what is about to be committed: ``python -m reports.scan.gitleaks`` is the hook."""

import re
import subprocess
import sys
from pathlib import Path

from reports.scan import sarif
from reports.scan.scanner import HOUSE, Call, CannotRunError, Command, Environment, Scanner
from toolchain import programs

SETTINGS: Command = (
    *("--config", HOUSE / ".gitleaks.toml", "--ignore-gitleaks-allow", "--redact", "--no-banner", "--no-color"),
    *("--exit-code", "10"),  # its own errors are 1
)
LOG = (
    "--full-history --diff-filter=tuxdb --no-textconv --no-ext-diff "
    "--diff-merges=remerge"  # left to itself gitleaks skips merges, and with them what resolving a conflict brought in
)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


def _git_worked(stderr: str) -> None:
    """Gitleaks exits with 0 when git failed and nothing was read."""
    error = re.search(r"\b(?:ERR|FTL)\b.*", stderr)
    if error:
        raise RuntimeError(error[0])


def command(revisions: str = "--all", settings: Command = SETTINGS) -> Command:
    """Read the commits that lead to these revisions, by default to every branch, tag and stash; report as SARIF."""
    report = ("--report-format", "sarif", "--report-path", "-", "--log-opts", f"{revisions} {LOG}")
    return (programs.find("gitleaks"), "git", *settings, *report, ".")


def _whole(root: Path) -> None:
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise CannotRunError("the clone is shallow, its history is not there; run `git fetch --unshallow`")


def _call(root: Path, _environment: Environment) -> Call:
    _whole(root)
    return Call(command=command(), codes=frozenset({0, 10}), convert=sarif.without_people)


def _judge(root: Path, stderr: str) -> None:
    _git_worked(stderr)
    read = re.search(r"(\d+) commits scanned", stderr)
    if not (read and int(read[1])) and _git(root, "rev-list", "--all", "--max-count=1"):
        raise RuntimeError("no commit was read, although there are some")


def _messages(root: Path, _environment: Environment) -> Call:
    """What authors wrote about their commits, and not the commits' ids, which look like keys."""
    _whole(root)
    lines: list[str] = []
    commits: list[str] = []
    for entry in _git(root, "log", "--all", "--format=%x00%H %B").split("\0")[1:]:
        commit, _, message = entry.partition(" ")
        lines += message.splitlines()
        commits += [commit] * (len(lines) - len(commits))
    flags = ("--report-format", "sarif", "--report-path", "-")
    return Call(
        command=(programs.find("gitleaks"), "stdin", *SETTINGS, *flags),
        stdin="\n".join(lines),
        codes=frozenset({0, 10}),
        convert=lambda text: sarif.in_messages(text, commits),
    )


SCANNERS = (
    Scanner(name="gitleaks", looks_for="secrets in history", needs=".", call=_call, judge=_judge),
    Scanner(
        name="gitleaks-messages",
        looks_for="secrets in commit messages",
        needs=".",
        call=_messages,
        judge=lambda _root, stderr: _git_worked(stderr),
    ),
)


def staged(root: Path) -> int:
    """1 if a secret is staged, named by rule, file and line but not shown; else 0.

    Raises:
        RuntimeError: git or gitleaks failed, so nobody knows.

    """
    # On all files at once, as `make check` runs hooks, nothing is staged: there gitleaks need not even be built.
    changes = subprocess.run(["git", "diff", "--cached", "--quiet"], cwd=root, check=False, timeout=60)
    if changes.returncode == 0:
        print("Nothing is staged; `make scan` reads the history.")
        return 0
    hook = (programs.find("gitleaks"), "git", "--pre-commit", "--staged", *SETTINGS, "--verbose", ".")
    done = subprocess.run(hook, cwd=root, capture_output=True, text=True, check=False, timeout=300)
    _git_worked(done.stderr)
    if done.returncode not in {0, 10}:
        raise RuntimeError(f"gitleaks: exit code {done.returncode}: {done.stderr.strip()}")
    print(done.stdout)
    return int(bool(done.returncode))


if __name__ == "__main__":
    sys.exit(staged(Path.cwd()))
