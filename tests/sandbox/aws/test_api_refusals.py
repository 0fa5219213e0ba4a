"""What AWS's API refuses, the sandbox refuses with AWS's code; and takes the nearest declaration that AWS takes."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.sandbox.support.cloud import Cloud
from tests.support.depth import deep, in_sample

pytestmark = pytest.mark.no_cover

ROWS: dict[str, list[list[Any]]] = yaml.safe_load((Path(__file__).parent / "support" / "refusals.yaml").read_text())


def outcome(cloud: Cloud, sample: str, alias: str, inputs: dict[str, Any]) -> str:
    """The code of the refusal; ``preview`` where the provider refuses, ``taken`` where nobody does."""
    cloud.inputs(sample)  # what the sample refers to is there
    try:
        wanted = cloud.inputs(sample, **inputs)
    except AssertionError:
        return "preview"
    try:
        cloud.make(sample, alias, **inputs)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except ValueError as error:
        return str(error).partition(":")[0]
    assert wanted
    cloud.remove(alias)
    return "taken"


@deep
@pytest.mark.parametrize("group", ROWS)
def test_refused_and_taken(cloud: Cloud, group: str) -> None:
    """Each row: the wrong declaration is refused with its code, the right one beside it is taken."""
    wrong, tried = [], [row for row in ROWS[group] if in_sample(str(row[:2]), 5)]
    for number, (sample, refused, code, taken) in enumerate(tried):
        seen = outcome(cloud, sample, f"wrong{number}", refused)
        if seen not in code.split("|"):
            wrong.append(f"{sample} {refused}: {seen}, not {code}")
        seen = outcome(cloud, sample, f"right{number}", taken)
        if seen != "taken":
            wrong.append(f"{sample} {taken}: {seen}, not taken")
    print(f"{group}: {2 * len(tried) - len(wrong)} of {2 * len(tried)} refused and taken as by AWS")
    assert wrong == []
