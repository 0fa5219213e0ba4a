"""Secrets Manager: names, policies, schedules of rotation, and the right of the service to run the function."""

import json
import re
from typing import Any, Final

from sandbox.aws.refusals import documents
from sandbox.aws.refusals.check import Account, Params, found, refuse, refuses
from sandbox.aws.refusals.keys import require_usable
from sandbox.aws.refusals.roles import as_list
from sandbox.aws.refusals.schedules import problem

INVALID: Final = "InvalidParameterException"
VALUE_BYTES: Final = 65536


@refuses("secretsmanager", "CreateSecret")
def _secret(api: Account, params: Params) -> None:
    name = params["Name"]
    if not re.fullmatch(r"[a-zA-Z0-9/_+=.@-]{1,512}", name):
        refuse("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of"
               " the following: -/_+=.@!")  # fmt: skip
    require_usable(api, params.get("KmsKeyId"), INVALID)
    for replica in params.get("AddReplicaRegions") or ():
        if replica.get("Region") == api.region:
            refuse(INVALID, "Invalid replica region: it is the region of the primary secret")
    existing = found(api.client("secretsmanager").describe_secret, SecretId=name)
    if existing and existing.get("DeletedDate"):
        refuse("InvalidRequestException", "You can't create this secret because a secret with this name is already"
               " scheduled for deletion.")  # fmt: skip


@refuses("secretsmanager", "UpdateSecret")
def _changed(api: Account, params: Params) -> None:
    require_usable(api, params.get("KmsKeyId"), INVALID)


@refuses("secretsmanager", "DeleteSecret")
def _deletion(_api: Account, params: Params) -> None:
    if not 7 <= params.get("RecoveryWindowInDays", 30) <= 30:
        refuse(INVALID, "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")


@refuses("secretsmanager", "PutSecretValue")
def _value(api: Account, params: Params) -> None:
    given = [params[key] for key in ("SecretString", "SecretBinary") if params.get(key) is not None]
    if len(given) != 1:
        refuse(INVALID, "You must provide either SecretString or SecretBinary, and not both.")
    if len(given[0].encode() if isinstance(given[0], str) else given[0]) > VALUE_BYTES:
        refuse("ValidationException", f"A secret value has at most {VALUE_BYTES} bytes")
    stages = params.get("VersionStages") or []
    if len(stages) > 20 or any(not 1 <= len(stage) <= 256 for stage in stages):
        refuse("LimitExceededException", "A version has at most 20 stages of 1 to 256 characters")
    _not_deleted(api, params["SecretId"])


def _not_deleted(api: Account, secret: str) -> None:
    existing = found(api.client("secretsmanager").describe_secret, SecretId=secret)
    if existing and existing.get("DeletedDate"):
        refuse("InvalidRequestException", "You can't perform this operation on the secret because it was marked for"
               " deletion.")  # fmt: skip


@refuses("secretsmanager", "PutResourcePolicy")
def _policy(api: Account, params: Params) -> None:
    statements = documents.check(api, params["ResourcePolicy"], documents.SECRET)
    _not_deleted(api, params["SecretId"])
    for row in statements:
        principal = row.get("Principal")
        broad = principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS")))
        if params.get("BlockPublicPolicy") and row["Effect"] == "Allow" and broad and not row.get("Condition"):
            refuse("PublicPolicyException", "You can't use this resource policy because it grants broad access.")


@refuses("secretsmanager", "RotateSecret")
def _rotation(api: Account, params: Params) -> None:
    _not_deleted(api, params["SecretId"])
    rules = params.get("RotationRules") or {}
    days, schedule = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days and schedule:
        refuse(INVALID, "You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
    if rules and not days and not schedule:
        refuse(INVALID, "RotationRules: give AutomaticallyAfterDays or ScheduleExpression")
    if days and not 1 <= days <= 1000:
        refuse(INVALID, "RotationRules.AutomaticallyAfterDays must be within 1-1000.")
    if schedule and (wrong := problem(schedule, rotation=True)):
        refuse(INVALID, f"Invalid ScheduleExpression: {wrong}")
    _window(rules.get("Duration"), schedule)
    secret = found(api.client("secretsmanager").describe_secret, SecretId=params["SecretId"])
    arn = params.get("RotationLambdaARN") or (secret or {}).get("RotationLambdaARN")
    if secret is not None and not arn:
        refuse("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
    if arn:
        _invocable(api, arn)


def _window(duration: str | None, schedule: str | None) -> None:
    """The window is whole hours, and ends before the next one begins and within the day, for schedules in days."""
    if duration is None:
        return
    hours = int(duration[:-1]) if re.fullmatch(r"[0-9]{1,2}h", duration) else 0
    if not 1 <= hours <= 24:
        refuse(INVALID, f"Invalid Duration {duration}: 1h to 24h")
    rate = re.fullmatch(r"rate\((\d+) hours?\)", schedule or "")
    if rate and hours > int(rate[1]):
        refuse(INVALID, f"The window of {duration} extends into the next rotation window of {schedule}")
    cron = re.fullmatch(r"cron\(0 (\d+|[\d,/*-]+) .*\)", schedule or "")
    if cron and cron[1].isdigit() and int(cron[1]) + hours > 24:
        refuse(INVALID, f"The window of {duration} must not extend into the next UTC day")


def _invocable(api: Account, arn: str) -> None:
    if found(api.client("lambda").get_function, FunctionName=arn) is None:
        return  # Secrets Manager's own error
    answer = found(api.client("lambda").get_policy, FunctionName=arn)
    rows: list[Any] = json.loads(answer["Policy"])["Statement"] if answer else []
    for row in rows:
        principal = row.get("Principal")
        named = as_list(principal.get("Service")) if isinstance(principal, dict) else [principal]
        if row["Effect"] == "Allow" and ({"secretsmanager.amazonaws.com", "*"} & {*named}):
            return
    refuse(
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function"
        " policy grants access to the principal secretsmanager.amazonaws.com.",
    )
