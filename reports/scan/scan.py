"""``python -m reports.scan.scan [--repository PATH] [--complete]``: all that looks for security mistakes, one verdict.

Nothing is left out in silence: what could not be looked at is printed with its reason and counted. With ``--complete``,
as CI runs it, that fails too.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.scan import sarif
from reports.scan.scanner import HOUSE, CannotRunError, Scanner
from reports.scan.scanners import SCANNERS

REPORTS = Path(".sandbox") / "scan"
SECONDS = 900
"""For one scanner; the slowest reads a history of some thousand commits."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one scanner."""

    scanner: Scanner
    ran: bool = True
    findings: tuple[sarif.Finding, ...] = ()
    nothing: str = ""
    "Why there is nothing to look at."
    left_out: str = ""
    "What was not looked at although it should have been, and why."
    failure: str = ""

    def __str__(self) -> str:
        """One line, then one for each finding and for what is missing."""
        verdict = f"{len(self.findings)} found" if self.ran else "did not run"
        nothing = [f"nothing to look at: {self.nothing}"] if self.nothing else []
        missing = [f"left out: {self.left_out}"] if self.left_out else []
        failure = [f"failed: {self.failure}"] if self.failure else []
        head = f"{self.scanner.looks_for:<30}{self.scanner.name:<19}{verdict}"
        return "\n".join([head, *(f"    {line}" for line in [*map(str, self.findings), *nothing, *failure, *missing])])


def _run(scanner: Scanner, root: Path, reports: Path) -> Outcome:
    if not (root / scanner.needs).exists():
        return Outcome(scanner=scanner, ran=False, nothing=f"there is no {scanner.needs}")
    call = scanner.call(root, os.environ)
    done = subprocess.run(
        call.command,
        cwd=root,
        env={**os.environ, **call.environment},
        input=call.stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    scanner.judge(root, done.stderr)
    if done.returncode not in call.codes:
        raise RuntimeError(f"exit code {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}")
    report = call.convert(done.stdout)
    found = sarif.findings(report, root)
    (reports / f"{scanner.name}.sarif").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return Outcome(scanner=scanner, findings=tuple(found), left_out=call.left_out)


def scan(root: Path, reports: Path) -> list[Outcome]:
    """Run every scanner on a repository; each that ran leaves ``<name>.sarif`` in ``reports``."""
    reports.mkdir(parents=True, exist_ok=True)
    for stale in reports.glob("*.sarif"):
        stale.unlink()
    outcomes = []
    for scanner in SCANNERS:
        try:
            outcome = _run(scanner, root, reports)
        except CannotRunError as reason:
            outcome = Outcome(scanner=scanner, ran=False, left_out=str(reason))
        except Exception as error:  # noqa: BLE001 - whatever broke one scanner, the others still look
            outcome = Outcome(scanner=scanner, ran=False, failure=f"{type(error).__name__}: {error}")
        print(outcome, flush=True)
        outcomes.append(outcome)
    return outcomes


def main(arguments: Sequence[str]) -> int:
    """1 if anything was found, or a scanner failed, or with ``--complete`` something was left out; else 0."""
    parser = argparse.ArgumentParser(prog="make scan", description=__doc__)
    parser.add_argument("--repository", type=Path, default=HOUSE)
    parser.add_argument("--complete", action="store_true")
    options = parser.parse_args(arguments)
    root = options.repository.resolve()
    outcomes = scan(root, HOUSE / REPORTS)
    found = sum(len(outcome.findings) for outcome in outcomes)
    failed = sum(bool(outcome.failure) for outcome in outcomes)
    missing = sum(bool(outcome.left_out) for outcome in outcomes)
    print(
        f"\n{len(outcomes)} scanners: {found} found, {failed} failed, {missing} left something out; {REPORTS}/*.sarif"
    )
    return int(bool(found or failed or (options.complete and missing)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
