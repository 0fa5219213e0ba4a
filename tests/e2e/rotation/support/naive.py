"""A rotation as it is often written: one user, no checks. The matrix has to find what is wrong with it."""

import json
import os
import secrets
import ssl
from typing import Any

import boto3
from pg8000.native import Connection, identifier, literal


def handler(event: dict[str, str], _: Any) -> None:
    """Change the password of the current user, and make that the current one."""
    client = boto3.client("secretsmanager")
    secret, token = event["SecretId"], event["ClientRequestToken"]
    current = json.loads(client.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"])
    if event["Step"] == "createSecret":
        value = json.dumps({**current, "password": secrets.token_urlsafe(24)})
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"]
        )
        return
    pending = json.loads(client.get_secret_value(SecretId=secret, VersionId=token)["SecretString"])
    if event["Step"] == "setSecret":
        with _connect(current) as connection:
            user, password = identifier(current["username"]), literal(pending["password"])
            connection.run("SET ROLE NONE")
            connection.run(f"ALTER ROLE {user} PASSWORD {password}")
    if event["Step"] == "testSecret":
        with _connect(pending) as connection:
            connection.run("SELECT now()")
    if event["Step"] == "finishSecret":
        versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
        old = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=old
        )


def _connect(value: dict[str, Any]) -> Connection:
    context = ssl.create_default_context(cafile=os.environ["CA_BUNDLE"])
    return Connection(
        value["username"], host=value["host"], port=int(value["port"]), database=value["dbname"],
        password=value["password"], ssl_context=context, timeout=5,
    )  # fmt: skip
