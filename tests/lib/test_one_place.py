"""Facts that several folders need are stated once: another place that writes the same literal would drift."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACTS = [
    # the literal in code, the one file that states it
    (r"\b41641\b", "lib/firewall.py"),
    (r"100\.64\.0\.0/10", "lib/addresses.py"),
    (r"fd7a:115c:a1e0", "lib/addresses.py"),
    (r"169\.254\.0\.0/16", "lib/addresses.py"),
    (r"\bcost-centre\b", "lib/vocabulary.py"),
    (r"DAYS\w*(: Final)? = (90|80|75)\b|timedelta\(days=(80|75)\)", "lib/rotation.py"),
    (r"rev-01-waive", "policy/core/guidance.py"),
    (r"\bdb\.[tmr]\d", "stacks/environments.py"),
]
APART = ("tests", "sandbox", "lambdas")
"""The sandbox and the functions know nothing of the project, and tests state what they expect."""
LISTS = {"components/database/alarms.py", "policy/rules/sec_07/no_open_ingress.py"}
"""Files that name a value in a message or a description, as an example."""


def _code() -> dict[str, str]:
    """Python without comments and docstrings' lines, by path."""
    files = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {
        name: re.sub(r'""".*?"""|#[^\n]*', "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        for name in files.stdout.split()
        if not name.startswith(APART) and (ROOT / name).is_file()
    }


@pytest.mark.parametrize(("literal", "home"), FACTS, ids=[home for _, home in FACTS])
def test_a_fact_is_stated_once(literal: str, home: str) -> None:
    """Everything else takes it from there."""
    places = {name for name, text in _code().items() if re.search(literal, text)}
    assert places - LISTS == {home}
