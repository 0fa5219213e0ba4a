"""Secrets are closed to all but named readers, renewed in time, and never in Pulumi's state."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.functions.functions import FunctionNetwork
from components.functions.names import FunctionNames
from components.secrets.documents import Consumer, consumers_tag, resource_policy
from components.secrets.parts import SecretArgs
from components.secrets.secrets import PLACEHOLDER, HandRotatedSecret, RotatedSecret, RotatedSecretArgs, Rotator
from policy.rules.sec_02 import every_secret_rotates as sec_02_every_secret_rotates
from policy.rules.sec_02 import rotation_gap as sec_02_rotation_gap
from tests.components.iam.support.access import allowed
from tests.components.support.platform import HERE, TOPIC, platform
from tests.components.support.programs import program
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment

ROOT = Path(__file__).resolve().parents[3]
SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
READER = HERE.iam("role/nationgraph/workload/external-secrets")
ADMIN = HERE.identity_role("break-glass")
OWN = FunctionNames(account=HERE, name="rotate-core").role_arn
STRANGER = HERE.iam("role/nationgraph/workload/stranger")


def base(**changes: Any) -> SecretArgs:
    """A secret that the cluster reads."""
    given: dict[str, Any] = {
        "platform": platform(),
        "secret_name": "nationgraph/core/database",
        "description": "core",
        "consumers": [Consumer(name="cluster", role_arn=READER, reload="event")],
        "administrators": [ADMIN],
    }
    return SecretArgs(**{**given, **changes})


def arguments(*, every_days: int = 30, rotators: tuple[str, ...] = (), **changes: Any) -> RotatedSecretArgs:
    """The same, renewed by a function that has a credential of its own."""
    rotator = Rotator(
        program=program(),
        environment={"DATABASE_HOST": "core.internal"},
        network=FunctionNetwork(vpc_id="vpc-1", subnet_ids=["subnet-1"], reaches={5432: "sg-db"}),
        credential=("rotator-arn", "rotator-key"),
    )
    fields = {"engine": "postgres", "username": "core_a"}
    return RotatedSecretArgs(
        secret=base(**changes), fields=fields, rotator=rotator, rotators=rotators, every_days=every_days
    )


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    """One secret called ``core``."""
    return deploy(lambda: RotatedSecret("core", arguments(**changes)))


def policy_of(made: Deployment) -> dict[str, Any]:
    """The resource policy."""
    found: dict[str, Any] = json.loads(made.one("aws:secretsmanager/secretPolicy:SecretPolicy").inputs["policy"])
    return found


def may(document: dict[str, Any], principal: str, action: str, **context: str) -> bool:
    """Whether a principal that IAM allows everything passes the resource policy."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    rows = [{k: v for k, v in row.items() if k != "Principal"} for row in document["Statement"]]
    named = {key.replace("__", ":"): value for key, value in context.items()}
    return allowed({"Statement": [everything, *rows]}, action, "secret", {"aws:PrincipalArn": principal, **named})


def test_children(deploy: Deploy) -> None:
    """Exactly what the docstring lists."""
    made = deployed(deploy, replica_regions=["eu-west-1"])
    assert sorted(r.name.removeprefix("core-") for r in made.resources if "function-" not in r.name) == [
        "alarm-age", "alarm-pending", "core", "function", "initial", "invoke", "key", "key-eu-west-1",
        "policy", "rotation", "secret",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("principal", "reads", "writes"),
    [(READER, True, False), (OWN, True, True), (ADMIN, True, True), (STRANGER, False, False)],
    ids=["consumer", "function", "administrator", "stranger"],
)
def test_who_may(deploy: Deploy, principal: str, *, reads: bool, writes: bool) -> None:
    """A stranger reads nothing, whatever IAM allows it; a consumer writes nothing."""
    document = policy_of(deployed(deploy))
    assert may(document, principal, "secretsmanager:GetSecretValue") is reads
    assert (
        may(document, principal, "secretsmanager:GetSecretValue", secretsmanager__VersionStage="AWSPREVIOUS") is reads
    )
    for action in ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"):
        assert may(document, principal, action) is writes
    assert may(document, principal, "secretsmanager:DescribeSecret")


def test_the_provider_reads_back_what_it_put(deploy: Deploy) -> None:
    """The first value holds no secret, and the pipeline must see it in a refresh; no rotation names a version so."""
    document = policy_of(deployed(deploy))
    get = "secretsmanager:GetSecretValue"
    assert may(document, STRANGER, get, secretsmanager__VersionId="terraform-20261125010203000000000001")
    assert not may(document, STRANGER, get, secretsmanager__VersionId="4fab2dc5-2b8e-4c61-969c-88fc6928324f")


def test_functions_that_need_it_read_it(deploy: Deploy) -> None:
    """The rotator's secret is read by the functions of the secrets that it renews."""
    other = FunctionNames(account=HERE, name="rotate-other").role_arn
    assert may(policy_of(deployed(deploy, rotators=("other",))), other, "secretsmanager:GetSecretValue")
    assert not may(policy_of(deployed(deploy)), other, "secretsmanager:GetSecretValue")


def test_state_holds_no_secret(deploy: Deploy) -> None:
    """The first value has a placeholder, is never put over a later one, and a change of facts changes nothing."""
    version = deployed(deploy).one(VERSION)
    value = json.loads(version.inputs["secretString"])
    assert value == {"engine": "postgres", "username": "core_a", "password": PLACEHOLDER}
    assert version.inputs["versionStages"] == ["initial"]
    assert list(version.request.ignoreChanges) == ["secretString", "versionStages"]


def test_first_value_comes_before_the_policy(deploy: Deploy) -> None:
    """Whoever makes the stack need not be one of the writers: the policy that names them waits for the first value."""
    made = deployed(deploy)
    assert made.named("core-initial").urn in made.named("core-policy").dependencies
    assert made.named("core-policy").urn not in made.named("core-initial").dependencies


def test_rotation(deploy: Deploy) -> None:
    """Within 90 days, not on each change, and only once function, value and policy are there."""
    made = deployed(deploy)
    rotation = made.one(ROTATION)
    assert rotation.inputs["rotateImmediately"] is False
    assert rotation.inputs["rotationRules"] == {"scheduleExpression": "rate(30 days)", "duration": "4h"}
    before = {made.named(f"core-{what}").urn for what in ("initial", "invoke", "policy", "function-function", "secret")}
    assert before <= set(rotation.dependencies)
    invoke = made.one("aws:lambda/permission:Permission").inputs
    assert (invoke["principal"], invoke["sourceAccount"]) == ("secretsmanager.amazonaws.com", ACCOUNT)
    assert invoke["sourceArn"] == f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:core-secret"


@pytest.mark.parametrize("days", [1, 30, 89])
def test_accepted_intervals_obey_the_rules(deploy: Deploy, stack_violations: Any, days: int) -> None:
    """Whatever the component accepts, the policies do."""
    made = deployed(deploy, every_days=days)
    for rule in (sec_02_rotation_gap.RULE, sec_02_every_secret_rotates.RULE):
        assert stack_violations(rule, made) == []


def test_function_may_renew_this_secret_only(deploy: Deploy) -> None:
    """Its rights name two secrets and two keys, the keys through Secrets Manager only."""
    made = deployed(deploy)
    policy = json.loads(made.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    rows = {row["Sid"]: row for row in policy}
    arn, key = (made.named(f"core-{what}").urn and f"core-{what}" for what in ("secret", "key"))
    assert rows["Rotate"]["Resource"].endswith(arn)
    assert rows["Key"]["Resource"].endswith(key)
    assert rows["ReadRotator"]["Resource"] == "rotator-arn"
    assert rows["ReadRotator"]["Action"] == "secretsmanager:GetSecretValue"
    assert rows["RotatorKey"]["Action"] == "kms:Decrypt"
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}}
    assert rows["Key"]["Condition"] == rows["RotatorKey"]["Condition"] == through


def test_rotator_renews_itself(deploy: Deploy) -> None:
    """Without a credential of its own the function uses the secret that it renews."""
    args = arguments()
    alone = RotatedSecretArgs(
        secret=args.secret, fields=args.fields, rotator=Rotator(**{**vars(args.rotator), "credential": None})
    )
    made = deploy(lambda: RotatedSecret("core", alone))
    variables = made.one("aws:lambda/function:Function").inputs["environment"]["variables"]
    assert variables["ROTATOR_SECRET_ARN"] == variables["SECRET_ARN"]
    assert "ReadRotator" not in made.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]


def test_alarms(deploy: Deploy) -> None:
    """Age, an open rotation and a failing function ring; a watch that is silent rings too; each names its runbook."""
    made = deployed(deploy)
    alarms = {alarm.name: alarm.inputs for alarm in made.all(ALARM)}
    age, pending, failed = (alarms[f"core-{key}"] for key in ("alarm-age", "alarm-pending", "function-alarm"))
    assert (age["metricName"], age["threshold"], age["treatMissingData"]) == ("AgeDays", 80, "breaching")
    assert (pending["metricName"], pending["threshold"]) == ("PendingHours", 24)
    assert age["dimensions"] == {"Secret": "nationgraph/core/database"}
    assert failed["dimensions"] == {"FunctionName": "nationgraph-rotate-core"}
    for alarm in alarms.values():
        assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]
        page = alarm["alarmDescription"].rpartition("/blob/main/")[2]
        assert page == "docs/runbooks/secret-rotation.md"
        assert (ROOT / page).is_file()


def test_replicas_have_keys_of_their_own(deploy: Deploy) -> None:
    """A copy lies in its region under a key of that region."""
    made = deployed(deploy, replica_regions=["eu-west-1"])
    copy = made.named("core-key-eu-west-1")
    assert (copy.inputs["region"], copy.inputs["enableKeyRotation"], copy.protect) == ("eu-west-1", True, True)
    (replica,) = made.one(SECRET).inputs["replicas"]
    assert replica["region"] == "eu-west-1"
    assert replica["kmsKeyId"].endswith("core-key-eu-west-1")


def test_secrets_are_protected(deploy: Deploy) -> None:
    """Secret and key survive a destroy; consumers are named in a tag."""
    made = deployed(deploy)
    assert [made.named(f"core-{what}").protect for what in ("secret", "key")] == [True, True]
    assert made.one(SECRET).inputs["recoveryWindowInDays"] == 30
    assert made.one(SECRET).inputs["tags"]["nationgraph:consumers"] == "cluster:event"


def test_by_hand(deploy: Deploy, stack_violations: Any) -> None:
    """A secret that nobody can rotate but a person is registered, closed and watched, and has no value from Pulumi."""
    made = deploy(lambda: HandRotatedSecret("stripe", base(secret_name="nationgraph/billing/stripe")))
    assert sorted(r.name.removeprefix("stripe-") for r in made.resources if r.custom) == [
        "alarm-age", "key", "policy", "secret",
    ]  # fmt: skip
    alarm = made.one(ALARM).inputs
    assert (ROOT / alarm["alarmDescription"].rpartition("/blob/main/")[2]).is_file()
    assert (alarm["threshold"], alarm["dimensions"]) == (75, {"Secret": "nationgraph/billing/stripe"})
    assert made.one(SECRET).inputs["tags"]["nationgraph:runbook"] == "secret-without-api"
    assert stack_violations(sec_02_every_secret_rotates.RULE, made) == []


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: base(secret_name="orders"), "secret_name: 'orders' is outside of what roles may be granted"),
        (lambda: base(consumers=[]), "consumers: 0 consumers do not fit into a tag"),
        (lambda: base(replica_regions=[REGION]), f"replica_regions: {REGION} holds the secret itself"),
        (lambda: arguments(every_days=90), "every_days: 90 days and a window of 4h are not 1 to 90 days"),
        (lambda: arguments(every_days=0), "every_days: 0 days"),
        (
            lambda: Consumer(name="x", role_arn="arn:aws:iam::123456789012:role/*", reload="event"),
            "names no single role",
        ),
        (lambda: consumers_tag([Consumer(name="x" * 255, role_arn=READER, reload="event")]), "1 consumers do not fit"),
    ],
)
def test_wrong_arguments(make: Any, says: str) -> None:
    """They fail before any resource exists, with the fix."""
    with pytest.raises(ValueError, match=says):
        make()


def test_policy_names_each_role_once() -> None:
    """Readers and writers may overlap; the document is the same in every run."""
    first = resource_policy([READER, OWN], [OWN, ADMIN])
    assert first == resource_policy([OWN, READER], [ADMIN, OWN])
    assert first.count(READER) == 1
