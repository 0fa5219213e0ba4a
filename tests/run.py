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
    gates = {folder: _gate(folder, percent) for folder, percent in COVERAGE_GATES.items()}
    for folder, gate in gates.items():
        said, _ = gate.communicate()
        print(f"Coverage of {folder or 'everything'}, at least {COVERAGE_GATES[folder]}%:\n{said}", flush=True)
        code = code or gate.returncode
    return code


def _gate(folder: str, percent: int) -> subprocess.Popen[str]:
    """The report of a folder, begun: all of them at once, since each reads every source anew."""
    report = [sys.executable, "-m", "coverage", "report", "--skip-covered", "--skip-empty"]
    scope = ["--include", f"{folder}/*"] if folder else []
    command = [*report, *scope, "--fail-under", str(percent)]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
