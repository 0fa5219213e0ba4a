"""Lambda: the role, the place in a VPC, the environment, permissions."""

import datetime as dt
import re
from typing import Final

from sandbox.aws.refusals import roles
from sandbox.aws.refusals.check import Account, Params, data, found, one_network, refuse, refuses
from sandbox.aws.refusals.keys import require_usable

INVALID: Final = "InvalidParameterValueException"
INTERFACES: Final = ("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")
"""What Lambda does with the role of a function in a VPC. Source: Lambda developer guide, "Giving Lambda functions
access to resources in an Amazon VPC"."""
ENVIRONMENT_BYTES: Final = 4096
ZIPPED_BYTES: Final = 52428800
CONCURRENCY, KEPT = 1000, 100
"""Executions of an account at once, and how many must stay unreserved. Source: Lambda quotas."""


@refuses("lambda", "CreateFunction", "UpdateFunctionConfiguration")
def _function(api: Account, params: Params) -> None:
    for key, low, high in (("Timeout", 1, 900), ("MemorySize", 128, 10240)):
        if params.get(key) is not None and not low <= params[key] <= high:
            refuse("ValidationException", f"{key}: {params[key]} is not {low} to {high}")
    size = (params.get("EphemeralStorage") or {}).get("Size", 512)
    if not 512 <= size <= 10240:
        refuse("ValidationException", f"EphemeralStorage: {size} is not 512 to 10240")
    if data("retired_runtimes.json").get(params.get("Runtime"), "9999") <= dt.datetime.now(dt.UTC).date().isoformat():
        refuse(
            INVALID,
            f"The runtime parameter of {params['Runtime']} is no longer supported for creating or updating AWS"
            " Lambda functions.",
        )
    _environment((params.get("Environment") or {}).get("Variables") or {})
    _layers(params.get("Layers") or [])
    require_usable(api, params.get("KMSKeyArn"), INVALID)
    vpc = params.get("VpcConfig") or {}
    _role(api, params, private=bool(vpc.get("SubnetIds")))
    if bool(vpc.get("SubnetIds")) != bool(vpc.get("SecurityGroupIds")):
        refuse(INVALID, "The VpcConfig must have both SubnetIds and SecurityGroupIds, or neither")
    one_network(api, vpc.get("SubnetIds") or (), vpc.get("SecurityGroupIds") or (), INVALID)
    target = (params.get("DeadLetterConfig") or {}).get("TargetArn")
    if target and not re.match(r"arn:aws[a-z-]*:(sqs|sns):", target):
        refuse(INVALID, f"The dead letter target {target} is neither a queue nor a topic")


def _environment(variables: dict[str, str]) -> None:
    reserved = sorted({*variables} & {*data("reserved_variables.json")})
    if reserved:
        refuse(
            INVALID,
            "Lambda was unable to configure your environment variables because the environment variables you"
            " have provided contains reserved keys that are currently not supported for modification. Reserved keys"
            f" used in this request: {', '.join(reserved)}",
        )
    for name in variables:
        if not re.fullmatch(r"[a-zA-Z]([a-zA-Z0-9_])+", name):
            refuse("ValidationException", f"Environment variable {name!r} does not match [a-zA-Z]([a-zA-Z0-9_])+")
    size = sum(len(f"{name}{value}".encode()) for name, value in variables.items())
    if size > ENVIRONMENT_BYTES:
        refuse(
            INVALID,
            "Lambda was unable to configure your environment variables because the environment variables you"
            f" have provided exceeded the 4KB limit: {size} bytes",
        )


def _layers(layers: list[str]) -> None:
    if len(layers) > 5:
        refuse(INVALID, "Layers list has more than 5 layers")
    names = [layer.rpartition(":")[0] for layer in layers]
    if len({*names}) < len(names):
        refuse(
            INVALID, "Two different versions of the same layer are not allowed to be referenced in the same function."
        )


def _role(api: Account, params: Params, *, private: bool) -> None:
    arn = params.get("Role")
    if arn is None:
        current = found(api.client("lambda").get_function_configuration, FunctionName=params["FunctionName"])
        arn = (current or {}).get("Role")
    if arn is None:
        return
    if roles.problem(api, arn, "lambda.amazonaws.com"):
        refuse(INVALID, f"The role defined for the function cannot be assumed by Lambda: {arn}")
    lacking = roles.missing(api, roles.name_of(arn), INTERFACES if private else ())
    if lacking:
        refuse(INVALID, "The provided execution role does not have permissions to call"
               f" {lacking[0].split(':')[1]} on EC2: {arn}")  # fmt: skip


@refuses("lambda", "CreateFunction")
def _new(_api: Account, params: Params) -> None:
    zipped = (params.get("Code") or {}).get("ZipFile")
    if zipped is not None and len(zipped) > ZIPPED_BYTES:
        refuse("RequestEntityTooLargeException", f"Request must be smaller than {ZIPPED_BYTES} bytes")
    if params.get("PackageType", "Zip") == "Zip" and not (params.get("Runtime") and params.get("Handler")):
        refuse(INVALID, "Runtime and Handler are mandatory parameters for functions created with deployment packages.")


@refuses("lambda", "PutFunctionConcurrency")
def _concurrency(api: Account, params: Params) -> None:
    client, reserved = api.client("lambda"), 0
    for function in client.list_functions()["Functions"]:
        if function["FunctionName"] != params["FunctionName"]:
            answer = client.get_function_concurrency(FunctionName=function["FunctionName"])
            reserved += answer.get("ReservedConcurrentExecutions", 0)
    if reserved + params["ReservedConcurrentExecutions"] > CONCURRENCY - KEPT:
        refuse(INVALID, "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrent"
               f"Execution below its minimum value of [{KEPT}].")  # fmt: skip


@refuses("lambda", "AddPermission")
def _permission(api: Account, params: Params) -> None:
    from sandbox.aws.refusals.documents import services  # noqa: PLC0415 - which reads botocore's endpoints

    principal, account = params["Principal"], params.get("SourceAccount")
    match = re.fullmatch(r"([a-z0-9.-]+?)\.amazonaws\.com(\.cn)?", principal)
    known = match is not None and match[1] in services()
    if not known and not re.fullmatch(
        r"\*|\d{12}|[a-z0-9-]+\.amazon\.com|arn:aws[a-z-]*:(iam|sts)::\d{12}:\S+|o-[a-z0-9]+", principal
    ):
        refuse(INVALID, f"The provided principal was invalid. Please check the principal and try again: {principal}")
    if not re.fullmatch(r"lambda:(\*|[a-zA-Z]+)", params["Action"]):
        refuse("ValidationException", f"Action {params['Action']} does not match lambda:[*]|lambda:[a-zA-Z]+")
    if account and not re.fullmatch(r"\d{12}", account):
        refuse("ValidationException", f"SourceAccount {account} has not 12 digits")
    if params.get("SourceArn") and not re.match(r"arn:aws[a-z-]*:[a-zA-Z0-9-]+:", params["SourceArn"]):
        refuse("ValidationException", f"SourceArn {params['SourceArn']} is no ARN")
    held = found(api.client("lambda").get_policy, FunctionName=params["FunctionName"])
    if held and f'"Sid": "{params["StatementId"]}"' in held["Policy"].replace('":"', '": "'):
        refuse("ResourceConflictException", f"The statement id ({params['StatementId']}) provided already exists.")
