"""The documents are written as `docs/style` says, and the linter sees what it must."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.test_documents import MARKDOWN, ROOT
from toolchain import programs

COPY = Path("tests/models/roadmap/roadmap.md")
REVIEWS = Path("docs/reviews")
PLANTED = {
    "Marketing": "The stack is deployed seamlessly.",
    "History": "The subnets used to be allocated by hand.",
    "Unfinished": "TODO: describe the alarm.",
    "Sentences": f"The rule reads {'the group and ' * 20} the route.",
    "Repetition": "The policy stops the the deployment.",
    "Terms": "Add the address to the whitelist.",
}
"""A sentence that each rule of the style must find."""


def lint(*paths: Path) -> list[str]:
    """What vale says of the files, one line a finding."""
    command = [programs.find("vale"), "--no-wrap", "--output", "line", "--config", ROOT / ".vale.ini", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def test_every_document_is_clean() -> None:
    """No finding in any Markdown file but those that quote: the company's own text, issues and waivers in reviews."""
    assert lint(*(path for path in MARKDOWN if path != COPY and path.parent != REVIEWS)) == []


def test_every_rule_has_a_planted_sentence() -> None:
    """A rule that is added without a sentence that it must find proves nothing."""
    assert {path.stem for path in (ROOT / "docs/style/NationGraph").glob("*.yml")} == set(PLANTED)


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_sentence_is_found(rule: str, tmp_path: Path) -> None:
    """One finding, by the rule that is meant."""
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{PLANTED[rule]}\n", encoding="utf-8")
    (finding,) = lint(page)
    assert f":NationGraph.{rule}:" in finding
