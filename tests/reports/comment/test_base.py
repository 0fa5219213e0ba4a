"""What the base branch changes as well is apart, and a name that a provider makes up is no change."""

from typing import Any

import pytest

from reports.comment.made_up import made_up as names_of
from tests.reports.comment.support.reports import replaced, report, seen, shown
from tests.reports.support.runs import finding, made_up, step


def test_pending_changes_of_the_base_branch_are_apart() -> None:
    """What the base branch does as well, to the same inputs, is folded; what this change does otherwise is its own."""
    both = step("drifted", "update", new={"inputs": {"size": 1}}, keys=["size"])
    base = made_up([both, step("other", "update", new={"inputs": {"size": 1}}, keys=["size"])])
    head = made_up([both, step("other", "update", new={"inputs": {"size": 2}}, keys=["size"]), step("new", "create")])
    found = seen(head, base=base)
    assert {row[1] for row in found.rows["-"]} == {"other (ec2 Vpc)", "new (ec2 Vpc)"}
    (fold,) = [name for name in found.folds if name.startswith("Already pending")]
    assert fold == "Already pending on the base branch: 1 change (1 update)"
    assert found.items[fold] == ["update drifted (ec2 Vpc)"]
    assert "Already pending on the base branch: 1 change" in shown(head, base=base)
    assert not report(base, base=base).changes


def test_dangers_pending_on_the_base_branch_stay_in_sight() -> None:
    """They come with the deployment all the same, marked, after those of the change."""
    both, own = (replaced(name) for name in ("drifted", "own"))
    items = seen(made_up([both, own]), base=made_up([both])).items["Dangerous"]
    assert [("drifted" in item, "pending on the base branch" in item) for item in items] == [
        (False, False),
        (True, True),
    ]


def test_a_failed_preview_of_the_base_branch_is_said() -> None:
    """Then what is pending is not all known."""
    base = made_up([step("a")], errors=["a: failed"], succeeded=False)
    assert "preview of the base branch failed" in seen(made_up([step("a"), step("b")]), base=base).lead
    refused = made_up([step("a")], [finding("bad")], succeeded=False)
    assert "preview of the base branch failed" not in seen(made_up([step("a"), step("b")]), base=refused).lead


@pytest.mark.parametrize(
    ("operation", "inputs", "names"),
    [
        ("create", {"name": "a-1234567", "__defaults": ["name", "size"], "size": 1}, ["a-1234567"]),
        ("replace", {"metadata": {"name": "a-1", "annotations": {"pulumi.com/autonamed": "true"}}}, ["a-1"]),
        ("update", {"name": "a-1234567", "__defaults": ["name"]}, []),
        ("create", {"name": "a", "__defaults": "name", "metadata": []}, []),
        ("create", {"name": ["a"], "__defaults": ["name", 1, None]}, []),
        ("create", None, []),
    ],
)
def test_names_that_a_provider_makes_up(operation: str, inputs: Any, names: list[str]) -> None:
    """Of what is new alone, and whatever the log holds."""
    assert list(names_of(step("a", operation, new={"inputs": inputs}))) == names


def test_a_made_up_name_is_no_change_of_a_replacement() -> None:
    """It would be another one in the next preview; where it forces the replacement it is shown."""
    old = {"inputs": {"name": "a-1111111", "size": 1, "__defaults": ["name"]}}
    new = {"inputs": {"name": "a-2222222", "size": 2, "__defaults": ["name"]}}
    rows = seen(made_up([step("a", "replace", keys=["size"], forcing=["size"], old=old, new=new)])).rows["-"]
    assert rows == [["replace", "a (ec2 Vpc)", "size (forces replacement)", "1", "2"]]
    rows = seen(made_up([step("a", "replace", keys=["name"], forcing=["name"], old=old, new=new)])).rows["-"]
    assert [row[2] for row in rows] == ["name (forces replacement)", "size"]
