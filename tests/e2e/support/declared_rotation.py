"""Secrets Manager's part in the rotation that ``make up`` declares, against a real PostgreSQL.

The emulated account stores functions and runs none. So this takes Secrets Manager's part: it reads what was
declared (schedule, function, handler, environment, code), and runs the packaged handler in a process of its own, with
that environment, for the version that RotateSecret left pending. What it adds is what AWS would: credentials and an
endpoint, the name of the database in DNS, and the authority of its certificate in place of Amazon's.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg
import pytest

from components.secrets.secrets import PLACEHOLDER
from lambdas.rotate_postgres.scram import new_password, verifier
from layers import functions, lambdas
from models.access.database_roles import sql
from models.access.loader import load_access
from sandbox import workspace
from tests.e2e.support.postgres import Postgres, running
from tests.engine.conftest import Platform
from tests.support.depth import DEEP

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
SUCCESSORS = ("core_b", "core_a", "core_b") if DEEP else ("core_b", "core_a")
"""Who is current after each rotation of the core."""
CORE_DATABASE = "core-database"
ROTATOR, CORE = "nationgraph/core/rotator", "nationgraph/core/database"
RUN = """
import importlib, json, socket, sys, time, types
host, address, package, module, seconds, *events = sys.argv[1:]
sys.path.insert(0, package)
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda name, *rest, **more: resolve(address if name == host else name, *rest, **more)
handler = importlib.import_module(module.rpartition(".")[0]).handler
for event in events:
    end = time.monotonic() + float(seconds)
    context = types.SimpleNamespace(
        aws_request_id="test", get_remaining_time_in_millis=lambda: int(1000 * (end - time.monotonic()))
    )
    handler(json.loads(event), context)
"""


@dataclass
class Stack:
    """The deployed sandbox, and a database server that answers under the name of the stack's own."""

    platform: Platform
    server: Postgres
    package: Path

    def client(self, service: str) -> Any:
        """boto3 on the emulated account."""
        return self.platform.client(service)

    def value(self, secret: str) -> dict[str, Any]:
        """AWSCURRENT of a secret."""
        found: dict[str, Any] = json.loads(
            self.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        )
        return found

    def stages(self, secret: str) -> dict[str, list[str]]:
        """The labels of a secret's versions."""
        found: dict[str, list[str]] = self.client("secretsmanager").describe_secret(SecretId=secret)[
            "VersionIdsToStages"
        ]
        return found

    def function(self, secret: str) -> dict[str, Any]:
        """The function that the secret's rotation declares."""
        arn = self.client("secretsmanager").describe_secret(SecretId=secret)["RotationLambdaARN"]
        found: dict[str, Any] = self.client("lambda").get_function(FunctionName=arn)["Configuration"]
        return found

    def invoke(self, function: dict[str, Any], *events: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a function's code in a process that has its environment and nothing of this repository.

        It takes one event after the other, as an execution environment of Lambda does while it is warm.
        """
        declared = function.get("Environment", {}).get("Variables", {})
        endpoint = workspace.variables(self.platform.workspace())["SANDBOX_AWS_ENDPOINT"]
        given = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "CA_BUNDLE": str(self.server.ca),
        }
        site = str(distribution("boto3").locate_file(""))
        host = declared.get("DATABASE_HOST", "")
        seconds = str(function["Timeout"])
        arguments = [
            host,
            self.server.address,
            str(self.package),
            function["Handler"],
            seconds,
            *map(json.dumps, events),
        ]
        return subprocess.run(
            [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({site!r})\n{RUN}", *arguments],
            env={**declared, **given},
            cwd=self.server.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=function["Timeout"] * len(events),
        )

    def rotate(self, secret: str) -> None:
        """What a person does with ``aws secretsmanager rotate-secret``, and Secrets Manager after that."""
        client = self.client("secretsmanager")
        client.rotate_secret(SecretId=secret)
        arn = client.describe_secret(SecretId=secret)["ARN"]
        (token,) = [version for version, labels in self.stages(secret).items() if "AWSPENDING" in labels]
        events = [{"Step": step, "SecretId": arn, "ClientRequestToken": token} for step in STEPS]
        ran = self.invoke(self.function(secret), *events)
        assert ran.returncode == 0, ran.stderr


@contextmanager
def prepared(platform: Platform, folder: Path) -> Iterator[Stack]:
    """A deployed platform with a server on the declared port, and the database as the runbook prepares it."""
    package = folder / "rotate_postgres.zip"
    package.write_bytes(functions.package("rotate_postgres"))
    host = json.loads(platform.client("secretsmanager").get_secret_value(SecretId=CORE)["SecretString"])["host"]
    address = f"127.{os.getpid() % 250 + 2}.7.1"  # the declared port is 5432: the address is what is free
    with running(names=(host,), address=address, port=5432, networks=("127.0.0.0/8",)) as server:
        stack = Stack(platform, server, package)
        aws_tests_it(stack, prepared=False)
        _prepare(stack)
        yield stack


def _prepare(stack: Stack) -> None:
    """docs/runbooks/secret-rotation.md, "A new stack"."""
    stack.server.execute((lambdas.FOLDER / "rotate_postgres" / "bootstrap.sql").read_text())
    for secret in (ROTATOR, CORE):
        variables = stack.function(secret)["Environment"]["Variables"]
        roles = json.loads(variables["DATABASE_ROLES"])
        stack.server.execute("SELECT rotation.adopt(%s, %s, %s)", [variables["DATABASE_OWNER"], *roles])
    stack.server.execute("CREATE TABLE public.orders (id int)")
    stack.server.execute(sql(load_access().for_environment("sandbox"), CORE_DATABASE))
    password = new_password()
    value = {**stack.value(ROTATOR), "password": password}
    stack.server.execute("SELECT rotation.set_verifier(%s, %s)", [value["username"], verifier(password)])
    stack.client("secretsmanager").put_secret_value(SecretId=ROTATOR, SecretString=json.dumps(value))


def what_was_declared(stack: Stack) -> None:
    """A schedule within 90 days, this package, a place in the private tier, a bounded role, a closed policy."""
    client = stack.client("secretsmanager")
    digest = base64.b64encode(hashlib.sha256(stack.package.read_bytes()).digest()).decode()
    for secret in (ROTATOR, CORE):
        found, function = client.describe_secret(SecretId=secret), stack.function(secret)
        assert found["RotationEnabled"]
        assert found["RotationRules"]["ScheduleExpression"] == "rate(30 days)"
        assert function["CodeSha256"] == digest
        assert function["Environment"]["Variables"]["SECRET_ARN"] == found["ARN"]
        subnets = stack.client("ec2").describe_subnets(SubnetIds=function["VpcConfig"]["SubnetIds"])["Subnets"]
        tiers = {tag["Value"] for subnet in subnets for tag in subnet["Tags"] if tag["Key"] == "nationgraph:tier"}
        assert tiers == {"private"}
        role = stack.client("iam").get_role(RoleName=function["Role"].rpartition("/")[2])["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("/nationgraph-boundary")
        policy = json.loads(client.get_resource_policy(SecretId=secret)["ResourcePolicy"])
        assert {row["Effect"] for row in policy["Statement"]} == {"Deny"}


def rotations_complete(stack: Stack) -> None:
    """Rotations of the rotator and the core, there and back: each credential logs in as the owner, and leaves no trace.

    The placeholder of the first value opens nothing at any time, and the credential before the current one still works.
    """
    client = stack.client("secretsmanager")
    seen = [stack.value(ROTATOR)["password"]]
    before: dict[str, Any] | None = None
    for number, expected in enumerate(SUCCESSORS, 1):
        for secret in (ROTATOR, CORE):
            stack.rotate(secret)
            assert [labels for labels in stack.stages(secret).values() if "AWSPENDING" in labels] == []
            assert client.describe_secret(SecretId=secret)["LastRotatedDate"]
            seen.append(stack.value(secret)["password"])
        current = stack.value(CORE)
        assert current["username"] == expected, number
        for credential in (current, *([before] if before else [])):
            with stack.server.connect(credential["username"], credential["password"]) as session:
                assert session.execute("SELECT current_user").fetchone() == ("core",)
                session.execute("INSERT INTO public.orders VALUES (1)")
                assert session.execute("SELECT count(*) > 0 FROM public.orders").fetchone() == (True,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            stack.server.connect("core_a", PLACEHOLDER)
        before = current
    log = stack.server.log.read_text()
    assert len(set(seen)) == 1 + 2 * len(SUCCESSORS)
    assert [password for password in [*seen, PLACEHOLDER] if password in log] == []


def aws_tests_it(stack: Stack, *, prepared: bool) -> None:
    """What AWS does when a rotation is created or changed: testSecret alone, which succeeds and changes nothing.

    The version holds nothing, or a copy of the current value. Before the database is prepared there is a placeholder.
    """
    client = stack.client("secretsmanager")
    for secret in (ROTATOR, CORE):
        found = client.describe_secret(SecretId=secret)
        copy = client.get_secret_value(SecretId=secret)["SecretString"]
        token = client.put_secret_value(SecretId=secret, SecretString=copy, VersionStages=["AWSPENDING"])["VersionId"]
        before = stack.stages(secret)
        event = {"Step": "testSecret", "SecretId": found["ARN"], "ClientRequestToken": token}
        ran = stack.invoke(stack.function(secret), event)
        assert ran.returncode == 0, f"prepared: {prepared}\n{ran.stdout}{ran.stderr}"
        assert stack.stages(secret) == before
        client.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def the_watch_measures_them(stack: Stack) -> None:
    """The other declared function, from its package, on the same account."""
    stack.package.write_bytes(functions.package("secret_watch"))
    function = stack.client("lambda").get_function(FunctionName="nationgraph-secret-watch")["Configuration"]
    ran = stack.invoke(function, {})
    assert ran.returncode == 0, ran.stderr
    lines = {line["Secret"]: line for line in map(json.loads, ran.stdout.splitlines())}
    assert {ROTATOR, CORE} <= set(lines)
    assert all(line["PendingHours"] == 0 and line["AgeDays"] < 1 for line in lines.values())
