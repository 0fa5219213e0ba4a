"""``make audit-rotation``: what Secrets Manager says of every secret, without reading any."""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli import account
from cli.run import console
from lib.yaml_file import FileError
from models.manual_rotation import ByHand, load_by_hand
from reports import rotation_output as output
from reports.rotation import Secret, Version, audit

FORMATS = {"json": output.as_json, "junit": output.as_junit}


def options(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    parser.add_argument("--region", action="append", help="may be given again; the stack's own where left out")
    parser.add_argument("--format", choices=["table", *FORMATS], default="table")
    parser.add_argument("--output", type=Path, help="a file for json or junit; the table is then printed as well")


def run(name: str, stack: str, given: argparse.Namespace) -> int:
    """Print the audit of the stack's account; 1 where a secret is too old or stuck, 2 where it could not be read."""
    regions = list(dict.fromkeys(given.region or [account.region_of(stack)]))
    now = dt.datetime.now(dt.UTC)
    try:
        by_hand = [entry for entry in load_by_hand() if stack in entry.environments]
        connection = account.connection(name, stack)
        secrets = [
            secret for region in regions for secret in read(account.client("secretsmanager", region, connection))
        ]
    except FileError as error:
        return _refused(str(error))
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        return _refused(f"{error.operation_name} of {stack}: {code}: {message}; assume a role that may list secrets")
    except BotoCoreError as error:
        return _refused(f"secrets of {stack} in {', '.join(regions)} cannot be read: {error}")
    return show(secrets, by_hand, now, given)


def show(secrets: list[Secret], by_hand: list[ByHand], now: dt.datetime, given: argparse.Namespace) -> int:
    """Print or write the judgement; its exit code."""
    rows = audit(secrets, by_hand, now)
    text = FORMATS[given.format](rows, now) if given.format in FORMATS else ""
    if text and given.output:
        given.output.parent.mkdir(parents=True, exist_ok=True)
        given.output.write_text(text, encoding="utf-8")
    elif text:
        sys.stdout.write(text)
    if not text or given.output:
        console.print(output.table(rows))
    return int(output.failed(rows))


def _refused(message: str) -> int:
    console.print(message, style="red", markup=False, highlight=False)
    return 2


def read(client: Any) -> Iterator[Secret]:
    """Every secret of one region, those pending deletion included. Lists alone: no call can return a value."""
    region = client.meta.region_name
    for page in client.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True):
        for found in page["SecretList"]:
            yield _secret(found, region, list(_versions(client, found)))


def _versions(client: Any, found: Mapping[str, Any]) -> Iterator[Version]:
    """The labelled versions with the time of each, which the list of secrets does not tell."""
    if found.get("DeletedDate"):
        return
    token: dict[str, str] = {}
    while True:  # botocore has no paginator for it
        page = client.list_secret_version_ids(SecretId=found["ARN"], **token)
        for version in page.get("Versions", []):
            stages = tuple(version.get("VersionStages", ()))
            yield Version(id=version["VersionId"], created=version["CreatedDate"], stages=stages)
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _secret(found: Mapping[str, Any], region: str, versions: list[Version]) -> Secret:
    rules = found.get("RotationRules") or {}
    return Secret(
        name=found["Name"],
        region=region,
        created=found["CreatedDate"],
        changed=found.get("LastChangedDate"),
        rotated=found.get("LastRotatedDate"),
        next=found.get("NextRotationDate"),
        deleted=found.get("DeletedDate"),
        enabled=bool(found.get("RotationEnabled")),
        days=rules.get("AutomaticallyAfterDays"),
        schedule=rules.get("ScheduleExpression"),
        duration=rules.get("Duration"),
        tags={tag["Key"]: tag["Value"] for tag in found.get("Tags") or ()},
        versions=versions,
        service=found.get("OwningService"),
        primary=found.get("PrimaryRegion"),
    )
