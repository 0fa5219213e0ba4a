"""the age of every secret of STACK's account, and which are stuck; REGIONS, FORMAT=json or junit, OUTPUT

Only what Secrets Manager lists is asked for: no call can return a value.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import account
from cli.findings import Output, hand_over
from cli.options import SANDBOX, Place, Stack
from cli.output import refuse
from cli.target import choose
from models.manual_rotation import load_manual_rotation
from reports import rotation_output as output
from reports.rotation import Secret, Version, audit

GROUP = "Secrets"
FORMATS = {"json": output.as_json, "junit": output.as_junit}
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", envvar="REGIONS", help="May be given again; the stack's own where left out."),
]
Form = Annotated[Literal["table", "json", "junit"], typer.Option("--format", envvar="FORMAT")]


def run(
    stack: Stack = SANDBOX, place: Place = "", regions: Regions = None, form: Form = "table", target: Output = None
) -> int:
    """Print the audit of the stack's account; 1 where a secret is too old or stuck, 2 where it could not be read."""
    name = choose("audit-rotation", stack, place)
    wanted = list(dict.fromkeys(regions or [account.region_of(stack)]))
    now = dt.datetime.now(dt.UTC)
    try:
        by_hand = [entry for entry in load_manual_rotation() if stack in entry.environments]
        connection = account.connection(name, stack)
        secrets = [secret for region in wanted for secret in read(account.client("secretsmanager", region, connection))]
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        return refuse(f"{error.operation_name} of {stack}: {code}: {message}; assume a role that may list secrets")
    except BotoCoreError as error:
        return refuse(f"secrets of {stack} in {', '.join(wanted)} cannot be read: {error}")
    rows = audit(secrets, by_hand, now)
    hand_over(output.table(rows), FORMATS[form](rows, now) if form in FORMATS else "", target)
    return int(output.failed(rows))


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
