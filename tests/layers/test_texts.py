"""No name, description or tag of any stack is one that AWS refuses for its characters or its length."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Deploy, Recorded
from tests.layers.support.stacks import STACKS, deployed_stack

PATTERNS: Mapping[str, Mapping[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "support" / "texts.yaml").read_text()
)
WORDS = ("name", "description", "handler", "statementId")
"""Properties that hold a text of our choice; a type that has one is in the table."""
ELSEWHERE = {"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"}


def texts(resource: Recorded) -> Iterator[tuple[str, str]]:
    """Property and value of every text that the table knows for the resource; of tags both halves."""
    for key, value in (resource.inputs.get("tags") or {}).items() if _has_tag_map(resource) else ():
        yield "tags.key", key
        yield "tags.value", value
    for path in PATTERNS.get(resource.type, {}):
        head, _, tail = path.partition(".")
        rows = resource.inputs.get(head) or ()
        values = [row.get(tail) for row in rows] if tail else [resource.inputs.get(head)]
        yield from ((path, value) for value in values if value is not None)


def _has_tag_map(resource: Recorded) -> bool:
    return isinstance(resource.inputs.get("tags"), Mapping)


def refused(resource: Recorded) -> list[str]:
    """What AWS would say no to."""
    known = {**PATTERNS["*"], **PATTERNS.get(resource.type, {})}
    return [
        f"{resource.name}.{path}: {text!r}" for path, text in texts(resource) if not re.fullmatch(known[path], text)
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_aws_takes_every_text(stack: str, deploy: Deploy) -> None:
    """Each has the characters and the length that its API reference states."""
    made = [r for r in deployed_stack(deploy, stack).resources if r.type.startswith("aws:")]
    found = [problem for resource in made for problem in refused(resource)]
    assert found == []
    assert sum(1 for resource in made for _ in texts(resource)) > 500


def test_every_type_with_a_text_is_known(deploy: Deploy) -> None:
    """A type that the stack declares with a name or description has its pattern in the table."""
    made = [r for r in deployed_stack(deploy, "production").resources if r.type.startswith("aws:")]
    missing = {
        f"{r.type} {key}"
        for r in made
        for key in r.inputs
        if key in WORDS and r.type not in ELSEWHERE and key not in PATTERNS.get(r.type, {})
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("aws:ec2/securityGroup:SecurityGroup", {"ingress": [{"description": "the tailnet's devices"}]}),
        ("aws:ec2/securityGroup:SecurityGroup", {"description": "a < b"}),
        ("aws:ec2/securityGroup:SecurityGroup", {"name": "sg-mine"}),
        ("aws:iam/role:Role", {"description": "the “best” role"}),
        ("aws:kms/alias:Alias", {"name": "alias/aws/mine"}),
        ("aws:kms/key:Key", {"tags": {"aws:mine": "x"}}),
        ("aws:sns/topic:Topic", {"tags": {"owner": "a, b"}}),
    ],
)
def test_the_table_refuses(type_: str, inputs: dict[str, Any], deploy: Deploy) -> None:
    """What AWS is known to refuse is found: no pattern is idle."""
    sample = deployed_stack(deploy, "dev").all(type_)[0]
    assert len(refused(replace(sample, inputs=inputs))) == 1
