"""What a terminal shows of a run: components, changes, findings."""

import io

import pytest
from rich.console import Console

from reports import preview
from reports.events import Run
from tests.reports.support.runs import made_up, run, step


def shown(found: Run, *, changes: bool = True) -> str:
    """What a person at a terminal sees."""
    output = io.StringIO()
    Console(file=output, width=200).print(preview.terminal(found, changes=changes))
    return output.getvalue()


def test_groups_are_outermost_components() -> None:
    """A component inside of another is shown with that one; a resource outside of all has a dash."""
    found = run("create")
    groups = {name: [entry.name for entry in steps] for name, steps in preview.grouped(found)}
    assert set(groups) == {"core", "network", "people"}
    assert groups["network"] == ["network", "network-flow-logs", "network-flow-logs-role", "network-vpc"]
    assert preview.component_of(found, step("stray").urn) == "-"


def test_unchanged_resources_are_not_listed() -> None:
    """Only what changes is in the groups; a run without resources says so."""
    assert [(name, [s.name for s in steps]) for name, steps in preview.grouped(run("finding"))] == [
        ("core", ["core-security-group"])
    ]
    assert preview.summary(run("finding")) == "1 update, 2 same"
    assert preview.summary(made_up()) == "no resources"


def test_terminal_lists_changes() -> None:
    """Every change has its properties; findings and errors close."""
    text = shown(run("replace"))
    assert "± replace  core-instance rds Instance  username" in text
    assert "error: core-instance: unable to replace" in text
    assert "mandatory sec-07-no-open-ingress: core-security-group: ingress" in " ".join(shown(run("finding")).split())


def test_terminal_counts_components() -> None:
    """After a success each component is one line; components themselves are not counted as resources."""
    rows = [line.split() for line in shown(run("create"), changes=False).splitlines()]
    assert ["network", "2", "2", "create"] in rows
    assert ["core", "1", "unchanged"] in [
        line.split() for line in shown(made_up_component(), changes=False).splitlines()
    ]


def made_up_component() -> Run:
    """A component with one resource that stays as it is."""
    component = step("core", "same", "nationgraph:database:PrivateDatabase")
    return made_up([component, step("core-key", "same", "aws:kms/key:Key", parent=component.urn)])


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        ("aws:ec2/vpc:Vpc", "ec2 Vpc"),
        ("nationgraph:network:Network", "Network"),
        ("kubernetes:apps/v1:Deployment", "Deployment"),
        ("custom:Thing", "Thing"),
    ],
)
def test_short_types(type_: str, said: str) -> None:
    """AWS types keep their service, others their name, and any token that the engine accepts is fine."""
    assert preview.short(type_) == said
