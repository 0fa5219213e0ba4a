"""SEC-01: every planted secret is found, and nothing that a normal company has is taken for one."""

import json

import pytest

from policy.facts import plaintext
from tests.policy.support.mutations import DEEP
from tests.policy.support.planted_secrets import PLANTED, Row
from tests.policy.support.public_values import ORDINARY
from tests.support.resources import Res, as_resource_args


def found(row: Row) -> list[tuple[str, str]]:
    """Path and kind of each secret of one resource."""
    return list(plaintext.findings(as_resource_args(Res(row[0], "it", row[1]))))


@pytest.mark.parametrize("name", PLANTED)
def test_planted_secret_is_found(name: str) -> None:
    """By its name, its format, in a URL, in text: the path is told, the value is not."""
    assert found(PLANTED[name])


@pytest.mark.parametrize("name", ORDINARY)
def test_public_value_is_left_alone(name: str) -> None:
    """Digests, references, counts, public keys, DNS, code: no alarm."""
    assert found(ORDINARY[name]) == []


def test_the_sums_are_told() -> None:
    """A table that loses its rows must be seen."""
    secrets, alarms = sum(bool(found(row)) for row in PLANTED.values()), sum(map(bool, map(found, ORDINARY.values())))
    print(f"planted secrets found: {secrets} of {len(PLANTED)}")
    print(f"public values left alone: {len(ORDINARY) - alarms} of {len(ORDINARY)}")
    assert len(PLANTED) >= 130
    assert len(ORDINARY) >= 110


def test_a_secret_nested_deeper_than_python_calls_is_found() -> None:
    """JSON of many levels ends no walk over it."""
    text = '{"a":' * DEEP + json.dumps({"password": "hun" + "ter2x"}) + "}" * DEEP
    ((path, _),) = found(("aws:lambda/function:Function", {"description": text}))
    assert path.endswith(".a.password")
