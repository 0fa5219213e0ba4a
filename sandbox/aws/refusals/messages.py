"""CloudWatch, Logs, EventBridge and SNS: alarms, groups, rules and targets, topics and subscriptions."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from sandbox.aws.refusals import documents, keys, roles
from sandbox.aws.refusals.check import Account, Params, found, refuse, refuses, require_json
from sandbox.aws.refusals.schedules import problem

DAY, WEEK = 86400, 7 * 86400
RETENTION: Final = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
                    3653)  # fmt: skip
MATCHERS: Final = {"prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"}
TARGETS: Final = 5
TARGETS_WITH_ROLES: Final = ("states", "kinesis", "ecs", "codepipeline", "codebuild", "firehose", "batch", "ssm")


def _valid_period(period: int) -> bool:
    return period in (10, 20, 30) or (period > 0 and period % 60 == 0)


@refuses("cloudwatch", "PutMetricAlarm")
def _alarm(_api: Account, params: Params) -> None:  # noqa: C901 - one condition after the other
    if params.get("EvaluationCriteria"):
        return  # an alarm on a query of PromQL, which has neither metric nor periods
    periods, count = [params["Period"]] if params.get("Period") else [], params.get("EvaluationPeriods", 1)
    for query in params.get("Metrics") or ():
        periods += [p for p in (query.get("Period"), (query.get("MetricStat") or {}).get("Period")) if p]
    for period in periods:
        if not _valid_period(period):
            refuse("ValidationError", f"Period must be 10, 20, 30 or a multiple of 60, not {period}")
        limit = WEEK if period >= 3600 else DAY
        if period * count > limit:
            span = "7 days" if limit == WEEK else "a day"
            rule = f"EvaluationPeriods * Period must be <= {limit}"
            refuse("ValidationError", f"Metrics cannot be checked across more than {span} ({rule})")
    if params.get("DatapointsToAlarm", 1) > count:
        refuse("ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    for problem_ in _alarm_problems(params):
        refuse("ValidationError" if " and " in problem_ else "InvalidParameterCombination", problem_)
    for key in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in params.get(key) or ():
            if not re.match(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[a-zA-Z0-9-]*:.+", arn):
                refuse("ValidationError", f"Invalid arn syntax: {arn}")
    missing = params.get("TreatMissingData", "missing")
    if missing not in ("breaching", "notBreaching", "ignore", "missing"):
        refuse("ValidationError", f"Option {missing} is not supported for TreatMissingData")


def _alarm_problems(params: Params) -> Iterator[str]:
    metrics = params.get("Metrics") or []
    single = [key for key in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period") if params.get(key)]
    if metrics and single:
        yield "MetricName, Namespace, Statistic, Period and Metrics must not be given together"
    if not metrics:
        if not params.get("MetricName") or not params.get("Namespace") or not params.get("Period"):
            yield "MetricName, Namespace and Period are required for an alarm on a metric"
        if bool(params.get("Statistic")) == bool(params.get("ExtendedStatistic")):
            yield "Exactly one of Statistic or ExtendedStatistic is needed for an alarm on a metric"
    extended = params.get("ExtendedStatistic")
    if extended and not re.fullmatch(r"(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?|p100|IQM|(TM|TC|TS|WM|PR)\(.*\)", extended):
        yield f"The value {extended} for parameter ExtendedStatistic is not supported and known"
    if params.get("Threshold") is None and not params.get("ThresholdMetricId"):
        yield "Threshold and ThresholdMetricId are both missing"
    returned = [query for query in metrics if query.get("ReturnData", True)]
    if metrics and len(returned) != 1 + bool(params.get("ThresholdMetricId")):
        yield "Exactly one element of the metrics list should return data and be watched"
    ids = [query["Id"] for query in metrics]
    if len({*ids}) < len(ids):
        yield "The ids of metrics and expressions must be unique"


@refuses("logs", "CreateLogGroup")
def _log_group(api: Account, params: Params) -> None:
    if params["logGroupName"].startswith("aws/"):
        refuse("InvalidParameterException", "Log groups starting with AWS/ are reserved for AWS.")
    _log_key(api, params.get("kmsKeyId"), params["logGroupName"])


@refuses("logs", "AssociateKmsKey")
def _log_key_change(api: Account, params: Params) -> None:
    _log_key(api, params["kmsKeyId"], params.get("logGroupName", ""))


def _log_key(api: Account, key: str | None, group: str) -> None:
    if not key:
        return
    if not key.startswith("arn:"):
        refuse("InvalidParameterException", f"The KMS key {key} is no ARN")
    keys.require_usable(api, key, "InvalidParameterException")
    if not keys.serves(api, key, f"logs.{api.region}.amazonaws.com"):
        refuse("AccessDeniedException", "The specified KMS key does not exist or is not allowed to be used with Arn"
               f" 'arn:aws:logs:{api.region}:{api.account}:log-group:{group}'")  # fmt: skip


@refuses("logs", "PutRetentionPolicy")
def _retention(_api: Account, params: Params) -> None:
    if params["retentionInDays"] not in RETENTION:
        refuse("InvalidParameterException", f"1 validation error detected: retentionInDays one of {list(RETENTION)}")


@refuses("events", "PutRule")
def _rule(api: Account, params: Params) -> None:
    pattern, schedule, bus = params.get("EventPattern"), params.get("ScheduleExpression"), params.get("EventBusName")
    if not pattern and not schedule:
        refuse("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if schedule and bus not in (None, "default"):
        refuse("ValidationException", "ScheduleExpression is supported only on the default event bus.")
    if schedule and problem(schedule):
        refuse("ValidationException", f"Parameter ScheduleExpression is not valid: {problem(schedule)}")
    if pattern:
        _pattern(pattern)
    if bus and not found(api.client("events").describe_event_bus, Name=bus):
        refuse("ResourceNotFoundException", f"Event bus {bus} does not exist.")


def _pattern(text: str) -> None:
    invalid = "InvalidEventPatternException"
    try:
        pattern = json.loads(text)
    except ValueError:
        refuse(invalid, "Event pattern is not valid. Reason: Filter is not valid JSON")
    if not isinstance(pattern, dict) or not pattern:
        refuse(invalid, "Event pattern is not valid. Reason: Filter is not an object, or is empty")
    for reason in _pattern_problems(pattern):
        refuse(invalid, f"Event pattern is not valid. Reason: {reason}")


def _pattern_problems(pattern: Any) -> Iterator[str]:
    for key, value in pattern.items():
        if key == "$or" and isinstance(value, list):
            for branch in value:
                yield from _pattern_problems(branch if isinstance(branch, dict) else {"": branch})
        elif isinstance(value, dict) and value:
            yield from _pattern_problems(value)
        elif not isinstance(value, list):
            yield f'"{key}" must be an object or an array'
        elif not value:
            yield f'"{key}": empty arrays are not allowed'
        else:
            for item in value:
                if isinstance(item, list) or (isinstance(item, dict) and not ({*item} <= MATCHERS and len(item) == 1)):
                    yield f'"{key}": unrecognized match type {item}'


@refuses("events", "PutTargets")
def _targets(api: Account, params: Params) -> None:
    client, rule = api.client("events"), params["Rule"]
    bus = {"EventBusName": params["EventBusName"]} if params.get("EventBusName") else {}
    if not found(client.describe_rule, Name=rule, **bus):
        refuse("ResourceNotFoundException", f"Rule {rule} does not exist on EventBus {params.get('EventBusName')}.")
    held = {target["Id"] for target in client.list_targets_by_rule(Rule=rule, **bus)["Targets"]}
    if len(held | {target["Id"] for target in params["Targets"]}) > TARGETS:
        refuse(
            "LimitExceededException", f"The requested resource exceeds the maximum number allowed: {TARGETS} targets"
        )
    for target in params["Targets"]:
        _target(api, target)


def _target(api: Account, target: Any) -> None:
    match = re.fullmatch(r"arn:aws[a-z-]*:([a-z0-9-]+):[a-z0-9-]*:(\d{12})?:.+", target["Arn"])
    if match is None:
        refuse(
            "ValidationException",
            f"Parameter {target['Arn']} is not valid. Reason: Provided Arn is not in correct format.",
        )
    if sum(bool(target.get(key)) for key in ("Input", "InputPath", "InputTransformer")) > 1:
        refuse("ValidationException", f"Only one of Input, InputPath, or InputTransformer must be provided for target"
               f" {target['Id']}.")  # fmt: skip
    if target.get("Input"):
        try:
            json.loads(target["Input"])
        except ValueError:
            refuse("ValidationException", f"JSON syntax error in input for target {target['Id']}")
    if match[1] in TARGETS_WITH_ROLES and not target.get("RoleArn"):
        refuse("ValidationException", f"RoleArn is required for target {target['Arn']}.")
    if target.get("RoleArn") and (wrong := roles.problem(api, target["RoleArn"], "events.amazonaws.com")):
        refuse("ValidationException", f"Provided role '{target['RoleArn']}' cannot be assumed by principal"
               f" 'events.amazonaws.com': {wrong}")  # fmt: skip
    transformer = target.get("InputTransformer") or {}
    named = {*re.findall(r"<([A-Za-z0-9_-]+)>", transformer.get("InputTemplate") or "")}
    unknown = named - {*(transformer.get("InputPathsMap") or {})}
    if transformer and unknown:
        refuse("ValidationException", f"InputTemplate for target {target['Id']} contains placeholders without paths:"
               f" {', '.join(sorted(unknown))}")  # fmt: skip
    retry = target.get("RetryPolicy") or {}
    if (
        not 60 <= retry.get("MaximumEventAgeInSeconds", 60) <= DAY
        or not 0 <= retry.get("MaximumRetryAttempts", 0) <= 185
    ):
        refuse("ValidationException", "RetryPolicy: events are 60 to 86400 seconds old, retries at most 185")


@refuses("sns", "CreateTopic")
def _topic(api: Account, params: Params) -> None:
    name, attributes = params["Name"], params.get("Attributes") or {}
    fifo = str(attributes.get("FifoTopic", "")).lower() == "true"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}(\.fifo)?", name) or name.endswith(".fifo") != fifo or len(name) > 256:
        refuse("InvalidParameter", "Invalid parameter: Topic Name")
    for key, value in attributes.items():
        _topic_attribute(api, key, str(value))


@refuses("sns", "SetTopicAttributes")
def _topic_change(api: Account, params: Params) -> None:
    _topic_attribute(api, params["AttributeName"], params.get("AttributeValue") or "")


def _topic_attribute(api: Account, name: str, value: str) -> None:
    if name == "Policy" and value:
        documents.check(api, value, documents.TOPIC)
    if name == "DisplayName" and len(value) > 100:
        refuse("InvalidParameter", "Invalid parameter: Attributes Reason: DisplayName must be at most 100 characters")
    if name == "KmsMasterKeyId" and value:
        keys.require_usable(api, value, "InvalidParameter")
    if name == "SignatureVersion" and value not in ("1", "2"):
        refuse("InvalidParameter", "Invalid parameter: Attributes Reason: SignatureVersion must be 1 or 2")
    if name == "TracingConfig" and value not in ("Active", "PassThrough"):
        refuse("InvalidParameter", "Invalid parameter: Attributes Reason: TracingConfig")
    if name in ("DeliveryPolicy", "DataProtectionPolicy") and value:
        require_json(name, value)
