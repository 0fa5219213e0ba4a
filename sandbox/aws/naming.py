"""The names that the provider makes where a program gives none."""

import itertools
import random
import time
from collections.abc import Mapping
from typing import Any

from sandbox.aws.table import Row
from sandbox.protocol import urn

PREFIXES = ("namePrefix", "bucketPrefix", "identifierPrefix", "statementIdPrefix")
"""Inputs of which the provider makes a name at creation."""
DIGITS = 7
_COUNT = itertools.count()


def prefix_of(row: Row) -> str | None:
    """The input that is a type's prefix for names."""
    return next((name for name in PREFIXES if name in row.schema["object"]), None)


def prefixed(row: Row, inputs: Mapping[str, Any]) -> dict[str, str]:
    """The name that the provider makes of a prefix: 18 digits of time and 8 of a counter behind it.

    Source: terraform-plugin-sdk, helper/id.
    """
    prefix = inputs.get(prefix_of(row) or "")
    if not prefix or not row.autoname or inputs.get(row.autoname):
        return {}
    clock = time.gmtime(seconds := time.time())
    digits = f"{time.strftime('%Y%m%d%H%M%S', clock)}{int(seconds % 1 * 10_000):04}"
    ending = ".fifo" if inputs.get("fifoTopic") else ""
    return {row.autoname: f"{prefix}{digits}{next(_COUNT):08x}{ending}"}


def too_long(row: Row, request: Any) -> list[tuple[str, str]]:
    """The provider's refusal of a name that it would make: it cuts none. Source: pulumi, sdk/go/common/resource."""
    logical = urn.name(request.urn)
    start = logical if row.type == "aws:rds/instance:Instance" else f"{logical}-"
    if request.HasField("autonaming") or len(start) + DIGITS <= row.longest:
        return []
    reason = f"name '{start}' plus {DIGITS} random chars is longer than maximum length {row.longest}"
    return [(row.autoname or "", f"{reason}: give it a name")]


def automatic(row: Row, request: Any) -> str:
    """The name for a CheckRequest: what the engine proposes, else the logical name and 7 hex digits.

    Source: pulumi-aws, provider/autonaming.go.
    """
    logical = urn.name(request.urn)
    proposed = request.autonaming.proposed_name if request.HasField("autonaming") else ""
    suffix = "".join(random.Random(request.randomSeed or None).choices("0123456789abcdef", k=DIGITS))  # noqa: S311 - a name
    name = proposed or f"{logical}-{suffix}"
    special = {
        "aws:kms/alias:Alias": f"alias/{name}",
        "aws:s3/bucket:Bucket": name.lower(),
        "aws:rds/instance:Instance": (proposed or f"{logical}{suffix}").lower(),
        "aws:rds/subnetGroup:SubnetGroup": name.lower(),
        "aws:rds/parameterGroup:ParameterGroup": name.lower(),
    }
    return special.get(row.type, name)
