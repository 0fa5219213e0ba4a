"""The names that the provider makes where a program gives none."""

import random
from typing import Any

from sandbox.aws.table import Row


def automatic(row: Row, request: Any) -> str:
    """The name for a CheckRequest: what the engine proposes, else the logical name and 7 hex digits.

    Source: pulumi-aws, provider/autonaming.go.
    """
    logical = request.urn.rpartition("::")[2]
    proposed = request.autonaming.proposed_name if request.HasField("autonaming") else ""
    suffix = "".join(random.Random(request.randomSeed or None).choices("0123456789abcdef", k=7))  # noqa: S311 - a name
    name = proposed or f"{logical}-{suffix}"
    special = {
        "aws:kms/alias:Alias": f"alias/{name}",
        "aws:s3/bucket:Bucket": name.lower(),
        "aws:rds/instance:Instance": (proposed or f"{logical}{suffix}").lower(),
        "aws:rds/subnetGroup:SubnetGroup": name.lower(),
        "aws:rds/parameterGroup:ParameterGroup": name.lower(),
    }
    return special.get(row.type, name)
