"""Properties before and after: what differs, where it is, and never a secret."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.differences import LONGEST, differences
from tests.reports.support.mutants import STRANGE
from tests.reports.support.runs import run, step
from tests.reports.test_values import SECRET


def changed(old: Any, new: Any, *keys: str, **other: Any) -> dict[str, tuple[str | None, str | None]]:
    """Both sides by path."""
    one = step("a", keys=keys, old={"inputs": old}, new={"inputs": new}, **other)
    return {found.path: (found.before, found.after) for found in differences(one)}


def test_only_what_differs_is_listed() -> None:
    """A leaf by its own path; what is on one side alone is whole."""
    old = {"a": 1, "same": [1, {"b": 2}], "tags": {"x": "1", "y": "2"}, "gone": {"c": 3}}
    new = {"a": 1.5, "same": [1, {"b": 2}], "tags": {"x": "1", "y": "3"}, "here": ["d"]}
    assert changed(old, new) == {
        "a": ("1", "1.5"),
        "tags.y": ("2", "3"),
        "gone": ('{"c": 3}', None),
        "here": (None, '["d"]'),
    }


def test_a_new_first_item_leaves_the_others_alone() -> None:
    """Items are compared by what they hold; one that changed is looked into."""
    rules = [{"port": 443, "cidr": "10.0.0.0/8"}, {"port": 80, "cidr": "10.0.0.0/8"}]
    assert changed({"ingress": rules}, {"ingress": [{"port": 22}, *rules]}) == {"ingress[0]": (None, '{"port": 22}')}
    opened = [rules[0], {"port": 80, "cidr": "0.0.0.0/0"}]
    assert changed({"ingress": rules}, {"ingress": opened}) == {"ingress[1].cidr": ("10.0.0.0/8", "0.0.0.0/0")}
    assert changed({"ingress": rules}, {"ingress": rules[1:]}) == {
        "ingress[0]": ('{"cidr": "10.0.0.0/8", "port": 443}', None)
    }


def test_json_in_a_text_is_looked_into() -> None:
    """As policy documents are written; one that is written differently and says the same differs in nothing."""
    old, new = ({"Statement": [{"Action": action, "Effect": "Allow"}]} for action in ("s3:GetObject", "s3:*"))
    assert changed({"policy": json.dumps(old)}, {"policy": json.dumps(new)}) == {
        "policy.Statement[0].Action": ("s3:GetObject", "s3:*")
    }
    assert changed({"policy": json.dumps(old)}, {"policy": json.dumps(old, indent=2)}) == {}
    assert changed({"a": "{"}, {"a": "[" * 9_999}) == {"a": ("{", "[" * LONGEST + "…")}


OLD, NEW = "hunter2x", "hunter3x"
SECRETS = [
    ({"password": OLD}, {"password": NEW}),
    ({"value": SECRET}, {"value": {**SECRET, "ciphertext": NEW}}),
    ({"policy": json.dumps({"dbPassword": OLD})}, {"policy": json.dumps({"dbPassword": NEW})}),
    ({"policy": json.dumps({"dbPassword": OLD})}, {}),
    ({}, {"nested": [json.dumps({"list": [{"dbPassword": NEW}]})]}),
]


@pytest.mark.parametrize(("old", "new"), SECRETS)
def test_secrets_are_hidden_and_their_change_is_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Whether marked, named, or named inside of JSON: the property is listed where the engine says that it changes."""
    (key,) = {*old, *new}
    found = changed(old, new, key)
    assert "hunter" not in str(found)
    assert "[secret]" in str(found)
    assert all(path.startswith(key) for path in found)


def test_what_replaces_is_marked() -> None:
    """Also where only a part of it, or the whole around it, is named."""
    one = step("a", "replace", forcing=["x.y", "name"], old={"inputs": {"x": 1}}, new={"inputs": {"x": 2, "name": "b"}})
    assert {found.path: found.forces for found in differences(one)} == {"name": True, "x": True}
    other = step("a", "replace", forcing=["name"], old={"inputs": {"names": 1}}, new={"inputs": {"names": 2}})
    assert [found.forces for found in differences(other)] == [False]


def test_what_the_account_says_is_shown_where_inputs_are_equal() -> None:
    """A refresh tells of outputs."""
    old, new = ({"inputs": {"a": 1}, "outputs": {"a": value}} for value in (1, 2))
    (found,) = differences(step("a", "refresh", keys=["a"], old=old, new=new))
    assert (found.path, found.before, found.after) == ("a", "1", "2")


def test_a_long_text_is_shown_where_it_differs() -> None:
    """The part around the first difference, of both sides the same."""
    start = "#!/bin/sh\n" * 500
    ((before, after),) = changed({"userData": start + "a" * 3000}, {"userData": start + "b" * 3000}).values()
    assert before is not None
    assert after is not None
    assert len(before) == len(after) == LONGEST + 2
    assert "/bin/sh aaaa" in before
    assert "/bin/sh bbbb" in after


def test_the_engine_s_own_log() -> None:
    """A replaced database: the property that forces it, and no other."""
    replaced = [found for one in run("replace").steps if one.operation == "replace" for found in differences(one)]
    assert [(found.path, found.forces) for found in replaced] == [("username", True)]


@given(st.sampled_from(STRANGE), st.sampled_from(STRANGE), st.sampled_from(["a", "a.b", "", "[", "\ud800"]))
def test_no_value_raises(old: Any, new: Any, key: str) -> None:
    """Whatever the log holds."""
    changed({"a": old, "b": [old, new]}, {"a": new, "b": [new]}, key, forcing=[key])
