"""``python -m tests.run [paths]``: every tier of tests, then the coverage gates.

The gates hold for the whole suite; with paths or options they are left out, and a line says so.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.resources import COVERAGE_GATES

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 3
"""How many processes run the tests: one more than a small machine has cores; a fourth gains nothing."""
DISTRIBUTION = ("-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder")
"""A module is one worker's, with the servers that its tests share; whoever is free takes the next one in order."""
PYTEST = ("-m", "pytest", "-q", *DISTRIBUTION, "--durations", "15", "--cov", "--cov-report=")


def main(arguments: list[str]) -> int:
    """The first failing exit code, of the tests or of a gate."""
    code = subprocess.run([sys.executable, *PYTEST, *arguments], cwd=ROOT, env=_environment(), check=False).returncode
    if arguments:
        print("Only a part of the suite ran: coverage gates left out.")
        return code
    with ThreadPoolExecutor() as pool:  # each reads every source anew
        gates = dict(zip(COVERAGE_GATES, pool.map(_gate, COVERAGE_GATES.items()), strict=True))
    for folder, gate in gates.items():
        print(f"Coverage of {folder or 'everything'}, at least {COVERAGE_GATES[folder]}%:\n{gate.stdout}", flush=True)
        code = code or gate.returncode
    return code


def _environment() -> dict[str, str]:
    """The user's, but that compiled tests are kept: a third of each worker's start, where containers forbid it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _gate(least: tuple[str, int]) -> subprocess.CompletedProcess[str]:
    """The report of a folder, whose exit code says whether it holds."""
    folder, percent = least
    report = [sys.executable, "-m", "coverage", "report", "--skip-covered", "--skip-empty"]
    scope = ["--include", f"{folder}/*"] if folder else []
    command = [*report, *scope, "--fail-under", str(percent)]
    return subprocess.run(command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
