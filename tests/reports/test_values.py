"""Values as reports show them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.values import SIGNATURE, UNKNOWN, properties, shown, text

pytestmark = pytest.mark.no_cover

SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:hush"}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
)


@pytest.mark.parametrize(
    ("value", "name", "said"),
    [
        (SECRET, "", "[secret]"),
        ({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": "hush"}, "", "[secret]"),
        ({SIGNATURE: None}, "", "[secret]"),
        ({SIGNATURE: ["x"]}, "", "[secret]"),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "open", "secret": False}, "", "open"),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "hush", "secret": True}, "", "[secret]"),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": {"a": SECRET}}, "", '{"a": "[secret]"}'),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}, "", "[not known yet]"),
        ({SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "hash": "1"}, "", "[archive]"),
        (UNKNOWN, "", "[not known yet]"),
        ("hunter" + "22", "dbPassword", "[secret]"),
        (12345678, "password", "[secret]"),
        (["hunter" + "22"], "passwords", "[secret]"),
        ("16.9", "engineVersion", "16.9"),
        (40, "allocatedStorage", "40"),
        (None, "password", "null"),
        ("line\x1b[2J\nnext", "", "line\\x1b[2J next"),
        ({"a": 1}, "", '{"a": 1}'),
    ],
)
def test_text(value: Any, name: str, said: str) -> None:
    """One line, without secrets by mark, by name or by form, and without control sequences."""
    assert text(value, name) == (said if not isinstance(value, list) else json.dumps([said]))


def test_long_values_are_cut() -> None:
    """Where a line must stay readable."""
    assert text("a" * 100, most=10) == "a" * 10 + "…"


@given(PLAIN, st.lists(st.sampled_from(["list", "object"]), max_size=60))
def test_secrets_are_hidden_at_any_depth(beside: Any, nesting: list[str]) -> None:
    """Also below the depth at which values are no longer shown."""
    value: Any = SECRET
    for kind in nesting:
        value = [beside, value] if kind == "list" else {"inner": value, "beside": beside}
    for said in (json.dumps(shown(value)), json.dumps(shown(value, marks_only=True)), text(value)):
        assert "hush" not in said
        assert SIGNATURE not in said


@pytest.mark.parametrize("value", [None, [], "text", 3, SECRET, {SIGNATURE: None}, {SIGNATURE: []}])
def test_properties_of_any_shape_are_an_object(value: Any) -> None:
    """A mark in place of all of them included: who looks for one by name finds none."""
    assert properties(value) == properties(value, marks_only=True) == {}


def test_properties_are_hidden_one_by_one() -> None:
    """The others stay."""
    assert properties({"a": 1, "b": SECRET}) == {"a": 1, "b": "[secret]"}
