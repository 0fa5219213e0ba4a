"""``python -m tests.run [paths]``: every tier of tests on two workers, then the coverage gates.

The gates hold for the whole suite; with paths or options they are left out, and a line says so.
"""

import subprocess
import sys
from pathlib import Path

from tests.support.resources import COVERAGE_GATES

ROOT = Path(__file__).resolve().parent.parent
PYTEST = ("-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "--durations", "15", "--cov", "--cov-report=")


def main(arguments: list[str]) -> int:
    """The first failing exit code, of the tests or of a gate."""
    code = subprocess.run([sys.executable, *PYTEST, *arguments], cwd=ROOT, check=False).returncode
    if arguments:
        print("Only a part of the suite ran: coverage gates left out.")
        return code
    report = [sys.executable, "-m", "coverage", "report", "--skip-covered", "--skip-empty"]
    for folder, percent in COVERAGE_GATES.items():
        if folder and not (ROOT / folder).is_dir():
            continue
        scope = ["--include", f"{folder}/*"] if folder else []
        print(f"Coverage of {folder or 'everything'}, at least {percent}%:", flush=True)
        gate = subprocess.run([*report, *scope, "--fail-under", str(percent)], cwd=ROOT, check=False).returncode
        code = code or gate
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
