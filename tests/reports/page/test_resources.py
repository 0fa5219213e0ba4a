"""The resources of a page: all that stand before or after, each in its component, with what it needs."""

from hypothesis import given
from hypothesis import strategies as st

from reports.change import Change
from reports.page.resources import ALONE, Graph, graph
from tests.reports.page.support.changes import entry, everything, step, urn
from tests.reports.support.mutants import STRANGE
from tests.reports.support.runs import made_up, run


def named(shown: Graph) -> dict[str, str]:
    """The operation of each resource."""
    return {resource.name: resource.operation for resource in shown.resources}


def test_what_stands_before_or_after_is_shown_once() -> None:
    """With what happens to it; components and the stack are no resources."""
    shown = graph(everything()[0])
    assert named(shown) == {
        "kept": "same",
        "orders-core": "replace",
        "changed": "update",
        "gone": "delete",
        "alone": "same",
        "new": "create",
        "strange": "orders-operation",
        "seen": "refresh",
        "other": "import",
        "looked": "read",
    }
    assert [resource.number for resource in shown.resources] == list(range(10))


def test_components_that_change_come_first() -> None:
    """The gravest first, and in each the resources likewise; what lies in none has a place of its own."""
    shown = graph(everything()[0])
    assert [component.name for component in shown.components] == ["network", "orders", ALONE]
    assert [resource.name for resource in shown.components[1].resources] == ["strange", "orders-core", "changed"]
    assert shown.components[0].operations == {"delete": 1, "create": 1}


def test_edges_lead_to_what_is_needed() -> None:
    """By property, by declaration, and to the resource in which one lies; between components they are counted."""
    base, part = entry("base", "a"), {**entry("part", "b"), "parent": urn("base")}
    plain = {**entry("plain", "b", ["base", "base"]), "dependencies": [urn("part"), urn("plain"), urn("nowhere")]}
    shown = graph(Change(stack="production", run=made_up(), after=[base, part, plain]))
    assert [resource.needs for resource in shown.resources] == [[], [0], [0, 1]]
    assert [resource.needed_by for resource in shown.resources] == [[1, 2], [2], []]
    assert {component.name: dict(component.needs) for component in shown.components} == {"a": {}, "b": {0: 2}}


def test_a_log_alone_is_enough() -> None:
    """Where no state is given, the steps say what there is, and in which component."""
    shown = graph(Change(stack="production", run=run("replace")))
    assert "replace" in named(shown).values()
    assert shown.components[0].name != ALONE


def test_a_replacement_is_not_hidden_by_its_parts() -> None:
    """Of several steps of a resource the one that changes something counts; an entry that is being deleted does not."""
    entries = [entry("a"), {**entry("b"), "delete": True}]
    steps = [step("a", "update", {}, {}), step("a", "same", {}, {})]
    assert named(graph(Change(stack="production", run=made_up(steps), before=entries))) == {"a": "update"}


def test_types_are_said_in_short() -> None:
    """As people say them."""
    kinds = ["aws:ec2/vpc:Vpc", "kubernetes:apps/v1:Deployment", "tailscale:index/acl:Acl", "odd"]
    entries = [entry(str(number), type_=kind) for number, kind in enumerate(kinds)]
    shown = graph(Change(stack="production", run=made_up(), after=entries))
    assert [resource.kind for resource in shown.resources] == ["ec2 Vpc", "Deployment", "Acl", "odd"]


@given(st.sampled_from([one for one in STRANGE if isinstance(one, str)]), st.sampled_from(["dependencies", "parent"]))
def test_damaged_states_do_not_raise(text: str, key: str) -> None:
    """Names that are none, and edges to nowhere."""
    damaged = {**entry("a"), "urn": text, key: text if key == "parent" else [text, urn("a")]}
    graph(Change(stack="production", run=made_up([step(text, "update", {}, {})]), after=[damaged, entry("a")]))
