"""Where a name is taken: one sentence that says why and what to type."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.advice import Failure, advice

SECRET = "aws:secretsmanager/secret:Secret"
PARENT = "urn:pulumi:dev::platform::nationgraph:secrets:Secrets::all"


def said(type_: str, error: str, parent: str = "", **inputs: Any) -> str:
    """The advice for a failed operation on ``it``."""
    failure = Failure(urn=f"urn:pulumi:dev::platform::{type_}::it", parent=parent, inputs=inputs, said=error)
    return advice(failure, "dev", "make up STACK=dev")


CASES = yaml.safe_load((Path(__file__).parent / "support" / "taken_names.yaml").read_text())
SCHEDULED = "InvalidRequestException: a secret with this name is already scheduled for deletion"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['type']} {case['error'].split(':')[0]}")
def test_taken_names_have_a_sentence(case: dict[str, Any]) -> None:
    """It names the resource, the commands in full, and the one after it."""
    sentence = said(case["type"], case["error"], **case["inputs"])
    assert sentence.startswith("it: ")
    assert "\n" not in sentence
    assert [part for part in case["says"] if part not in sentence] == []


@pytest.mark.parametrize(
    "error", ["", "AccessDenied: no", "InvalidParameterValue: x", "DependencyViolation: in use", "Throttling"]
)
def test_other_failures_have_none(error: str) -> None:
    """Their own message says what is wrong."""
    assert said(SECRET, error, name="core") == ""


def test_children_are_adopted_below_their_parent() -> None:
    """Else the program would make a second one beside it."""
    assert f"--parent parent={PARENT} {SECRET} it" in said(SECRET, SCHEDULED, PARENT, name="core")
    stack = "urn:pulumi:dev::platform::pulumi:pulumi:Stack::platform-dev"
    assert "--parent" not in said(SECRET, SCHEDULED, stack, name="core")


@given(st.text(min_size=1), st.text(min_size=1))
def test_names_are_words_of_a_shell(name: str, logical: str) -> None:
    """Whatever a name holds, it stays one word, and nothing in it is run or obeyed."""
    urn = f"urn:pulumi:dev::platform::aws:iam/role:Role::{logical}"
    sentence = advice(Failure(urn=urn, parent="", inputs={"name": name}, said="EntityAlreadyExists"), "dev", "make up")
    assert "\x1b" not in sentence
    if name.isprintable() and logical.isprintable() and " " not in name + logical and "`" not in name + logical:
        command = sentence.partition("adopt it with `")[2].rpartition("`")[0]
        assert shlex.split(command)[-2:] == [logical, name]
