"""What looks like a secret and is none: digests, references, counts, public keys, what DNS publishes, code."""

import base64
import hashlib
import json
import uuid

from tests.policy.support.planted_secrets import (
    ANY,
    CHART,
    CONFIG_MAP,
    DEPLOYMENT,
    FUNCTION,
    PARAMETER,
    TASK,
    Row,
    base,
    env,
)
from tests.policy.support.samples import HEX, drawn

SHA1, SHA256 = hashlib.sha1(b"x").hexdigest(), hashlib.sha256(b"x").hexdigest()  # noqa: S324 - as git has them
MD5, SUM = SHA1[:32], base64.b64encode(hashlib.sha256(b"x").digest()).decode()
UUID = str(uuid.UUID(int=0x1234ABCD12AB34CD56EF1234567890AB))
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf"
PEM = f"-----BEGIN CERTIFICATE-----\n{base(800)}\n-----END CERTIFICATE-----"
RECORD, SECRETS = "aws:route53/record:Record", "kubernetes:external-secrets.io/v1:ExternalSecret"
VARIABLES = {
    "GIT_SHA": SHA1,
    "COMMIT": SHA1,
    "RELEASE": SHA256,
    "APP_VERSION": SHA1,
    "FOO": SHA1,
    "BAR": SHA256,
    "BAZ": MD5,
    "MAX_TOKENS": "4096",
    "COMPLETION_TOKENS": "100",
    "TOKEN_TTL": "3600",
    "KEY_PREFIX": "orders-",
    "PASSWORD_MIN_LENGTH": "12",
    "SECRET_NAME": "orders/db",
    "SECRET_ARN": ARN,
    "DB_SECRET": ARN,
    "DB_PASSWORD_FILE": "/run/secrets/db",
    "TOKEN_PATH": "/var/run/x",
    "TOKEN_URL": "https://auth.example/token",
    "CLIENT_ID": drawn(32),
    "KEY_ID": "abcd",
    "SECRET_ID": "x",
    "JWT_ALGORITHM": "RS256",
    "GOOGLE_CLIENT_ID": f"123456789012-{drawn(32, HEX)}.apps.googleusercontent.com",
    "PASSWORD_POLICY": "strict",
    "AUTH": "none",
    "API_KEY_HEADER": "X-Api-Key",
    "AUTH_MODE": "oidc",
    "REQUIRE_AUTH": "true",
    "DB_PASSWORD": "${ORDERS_PASSWORD}",
    "A_PASSWORD": "op://vault/item/password",
    "B_PASSWORD": "{{resolve:secretsmanager:x}}",
    "C_PASSWORD": "<password>",
    "D_PASSWORD": "vault:secret/data/x#password",
    "E_TOKEN": "/run/secrets/token",
    "F_PASSWORD": "nationgraph/production/orders",
    "SENTRY_DSN": f"https://{MD5}@o123.ingest.sentry.io/456",
    "STRIPE_PUBLISHABLE_KEY": "pk_li" + "ve_" + drawn(24),
    "KMS_KEY": UUID,
    "ENCRYPTION_KEY": "alias/orders",
    "SIGNING_KEY": f"arn:aws:kms:eu-central-1:123456789012:key/{UUID}",
    "TRACE_ID": MD5,
    "PUBLIC_KEY": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + drawn(43),
    "SSH_KEY_NAME": "ada",
    "ROUTING_KEY": "orders.created",
    "PARTITION_KEY": "customerId",
    "PRIMARY_KEY": "id",
    "CACHE_KEY": "orders:v1",
    "REDIS_URL": "redis://cache.internal:6379/0",
    "DATABASE_URL": "postgres://app@db/orders",
    "DB_URL": "postgres://app:${DB_PASSWORD}@db/orders",
    "JWT_KID": drawn(40, HEX),
    "TRACEPARENT": f"00-{drawn(32, HEX)}-{drawn(16, HEX)}-01",
    "SECRETS_MANAGER_ENABLED": "true",
    "PASSWORDLESS": "true",
    "SECRET_KEY_REF": "orders",
    "CREDENTIALS": "include",
    "IDEMPOTENCY_TOKEN": "abc",
    "PASSWORD_RESET_URL": "https://x/reset",
    "TOKEN_BUCKET_SIZE": "100",
    "AUTH_PROVIDER": "cognito",
    "SECRET_BACKEND": "aws",
    "BYPASS": "false",
    "COMPASS": "north",
}
DNS: dict[str, Row] = {
    "certificate validation": (
        RECORD,
        {"name": f"_{MD5}.example.com", "records": [f"_{MD5}.jkddzztszm.acm-validations.aws."]},
    ),
    "site verification": (
        RECORD,
        {"records": [f"google-site-verification={drawn(43)}", "MS=ms12345678", f"x-verification={SHA256}"]},
    ),
    "mail": (RECORD, {"records": ["v=spf1 include:_spf.example.com ~all", "v=DMARC1; p=none", f"amazonses:{SUM}"]}),
    "DKIM": (RECORD, {"records": [f"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB{base(120)}"]}),
    "DS, TLSA and SSHFP": (RECORD, {"records": [f"12345 13 2 {SHA256.upper()}", f"3 1 1 {SHA256}", f"4 2 {SHA256}"]}),
    "challenge": (RECORD, {"name": "_github-challenge-acme", "records": ["1a2b3c4d5e"]}),
    "another provider": ("cloudflare:index/record:Record", {"value": drawn(40)}),
}
DIGESTS: dict[str, Row] = {
    "image by commit": (
        DEPLOYMENT,
        {"containers": [{"image": f"core:{SHA1}"}, {"image": f"ghcr.io/acme/core:main-{SHA1}"}]},
    ),
    "image by digest": (TASK, {"image": f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/core@sha256:{SHA256}"}),
    "annotation": (DEPLOYMENT, {"metadata": {"annotations": {"checksum/config": SHA256}}}),
    "object": ("aws:s3/bucketObject:BucketObject", {"etag": MD5, "key": f"functions/{SHA256}.zip"}),
    "archive": (
        FUNCTION,
        {"s3Key": f"{SHA256}.zip", "s3ObjectVersion": drawn(64), "sourceCodeHash": SUM, "codeSha256": SUM},
    ),
    "triggers": ("null:index:Resource", {"triggers": {"a": SHA256, "b": SUM}}),
    "tags": ("aws:ec2/vpc:Vpc", {"tags": {"commit": SHA1, "deployed": SHA1, "build": SUM}}),
    "issuer": (
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {"url": f"https://oidc.example/id/{MD5.upper()}", "thumbprintLists": [SHA1]},
    ),
    "content security policy": (ANY, {"value": f"script-src 'sha256-{SUM}' 'self'", "integrity": f"sha384-{base(48)}"}),
    "asset of the CDK": (ANY, {"asset": f"asset.{SHA256}", "id": "OrdersFunctionServiceRoleDefaultPolicy1A2B3C4D"}),
}
REFERENCES: dict[str, Row] = {
    "chart": (
        CHART,
        {
            "values": {
                "auth": {
                    "existingSecret": "postgres-credentials",
                    "secretKeys": {"adminPasswordKey": "postgres-password"},
                },
                "imagePullSecrets": ["regcred"],
                "tls": {"secretName": "web-tls"},
                "existingSecretPasswordKey": "redis-password",
            }
        },
    ),
    "external secret": (
        SECRETS,
        {
            "spec": {
                "data": [{"secretKey": "password", "remoteRef": {"key": "prod/orders", "property": "password"}}],
                "target": {"name": "orders-db", "template": {"data": {"DB_PASSWORD": "{{ .password }}"}}},
            }
        },
    ),
    "by key": (
        DEPLOYMENT,
        {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]},
    ),
    "container": (
        TASK,
        {"containerDefinitions": json.dumps([{"secrets": [{"name": "DB_PASSWORD", "valueFrom": ARN}]}])},
    ),
    "build": (
        "aws:codebuild/project:Project",
        {
            "environmentVariables": [
                {"name": "DB_PASSWORD", "value": "/prod/db/password", "type": "PARAMETER_STORE"},
                {"name": "API_TOKEN", "value": "orders:token", "type": "SECRETS_MANAGER"},
            ]
        },
    ),
    "encrypted": (ANY, {"password": "ENC[AES256_GCM,data:abcd,iv:xxx,tag:yy,type:str]"}),
    "sealed": (ANY, {"kind": "SealedSecret", "spec": {"encryptedData": {"password": "Ag" + base(300)}}}),
    "repository of ArgoCD": (
        "kubernetes:core/v1:Secret",
        {"stringData": {"type": "git", "url": "https://github.com/acme/x", "name": "x"}},
    ),
    "volumes": (
        DEPLOYMENT,
        {"volumes": [{"secret": {"secretName": "orders"}}, {"serviceAccountToken": {"path": "token"}}]},
    ),
    "agent of Vault": (
        DEPLOYMENT,
        {"annotations": {"vault.hashicorp.com/agent-inject-secret-db": "secret/data/orders/db"}},
    ),
    "ingress": (DEPLOYMENT, {"annotations": {"nginx.ingress.kubernetes.io/auth-tls-secret": "default/ca"}}),
    "certificate": (ANY, {"spec": {"secretName": "web-tls", "privateKey": {"algorithm": "ECDSA"}}}),
    "role": ("aws:apigateway/integration:Integration", {"credentials": "arn:aws:iam::123456789012:role/x"}),
    "parameter": (PARAMETER, {"name": "/prod/db/host", "type": "String", "value": "db.internal"}),
}
PUBLIC_KEYS: dict[str, Row] = {
    "certificate": (ANY, {"body": PEM, "caBundle": base64.b64encode(PEM.encode()).decode()}),
    "public key": (ANY, {"key": f"-----BEGIN PUBLIC KEY-----\n{base(294)}\n-----END PUBLIC KEY-----"}),
    "key set": (ANY, {"jwks": json.dumps({"keys": [{"kty": "RSA", "n": drawn(340), "e": "AQAB", "kid": drawn(40)}]})}),
    "picture": (ANY, {"logo": f"data:image/png;base64,{base(600)}"}),
}
SCRIPT = """#!/bin/sh
TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token)
DB_PASSWORD="$(aws secretsmanager get-secret-value --secret-id orders)"
export PGPASSWORD=$pw
login --token-file /x --password-stdin < f
"""
PYTHON = """import os
password = os.environ["DB_PASSWORD"]
token = response.json()["token"]
secret = client.get_secret_value(SecretId=name)
connect(password=password, user=user)
self.token = token
def f(token: str, password: str | None = None): ...
"""
TEXTS: dict[str, Row] = {
    "script": ("aws:ec2/instance:Instance", {"userData": SCRIPT}),
    "Python": (ANY, {"code": PYTHON}),
    "JavaScript": (
        ANY,
        {"code": "const password = process.env.DB_PASSWORD;\nconst token = await load();\nlet secret: string = x;\n"},
    ),
    "nginx": (
        CONFIG_MAP,
        {
            "data": {
                "nginx.conf": "proxy_pass http://backend:8080;\nproxy_set_header Authorization $http_authorization;\n"
            }
        },
    ),
    "Prometheus": (
        CONFIG_MAP,
        {"data": {"p.yml": "bearer_token_file: /var/run/token\nbasic_auth:\n  password_file: /etc/p\n"}},
    ),
    "addresses": (
        ANY,
        {
            "a": f"oci://registry:5000/x@sha256:{SHA256}",
            "b": "ssh://git@github.com:acme/x.git",
            "c": "https://registry:443/@acme/x.tgz",
            "d": "mongodb://h1:27017,h2:27017/db?x=a@b",
        },
    ),
    "prose": (ANY, {"description": "Rotates the database password: monthly; the token is read from Secrets Manager"}),
}
SETTINGS: dict[str, Row] = {
    "method": ("aws:apigateway/method:Method", {"authorization": "AWS_IAM", "apiKeyRequired": True}),
    "metadata": (
        "aws:ec2/instance:Instance",
        {"metadataOptions": {"httpTokens": "required"}, "imageId": "ami-0a1b2c3d4e5f67890"},
    ),
    "metadata of an account": (
        "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
        {"httpTokens": "no-preference", "httpEndpoint": "no-preference"},
    ),
    "database": (
        "aws:rds/instance:Instance",
        {"manageMasterUserPassword": True, "masterUserSecretKmsKeyId": "arn:aws:kms:x"},
    ),
    "parameters": (
        "aws:rds/parameterGroup:ParameterGroup",
        {"parameters": [{"name": "password_encryption", "value": "scram-sha-256"}]},
    ),
    "trust": (
        "aws:iam/role:Role",
        {"policy": json.dumps({"Condition": {"StringEquals": {"sts:ExternalId": "abc-1234"}}})},
    ),
    "client": (
        "aws:cognito/userPoolClient:UserPoolClient",
        {"generateSecret": True, "tokenValidityUnits": {"accessToken": "minutes"}},
    ),
    "user pool": ("aws:cognito/userPool:UserPool", {"passwordPolicy": {"minimumLength": 12}}),
    "table": ("aws:dynamodb/table:Table", {"hashKey": "customerId", "attributes": [{"name": "token", "type": "S"}]}),
    "account": (
        "kubernetes:core/v1:ServiceAccount",
        {"automountServiceAccountToken": False, "secrets": [{"name": "x-token"}]},
    ),
    "firewall": ("aws:wafv2/webAcl:WebAcl", {"tokenDomains": ["acme.example"], "name": "x"}),
}
ORDINARY: dict[str, Row] = {
    **{f"env {name}": env(name, value) for name, value in VARIABLES.items()},
    **{
        f"{group}: {name}": row
        for group, rows in (
            *(("DNS", DNS), ("digest", DIGESTS), ("reference", REFERENCES)),
            *(("key", PUBLIC_KEYS), ("text", TEXTS), ("setting", SETTINGS)),
        )
        for name, row in rows.items()
    },
}
