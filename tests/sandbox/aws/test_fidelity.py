"""The provider judges documented properties as the real one does, at the same stage; what it takes it shows again."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.aws import convert, observed, resource
from sandbox.aws.api import Api
from sandbox.aws.table import rows
from sandbox.protocol.schema import UNKNOWN
from tests.sandbox.support.cloud import Cloud, Props, check, sample_of, samples
from tests.support.depth import deep, in_sample

pytestmark = pytest.mark.no_cover

NOT_BY_ID = ("aws:ec2/securityGroupRule:SecurityGroupRule", "aws:iam/role:Role")
"""Types that are not read whole by their id alone: their lists may belong to other resources."""


@cache
def cases() -> dict[str, Any]:
    """The documented cases of each type, from both files."""
    found: dict[str, Any] = {}
    for name in ("fidelity.yaml", "fidelity_fresh.yaml"):
        for token, entry in yaml.safe_load((Path(__file__).parent / "support" / name).read_text()).items():
            row = found.setdefault(token, {})
            for kind, given in entry.items():
                row[kind] = [*row.get(kind, ()), *given] if isinstance(given, list) else given
    return found


def _each(kind: str) -> Iterator[Any]:
    for token, entry in cases().items():
        for index, inputs in enumerate(entry.get(kind, ())):
            name = entry.get("from") or sample_of(token)
            yield pytest.param(name, inputs, id=f"{token.rpartition(':')[2]}-{kind}-{index}")


@pytest.fixture(scope="module")
def prepared(api: Api) -> Iterator[Cloud]:
    """What the cases refer to, made once for all of them; each deletes its own resource."""
    made = Cloud(api)
    yield made
    made.clear()


def _ready(prepared: Cloud, sample: str) -> Cloud:
    """Where a case may make its own resource: nothing of its name is left from what others refer to."""
    if sample in prepared.made:
        prepared.clear()
    prepared.prepare(sample)
    return prepared


def _with(cloud: Cloud, sample: str, changes: Props) -> Props:
    """A sample's inputs with others laid over them, references made."""
    laid = {**samples()[sample].get("inputs", {}), **changes}
    return {key: value for key, value in cloud.resolve(laid).items() if value is not None}


def _checked(sample: str, given: Props) -> tuple[Props, dict[str, str]]:
    return check(samples()[sample]["type"], given, name="fidelity")


def test_every_type_has_cases_of_acceptance_and_refusal() -> None:
    """A new type brings its documented cases."""
    assert set(cases()) == set(rows())
    assert all(entry["good"] and entry["bad"] for entry in cases().values())


def _lower(value: Any) -> Any:
    """AWS shows names of protocols and actions in lower case."""
    return json.loads(json.dumps(value).lower())


def _some(kind: str, one_in: int) -> Iterator[Any]:
    """The cases that are created as well: a sample, and all in `make prove`."""
    return (case for case in _each(kind) if in_sample(case.id, one_in))


@deep
@pytest.mark.parametrize(("sample", "changes"), _some("good", 8))
def test_documented_values_are_taken_and_shown_again(prepared: Cloud, sample: str, changes: Props) -> None:
    """Accepted in a preview and at creation, and read back by the id alone."""
    cloud = _ready(prepared, sample)
    inputs, failures = _checked(sample, _with(cloud, sample, changes))
    assert failures == {}
    row = rows()[samples()[sample]["type"]]
    identifier, state = resource.create(cloud.api, row, inputs)
    try:
        whole = row.type in NOT_BY_ID
        reread = state if whole else {key: state[key] for key in ("arn", "user") if key in state}
        shown = observed.read(cloud.api, row, identifier, reread)
        assert shown is not None
        declared = {key: inputs[key] for key, value in changes.items() if value is not None and key not in row.ignore}
        hidden = observed.SECRET.search, observed.WRITE_ONLY.search
        lost = {
            key: shown.get(key)
            for key, value in declared.items()
            if not any(search(key) for search in hidden)
            and value not in (*convert.EMPTY, False)
            and not observed.agrees(row, key, _lower(value), _lower(shown.get(key)))
        }
        assert lost == {}
    finally:
        final = {"skipFinalSnapshot": True, "forceDestroy": True, "skipDestroy": False}
        known = {key: value for key, value in final.items() if key in row.schema["object"]}
        resource.delete(cloud.api, row, identifier, {**state, **inputs, **known})


@pytest.mark.parametrize("kind", ["good", "bad", "late"])
def test_preview_judges_as_documented(kind: str) -> None:
    """Before anything is made, wrong values are refused and no others; references are unknown then."""
    cloud, wrong, count = _Unmade(), [], 0
    for case in _each(kind):
        sample, changes = case.values
        refused = _checked(sample, _with(cloud, sample, changes))[1] != {}
        count += 1
        wrong += [case.id] if refused != (kind == "bad") else []
    print(f"documented inputs, {kind}: judged right in a preview {count - len(wrong)} of {count}")
    assert wrong == []


@deep
@pytest.mark.parametrize(("sample", "changes"), _some("late", 3))
def test_values_that_only_aws_refuses_pass_the_preview(prepared: Cloud, sample: str, changes: Props) -> None:
    """The provider lets them pass; creation fails and leaves nothing."""
    cloud = _ready(prepared, sample)
    row, given = rows()[samples()[sample]["type"]], _with(cloud, sample, changes)
    inputs, failures = _checked(sample, given)
    assert failures == {}
    before = cloud.api.identifiers(row)
    with pytest.raises((BotoCoreError, ClientError, ValueError, RuntimeError)):
        resource.create(cloud.api, row, inputs)
    assert cloud.api.identifiers(row) == before


class _Unmade(Cloud):
    """References as in a first preview: unknown."""

    def __init__(self) -> None:
        self.made = {}

    def resolve(self, value: Any) -> Any:
        """What refers to another resource is unknown."""
        if isinstance(value, dict) and "ref" in value:
            return UNKNOWN
        return super().resolve(value)
