"""REV-01: nobody judges a change by rules, due dates or waivers that it brings. The real engine, on a tiny program."""

import shutil
from pathlib import Path

import pytest

from cli import gate, run
from cli.commands import up
from tests.engine.support.clones import BUCKET, RULE, STACK, Clone
from tests.support.resources import Res

pytestmark = pytest.mark.engine


def test_a_waiver_that_a_change_grants_itself_does_not_help(head: Clone, base: Path) -> None:
    """The preview is refused by the rules of the other branch, and says that the change's own would let it pass."""
    head.holds("open")
    head.waives()
    assert head.preview("")[0] == 0
    code, text = head.preview(base)
    assert code != 0
    assert text.startswith(f"## Preview of `{STACK}`: blocked")
    findings, _, rules = text.partition("### This change brings other rules")
    assert f"**mandatory** `{RULE}`" in findings
    appear, _, disappear = rules.partition("They would no longer find:")
    assert "**waived** `rev-01-waived`" in appear
    assert f"**mandatory** `{RULE}`" in disappear


def test_a_waiver_that_was_merged_before_helps(head: Clone, base: Path) -> None:
    """Equal rules are tried once, and what is waived is reported."""
    head.holds("open")
    head.waives()
    shutil.copy(head.root / "roadmap" / "waivers.yaml", base / "roadmap" / "waivers.yaml")
    code, text = head.preview(base)
    assert code == 0
    assert f"**waived** `{RULE}`" in text
    assert "brings other rules" not in text


def test_what_judges_imports_nothing_of_the_change(head: Clone, base: Path) -> None:
    """Packages of the change that break, in the folder in which the engine runs, reach neither pack nor verdict."""
    head.holds("open")
    for package in ("lib", "models", "policy"):
        for path in (head.root / package).rglob("*.py"):
            path.write_text(f"raise SystemExit('{package} of the change was imported')\n")
    code, text = head.preview(base)
    assert code != 0
    assert f"**mandatory** `{RULE}`" in text.partition("### This change brings")[0]
    assert "They do not run:" in text


def test_deployment_is_judged_by_what_was_deployed_before(head: Clone) -> None:
    """A waiver that came with its violation never counts, whatever is merged after it; one that came before does."""
    head.git("init", "--quiet")
    head.holds()
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) == 0, "before the first deployment the tree's own rules judge"

    head.holds("open")
    head.waives()
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) != 0
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) != 0, "a later commit must not bring it into force"
    assert not any(entry.get("custom") for entry in run.resources(head.target()))

    head.holds()
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) == 0
    head.holds("open")
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) == 0
    assert [entry["type"] for entry in run.resources(head.target()) if entry.get("custom")][-1] == BUCKET


def test_a_path_may_come_with_its_grant(head: Clone, base: Path) -> None:
    """Grants are what the program is to open: those of the change count, by the rules of the other branch."""
    refusal = "tag nationgraph:access is 'orders', must name a resource of catalog/access.yaml"
    head.declares(
        Res(
            "aws:rds/instance:Instance",
            "orders",
            {
                "engine": "postgres",
                "instanceClass": "db.t4g.small",
                "allocatedStorage": 20,
                "tags": {"nationgraph:access": "orders"},
            },
        )
    )
    assert refusal in head.preview(base)[1]
    model = head.root / "catalog" / "access.yaml"
    named = "\nresources:\n  orders: {kind: database, tier: database, ports: [5432], reached: router}\n"
    model.write_text(model.read_text().replace("\nresources:\n", named))
    text = head.preview(base)[1]
    assert "sec-07-required-tags" in text, "the other rules still judge"
    assert refusal not in text
