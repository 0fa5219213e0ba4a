"""Secrets in plain text, each in the place where somebody would leave it: name, resource type, inputs.

Everything is put together at run time, so that scanners of this repository find no secret in it.
"""

import base64
import json
import string
import uuid
from typing import Any

from lib.secret_names import word_set
from tests.policy.support.samples import HEX, JWT, OF_LIBRARY, OWN, RANDOM, drawn

Row = tuple[str, dict[str, Any]]
"""Type and inputs of one resource."""
FUNCTION, TASK = "aws:lambda/function:Function", "aws:ecs/taskDefinition:TaskDefinition"
PARAMETER, CONFIG_MAP = "aws:ssm/parameter:Parameter", "kubernetes:core/v1:ConfigMap"
DEPLOYMENT, CHART, ANY = "kubernetes:apps/v1:Deployment", "kubernetes:helm.sh/v3:Release", "x:index:Thing"
WEAK = "hunter" + "22"
"""A password that nothing but its name gives away."""
PASS = "pass" + "word"
NAMES = word_set(
    """
    DB_PASS MYSQL_PWD REDIS_AUTH SECRET_KEY_BASE PGPASSWORD MYSQL_ROOT_PASSWORD APP_SECRET JWT_SECRET
    API_KEY APIKEY ADMIN_PW SMTP_PASSWD PASSWORD_SALT GITHUB_PAT AWS_SECRET_ACCESS_KEY DB_PASSWORD_PROD
    ENCRYPTION_KEY CLIENT_SECRET SESSION_SECRET COOKIE_SECRET ACCESS_TOKEN REFRESH_TOKEN LICENSE_KEY
    MASTER_KEY KEYSTORE_PASSWORD dbPassword db-password BASIC_AUTH TOKEN spring.datasource.password
    POSTGRES_PASSWORD_OLD SIGNING_SECRET WEBHOOK_SECRET PRIVATE_KEY AUTH_SECRET DB_CREDENTIALS
    """
)
URLS = {
    "no user": "redis://:{}@cache.internal:6379/0",
    "PostgreSQL": "postgres://app:{}@db/orders",
    "mail": "smtp://app:{}@mail:587",
    "RabbitMQ": "amqp://app:{}@mq:5672//",
    "MongoDB": "mongodb+srv://app:{}@c0.abc.mongodb.net/x",
    "web": "https://app:{}@x.example/",
    "a slash": "mysql://app:{}/2@db/orders",
    "query": "jdbc:postgresql://db:5432/x?user=app&" + PASS + "={}",
    "ADO": "Server=db;User Id=sa;" + PASS.title() + "={}!;Encrypt=true",
    "ODBC": "Server=db;Uid=sa;P" + "wd={}!;",
    "libpq": "host=db user=app " + PASS + "={}",
}


def env(name: str, value: str) -> Row:
    """An environment variable of a function."""
    return FUNCTION, {"environment": {"variables": {name: value}}}


def base(size: int) -> str:
    """Random bytes in base64."""
    return base64.b64encode(RANDOM.randbytes(size)).decode()


def pair(value: str, **more: str) -> list[dict[str, str]]:
    """A list of one name and value."""
    return [{"name": "DB_PASS", "value": value, **more}]


BY_NAME = {f"env {name}": env(name, WEAK) for name in sorted(NAMES)}
BY_FORMAT = {f"format of {name}": env("X", text) for name, text in {**OF_LIBRARY, **OWN}.items()}
BY_URL = {f"URL, {name}": env("X", text.format(WEAK)) for name, text in URLS.items()}
IN_VALUES = {
    "a slash is no path": env("DB_PASSWORD", "hunter/2"),
    "slashes are no path": env("DB_PASSWORD", "correct/horse/battery"),
    "a leading slash": env("DB_PASSWORD", "/" + WEAK),
    "a default": env("ADMIN_PASSWORD", "change" + "me"),
    "its own name": env("DB_PASSWORD", PASS),
    "Azure storage": env("X", "AccountName=x;Account" + "Key=" + base(64)),
    "service bus": env("X", "Endpoint=sb://x.example/;SharedAccess" + "Key=" + base(32)),
    "Teams": env(
        "X", f"https://acme.webhook.office.com/webhookb2/{uuid.UUID(int=7)}@{uuid.UUID(int=8)}/IncomingWebhook/x"
    ),
    "Discord": env("X", "https://discord.com/api/web" + "hooks/123456789012345678/" + drawn(68)),
    "signature": env("X", "https://b.s3.amazonaws.com/k?X-Amz-Sig" + "nature=" + drawn(64, HEX)),
    "access signature": env("X", "https://x.blob.core.windows.net/c?sv=2022&s" + "ig=" + drawn(44)),
    "random base64": env("X", base(32)),
    "random URL-safe": env("X", base64.urlsafe_b64encode(RANDOM.randbytes(32)).decode()),
    "random letters": env("X", drawn(40)),
    "hexadecimal by its name": env("DD_API_KEY", drawn(32, HEX)),
    "hexadecimal by a likely name": env("PAGERDUTY_ROUTING_KEY", drawn(32, HEX)),
    "hexadecimal session key": env("SESSION_KEY", drawn(64, HEX)),
    "GitHub OAuth": env("X", "gh" + "o_" + drawn(36)),
    "Shopify": env("X", "shp" + "at_" + drawn(32, HEX)),
    "Hugging Face": env("X", "h" + "f_" + drawn(34, string.ascii_letters)),
    "OpenAI project": env("X", "sk-" + "proj-" + drawn(48)),
}
IN_RESOURCES: dict[str, Row] = {
    "parameter": (PARAMETER, {"name": f"/prod/db/{PASS}", "type": "String", "value": WEAK}),
    "parameter, insecure value": (PARAMETER, {"name": f"/prod/db/{PASS}", "type": "String", "insecureValue": WEAK}),
    "secure parameter": (PARAMETER, {"name": "/prod/db/x", "type": "SecureString", "value": WEAK}),
    "container": (TASK, {"containerDefinitions": json.dumps([{"environment": pair(WEAK)}])}),
    "build": ("aws:codebuild/project:Project", {"environment": {"environmentVariables": pair(WEAK, type="PLAINTEXT")}}),
    "beanstalk": ("aws:elasticbeanstalk/environment:Environment", {"settings": pair(WEAK, namespace="x")}),
    "config map": (CONFIG_MAP, {"data": {"DB_PASS": WEAK}}),
    "YAML": (CONFIG_MAP, {"data": {"app.yaml": f"db:\n  user: app\n  {PASS}: {WEAK}\n"}}),
    "properties": (CONFIG_MAP, {"data": {"app.properties": f"spring.datasource.{PASS}={WEAK}\n"}}),
    "deployment": (DEPLOYMENT, {"spec": {"template": {"spec": {"containers": [{"env": pair(WEAK)}]}}}}),
    "annotation": (DEPLOYMENT, {"metadata": {"annotations": {"to" + "ken": WEAK}}}),
    "secret of Kubernetes": ("kubernetes:core/v1:Secret", {"stringData": {"config": WEAK}}),
    "its data": ("kubernetes:core/v1:Secret", {"data": {"config": base64.b64encode(WEAK.encode()).decode()}}),
    "secret in a manifest": (ANY, {"manifest": {"kind": "Secret", "stringData": {"config": WEAK}}}),
    "chart": (CHART, {"values": {"auth": {PASS: WEAK}}}),
    "chart, keys": (CHART, {"values": {"secret" + "Key": WEAK}}),
    "chart, a number": (CHART, {"values": {"adminPassword": 12345678}}),
    "registry": (
        ANY,
        {
            "dockerconfigjson": json.dumps(
                {"auths": {"ghcr.io": {"auth": base64.b64encode(b"a:" + WEAK.encode()).decode()}}}
            )
        },
    ),
    "script": ("aws:ec2/instance:Instance", {"userData": f"#!/bin/sh\nexport DB_PASS={WEAK}\n"}),
    "option": ("aws:ec2/instance:Instance", {"userData": f"#!/bin/sh\nmysql --user root --{PASS} {WEAK}\n"}),
    "header": (
        "aws:ec2/instance:Instance",
        {"userData": "curl -H 'Authorization: Bear" + f"er {drawn(30)}' https://x"},
    ),
    "Python": (ANY, {"code": f"import x\n{PASS} = '{WEAK}'\n"}),
    "INI": (ANY, {"text": f"[client]\nuser=root\n{PASS} = {WEAK}\n"}),
    "netrc": (ANY, {"text": f"machine api.example login ada {PASS} {WEAK}"}),
    "JSON in text": (ANY, {"text": json.dumps({"auth": {"token": WEAK}})}),
    "tag": ("aws:ec2/vpc:Vpc", {"tags": {f"db_{PASS}": WEAK}}),
    "database": ("aws:rds/instance:Instance", {PASS: WEAK}),
    "cluster": ("aws:docdb/cluster:Cluster", {"masterPassword": WEAK}),
    "cache": ("aws:elasticache/replicationGroup:ReplicationGroup", {"authToken": WEAK * 2}),
    "broker": ("aws:mq/broker:Broker", {"users": [{"username": "ada", PASS: WEAK * 2}]}),
    "distribution": (
        "aws:cloudfront/distribution:Distribution",
        {"customHeaders": [{"name": "X-Verify", "value": drawn(32)}]},
    ),
    "private key in JSON": (ANY, {"jwk": json.dumps({"kty": "RSA", "n": drawn(300), "e": "AQAB", "d": drawn(300)})}),
    "a key in DNS": ("aws:route53/record:Record", {"records": [OF_LIBRARY["aws"]]}),
    "token in DNS": ("aws:route53/record:Record", {"records": [JWT]}),
}
PLANTED: dict[str, Row] = {**BY_NAME, **BY_FORMAT, **BY_URL, **IN_VALUES, **IN_RESOURCES}
