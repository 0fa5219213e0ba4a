"""How old is each secret of the account, and how long has its rotation been open? One metric line for each secret.

Ages are those of versions: the date of a secret itself moves with its tags and its policy. No value is read.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import boto3

from lambdas.kit import metrics
from lambdas.kit.vault import CURRENT, PENDING

NAMESPACE = "NationGraph/Secrets"


def handler(event: Mapping[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001 - Lambda's signature
    """Measure every secret of this region; copies are measured where the original is."""
    client = boto3.client("secretsmanager")
    now = dt.datetime.now(dt.UTC)
    count = 0
    for page in client.get_paginator("list_secrets").paginate():
        for secret in page["SecretList"]:
            region = str(secret["ARN"]).split(":")[3]
            if secret.get("PrimaryRegion", region) == region:
                metrics.write(line(secret, list(_versions(client, secret["ARN"])), now))
                count += 1
    return {"secrets": count}


def _versions(client: Any, arn: str) -> Iterator[Mapping[str, Any]]:
    """The versions that have labels. Botocore has no paginator for them."""
    token: dict[str, str] = {}
    while True:
        page = client.list_secret_version_ids(SecretId=arn, **token)
        yield from page.get("Versions", ())
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def line(secret: Mapping[str, Any], versions: Sequence[Mapping[str, Any]], now: dt.datetime) -> dict[str, Any]:
    """One secret as metrics."""
    values = {
        "AgeDays": ("None", age_days(secret, versions, now)),
        "PendingHours": ("None", pending_hours(versions, now)),
    }
    return metrics.line(NAMESPACE, {"Secret": secret["Name"]}, values, now)


def age_days(secret: Mapping[str, Any], versions: Sequence[Mapping[str, Any]], now: dt.datetime) -> float:
    """Days since the value in use was made; a secret without one is as old as it is itself."""
    made: list[dt.datetime] = [row["CreatedDate"] for row in versions if CURRENT in row.get("VersionStages", ())]
    return round((now - max(made, default=secret["CreatedDate"])) / dt.timedelta(days=1), 2)


def pending_hours(versions: Sequence[Mapping[str, Any]], now: dt.datetime) -> float:
    """Hours for which a version has been AWSPENDING without being AWSCURRENT; 0 where none is."""
    open_: list[dt.datetime] = [
        row["CreatedDate"]
        for row in versions
        if PENDING in row.get("VersionStages", ()) and CURRENT not in row["VersionStages"]
    ]
    return round((now - min(open_)) / dt.timedelta(hours=1), 2) if open_ else 0.0
