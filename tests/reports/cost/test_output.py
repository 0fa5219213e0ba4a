"""Costs as people and machines read them."""

import json
from decimal import Decimal

import pytest
from rich.console import Console

from reports.cost import output
from reports.cost.estimate import compare, estimate
from reports.cost.model import Estimate
from tests.reports.cost.support.entries import COMPONENT, NAT, REGION, database, entry, nodes, template, urn

CORE = {**database(), "parent": urn(COMPONENT, "core")}
STRANGE = entry("aws:redshift/cluster:Cluster", "<img src=x>|`@everyone`")
BOTH = {"dev": estimate([CORE, STRANGE], REGION), "production": estimate([CORE, entry(NAT)], REGION)}


def printed(estimates: dict[str, Estimate]) -> str:
    """What a wide terminal shows, without colours."""
    console = Console(width=300, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    console.print(output.terminal(estimates))
    return console.export_text()


@pytest.mark.parametrize(
    ("amount", "signed", "text"),
    [
        ("0", True, "0.00 USD"),
        ("-0.001", True, "0.00 USD"),
        ("1234.565", False, "1,234.57 USD"),
        ("12.3", True, "+12.30 USD"),
        ("-5", True, "-5.00 USD"),
    ],
)
def test_money_is_rounded_to_cents_at_the_end(amount: str, *, signed: bool, text: str) -> None:
    """Half a cent is rounded up; nothing is minus zero."""
    assert output.money(Decimal(amount), signed=signed) == text


def test_stacks_stand_side_by_side_and_one_stack_item_by_item() -> None:
    """With the total, what is not priced, what is assumed, and the dates of the prices."""
    both, one = printed(BOTH), printed({"dev": BOTH["dev"]})
    assert "total      56.76       94.72" in both
    assert "rds/postgres/db.t4g.medium       730      hour  0.074  54.02" in one
    for text in (both, one):
        assert "not priced: 1 x aws:redshift/cluster:Cluster: no price is entered for this type" in text
        assert "Prices were last compared on 20" in text
    assert "assumed: nat/data: idle" in both


def test_a_difference_is_a_part_of_a_comment() -> None:
    """Sums first, then resources; nothing where nothing differs; names from the stack are no markup."""
    before = estimate([CORE, entry(NAT, "<b>|`@all`")], REGION)
    found = compare(before, estimate([{**CORE, "inputs": database(multiAz=True)["inputs"]}, STRANGE], REGION))
    lines = output.difference_markdown(found)
    assert lines[:4] == ["### Cost", "", f"{output.verdict(found)}.", ""]
    assert output.verdict(found) == "+18.80 USD (94.72 USD a month before, 113.52 USD after); 1 more not priced"
    assert "| `network` |" not in lines
    assert "| `core` | `core` | `56.76 USD` | `113.52 USD` |" in lines
    assert "| `-` | `` <b>\\|`@all` `` | `37.96 USD` | `0.00 USD` |" in lines
    assert lines[-1] == "- not priced: `1 x aws:redshift/cluster:Cluster: no price is entered for this type`"
    assert output.difference_markdown(compare(before, before)) == []


def test_markdown_holds_every_stack() -> None:
    """A table with a column each."""
    text = output.markdown(BOTH)
    assert "| component | `dev` | `production` |" in text
    assert "| `total` | `56.76` | `94.72` |" in text
    assert "- not priced: `1 x aws:redshift/cluster:Cluster" in text


def test_json_holds_exact_amounts_as_text() -> None:
    """So that no reader makes binary fractions of them; lines add up to the total."""
    stacks = json.loads(output.as_json(BOTH))["stacks"]
    assert stacks["dev"]["total"] == "56.760"
    assert sum(Decimal(line["monthly"]) for line in stacks["dev"]["lines"]) == Decimal("56.76")
    assert stacks["dev"]["unknown"][0]["why"] == "no price is entered for this type"


def test_a_thousand_changes_are_cut_and_counted() -> None:
    """The sums stay, whatever the number."""
    many = estimate([entry(NAT, f"nat-{number:04}") for number in range(1000)], REGION)
    lines = output.difference_markdown(compare(Estimate(), many))
    assert len("\n".join(lines)) < 15_000
    assert any(line.endswith(" more.") for line in lines)


def test_the_dearest_comes_first() -> None:
    """Components by their sum, items within."""
    made = estimate([CORE, {**nodes(), "parent": urn(COMPONENT, "cluster")}, template()], REGION)
    assert [(component, item) for component, item, *_ in output.grouped(made)] == [
        ("cluster", "ec2/t4g.large"),
        ("cluster", "ebs/gp3"),
        ("core", "rds/postgres/db.t4g.medium"),
        ("core", "rds/gp3"),
    ]
