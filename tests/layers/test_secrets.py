"""The layer of secrets: who reads the core database's credential, in which environment."""

import json
from typing import Any

import pytest

from components.shared.account import Account
from layers import access, data, foundation, secrets
from stacks import tags
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.components.iam.support.access import allowed
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment

pytestmark = pytest.mark.no_cover

HERE = Account(id=ACCOUNT, region=REGION)


def deployed(deploy: Deploy, stack: str) -> Deployment:
    """The platform up to its secrets."""
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")

    def program() -> secrets.Secrets:
        tags.register(settings.tags)
        base = foundation.build(settings)
        reach = access.build(settings, base)
        return secrets.build(settings, base, reach, data.build(settings, base, reach))

    return deploy(program, stack=stack)


def may_read(made: Deployment, secret: str, role: str) -> bool:
    """Whether the secret's policy lets a role of people or CI read that IAM lets read everything."""
    document: dict[str, Any] = json.loads(made.named(f"{secret}-policy").inputs["policy"])
    account = document["Statement"][0]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"][0].split(":")[4]
    rows = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    rows += [{key: value for key, value in row.items() if key != "Principal"} for row in document["Statement"]]
    arn = Account(id=account, region=REGION).identity_role(role)
    return allowed({"Statement": rows}, "secretsmanager:GetSecretValue", "x", {"aws:PrincipalArn": arn})


@pytest.mark.parametrize(("stack", "people"), [("dev", True), ("production", False)])
def test_who_reads(deploy: Deploy, stack: str, *, people: bool) -> None:
    """Engineers read the core credential outside of production; the rotator's and the migrations' nowhere."""
    made = deployed(deploy, stack)
    roles = ("deploy", "engineering", "on-call", "data", "preview", "break-glass")
    readers = {role for role in roles if may_read(made, "core-database", role)}
    assert readers == {"deploy", "break-glass", *(["engineering"] if people else [])}
    for name in ("core-rotator", "core-migrator"):
        assert {role for role in roles if may_read(made, name, role)} == {"deploy", "break-glass"}
    policy = json.loads(made.named("people-engineering-policy").inputs["policy"])
    granted = {row["Sid"] for row in policy["Statement"]} >= {"Secrets", "SecretKeys"}
    assert granted is people


def test_the_migrations_have_a_credential_of_their_own(deploy: Deploy) -> None:
    """Their Job's role alone is a consumer, and the services' is none; its logins act as the owner's group."""
    made = deployed(deploy, "production")
    policies = {name: made.named(f"core-{name}-policy").inputs["policy"] for name in ("migrator", "database")}
    role = secrets.MIGRATIONS_READ
    assert {name: role in text for name, text in policies.items()} == {"migrator": True, "database": False}
    assert secrets.SERVICES_READ not in policies["migrator"]
    variables = made.named("core-migrator-function-function").inputs["environment"]["variables"]
    assert json.loads(variables["DATABASE_ROLES"]) == ["core_migrator_a", "core_migrator_b"]
    assert variables["DATABASE_OWNER"] == "core_migrator"
    secret = made.named("core-migrator-secret").inputs
    assert secret["name"] == "nationgraph/core/migrator"
    assert secret["tags"]["nationgraph:namespaces"] == ":graph:", "where graph-api, which migrates it, has its Job"
    shared = made.named("core-database-secret").inputs["tags"]["nationgraph:namespaces"]
    assert shared == ":graph:payments:platform:"


def test_rotator_serves_the_core(deploy: Deploy) -> None:
    """The core's function sets passwords with the rotator's credential, and each rotates its own pair."""
    made = deployed(deploy, "production")
    variables = {
        name: made.named(f"{name}-function-function").inputs["environment"]["variables"]
        for name in ("core-rotator", "core-database")
    }
    assert variables["core-database"]["ROTATOR_SECRET_ARN"] == variables["core-rotator"]["SECRET_ARN"]
    assert variables["core-rotator"]["ROTATOR_SECRET_ARN"] == variables["core-rotator"]["SECRET_ARN"]
    assert json.loads(variables["core-database"]["DATABASE_ROLES"]) == ["core_a", "core_b"]
    assert json.loads(variables["core-rotator"]["DATABASE_ROLES"]) == ["rotator_a", "rotator_b"]
    assert variables["core-database"]["DATABASE_OWNER"] == "core"
    probes = [json.loads(value["DATABASE_PROBE"]) for value in variables.values()]
    assert "has_function_privilege" in probes[0][0]
    assert "access_writer" in probes[1][0]


def test_the_cluster_is_told_what_it_needs(deploy: Deploy) -> None:
    """The role that reads for workloads is a consumer by name before the cluster has made it."""
    made = deployed(deploy, "production")
    assert made.result.store_role_arn.endswith(":role/nationgraph/workload/services")
    assert made.result.store_role_arn in made.named("core-database-policy").inputs["policy"]
