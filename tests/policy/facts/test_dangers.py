"""The table of dangers: what it can say, and that it speaks of every type of the SDK that has the danger."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_policy.proxy import UnknownValueError

from policy.facts import dangers, policy_documents
from tests.policy.support.sdk_inputs import inputs_by_type
from tests.support.resources import UNKNOWN, Res, as_resource_args

LEFT_OUT: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("left_out.yaml").read_text(encoding="utf-8"))
"""By danger: the names of properties that tell of it, and those that the table leaves out, by reason."""
OPTION = "option protect"


def _plain(path: str) -> str:
    return re.sub(r"\[\]|\?", "", path).partition("{}")[0]


def _judged() -> dict[str, set[str]]:
    """``rds/instance.storageEncrypted`` for each row, by danger."""
    table = {
        danger: {f"{type_}.{_plain(path)}" for type_, rows in of.items() for path in rows if path != OPTION}
        for danger, of in dangers.written().items()
    }
    table["public_access"] = table["public_data"] | table["public_tools"] | table["public_sharing"]
    documents = policy_documents.places()
    table["resource_policies"] = {f"{type_.split(':')[1]}.{place.path}" for type_, place in documents.items()}
    return table


def _of_sdk(name: str) -> Iterator[str]:
    pattern = re.compile(name)
    for type_, inputs in inputs_by_type().items():
        yield from (f"{type_.split(':')[1]}.{path}" for path in inputs if pattern.fullmatch(path.rpartition(".")[2]))


def _is_judged(found: str, judged: set[str]) -> bool:
    """True where the table has the property, or one of the block that it is."""
    return any(path == found or path.startswith(f"{found}.") for path in judged)


def _patterns(danger: str) -> list[str]:
    return [pattern for patterns in LEFT_OUT[danger]["left_out"].values() for pattern in patterns]


@pytest.mark.parametrize("danger", LEFT_OUT)
def test_every_type_of_the_sdk_is_judged(danger: str) -> None:
    """Whoever upgrades pulumi-aws reads here which new properties nobody has judged: enter each in the table."""
    judged, left_out = _judged()[danger], _patterns(danger)
    unjudged = [
        found
        for found in _of_sdk(LEFT_OUT[danger]["properties"])
        if not _is_judged(found, judged) and not any(fnmatchcase(found, pattern) for pattern in left_out)
    ]
    assert unjudged == []


@pytest.mark.parametrize("danger", LEFT_OUT)
def test_what_is_left_out_exists_and_is_not_judged(danger: str) -> None:
    """A reason for what is gone, or for what is judged after all, misleads."""
    judged = _judged()[danger]
    unjudged = [found for found in _of_sdk(LEFT_OUT[danger]["properties"]) if not _is_judged(found, judged)]
    dead = [pattern for pattern in _patterns(danger) if not any(fnmatchcase(found, pattern) for found in unjudged)]
    assert dead == []


@pytest.mark.parametrize("danger", dangers.written())
def test_rows_name_properties_that_exist(danger: str) -> None:
    """A type or property that is misspelt would never be judged."""
    sdk = inputs_by_type()
    for type_, rows in dangers.table(danger).items():
        unknown = [row.path for row in rows if row.path != OPTION and _plain(row.path) not in sdk[type_]]
        assert [path for path in unknown if "permissions" not in path] == [], type_


@pytest.mark.parametrize(
    ("inputs", "rows", "said"),
    [
        ({"a": {"b": True}}, {"a.b": True}, []),
        ({"a": [{"b": True}, {"b": False}]}, {"a.b": True}, ["a[1].b is False, must be True"]),
        ({}, {"a.b": True}, ["a.b is None, must be True"]),
        ({}, {"a?.b": True}, []),
        ({"a": {}}, {"a?.b": True}, ["a.b is None, must be True"]),
        ({}, {"a[].b": True}, []),
        ({"a": '{"b": false}'}, {"a{}.b": True}, ["a.b is False, must be True"]),
        ({"a": "no JSON"}, {"a{}.b": True}, ["a is 'no JSON', must be True"]),
        ({"a": "x"}, {"a.b": "off or absent"}, ["a is 'x', must be False or absent"]),
        ({"a": ["x", "all"]}, {"a": {"not": "all"}}, ["a is a list, must be other than 'all'"]),
        ({"a": ["x"]}, {"a": {"not": "all"}}, []),
        ({"a": "x,All"}, {"a": {"not": "All"}}, ["a is 'x,All', must be other than 'All'"]),
        ({"a": 8.0}, {"a": {"from": 7, "to": 35}}, []),
        ({"a": True}, {"a": {"from": 0, "to": 35}}, ["a is True, must be 0 to 35 days"]),
        ({"a": "8"}, {"a": {"from": 7, "to": 35, "absent": True}}, []),
        ({"a": "eight"}, {"a": {"from": 7, "to": 35}}, ["a is 'eight', must be 7 to 35 days"]),
        ({}, {"a": {"from": 7, "to": 35, "absent": True}}, []),
        ({"b": "x"}, {"a": {"must": True, "when": {"b": ["x"]}}}, ["a is None, must be True"]),
        ({"b": "y"}, {"a": {"must": True, "when": {"b": ["x"]}}}, []),
        ({"b": UNKNOWN}, {"a": {"must": True, "unless": {"b": "given"}}}, []),
        ({"a": [{"b": 1}, {}]}, {"a[].c": {"must": True, "unless": {".b": "given"}}}, ["a[1].c is None, must be True"]),
        ({"a": "alias/aws/rds"}, {"a": "own key"}, ["a is 'alias/aws/rds', must be a customer-managed KMS key"]),
        ({"a": UNKNOWN}, {"a": "own key"}, []),
    ],
)
def test_what_a_row_can_say(inputs: dict[str, Any], rows: dict[str, Any], said: list[str]) -> None:
    """Blocks, lists, text, ranges and conditions, as the header of the table says."""
    made = [row for path, must in rows.items() for row in dangers.rows(path, must)]
    assert list(dangers.findings(as_resource_args(Res("aws:x/y:Y", "it", inputs)), made)) == said


@pytest.mark.parametrize("inputs", [{"a": UNKNOWN}, {"a": {"b": UNKNOWN}}, {"a": [{"b": False}, {"b": UNKNOWN}]}])
def test_unknown_values_end_the_rule_last(inputs: dict[str, Any]) -> None:
    """What is known is said first; then the engine learns that there was no verdict."""
    (row,) = dangers.rows("a.b", True)
    found = dangers.findings(as_resource_args(Res("aws:x/y:Y", "it", inputs)), [row])
    with pytest.raises(UnknownValueError):
        assert list(found) is None
