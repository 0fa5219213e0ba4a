"""A normal company's stack: a service by commit, DNS with validations, functions by hash, charts with references.

Nothing in it is wrong, and much in it looks as if it were: sums, validations, names of secrets, ICMP, a replica.
"""

import json

from tests.policy.support import kubernetes
from tests.policy.support.company_base import (
    ACCOUNT,
    BOUNDARY,
    DATA,
    ISSUER,
    KEY,
    NETWORK,
    REGION,
    ROLE,
    allow,
    declared,
    document,
    trust,
)
from tests.policy.support.public_values import MD5, SHA1, SHA256, SUM
from tests.support.resources import Ref

SERVICE = [
    declared(
        "aws:iam/role:Role",
        "orders-role",
        name="orders",
        path="/nationgraph/workload/",
        permissionsBoundary=BOUNDARY,
        assumeRolePolicy=trust("ecs-tasks.amazonaws.com"),
    ),
    declared(
        "aws:iam/rolePolicy:RolePolicy",
        "orders-rights",
        role=Ref("orders-role", "name"),
        policy=document(
            allow(
                ["secretsmanager:GetSecretValue"], [f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:orders-AbCdEf"]
            ),
            allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::uploads/*"]),
        ),
    ),
    declared(
        "aws:iam/role:Role",
        "deploy",
        name="deploy",
        permissionsBoundary=BOUNDARY,
        assumeRolePolicy=document(
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{ISSUER}:aud": "sts.amazonaws.com",
                        f"{ISSUER}:sub": "repo:acme/orders:environment:Prod EU",
                    }
                },
            }
        ),
    ),
    declared(
        "aws:ecs/taskDefinition:TaskDefinition",
        "orders-task",
        family="orders",
        executionRoleArn=ROLE,
        containerDefinitions=json.dumps(
            [
                {
                    "name": "orders",
                    "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/orders:{SHA1}",
                    "environment": [
                        {"name": "GIT_SHA", "value": SHA1},
                        {"name": "MAX_TOKENS", "value": "4096"},
                        {"name": "DATABASE_URL", "value": "postgres://orders@db/orders"},
                        {"name": "AUTH_MODE", "value": "oidc"},
                        {"name": "SENTRY_DSN", "value": f"https://{MD5}@o1.ingest.sentry.io/2"},
                    ],
                    "secrets": [
                        {
                            "name": "DB_PASSWORD",
                            "valueFrom": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:orders-AbCdEf:password::",
                        }
                    ],
                }
            ]
        ),
    ),
    declared(
        "aws:ecs/service:Service",
        "orders-service",
        taskDefinition=Ref("orders-task", "arn"),
        launchType="FARGATE",
        networkConfiguration={"subnets": [Ref("private-a"), Ref("private-b")], "securityGroups": [Ref("app-sg")]},
        loadBalancers=[{"targetGroupArn": Ref("targets", "arn"), "containerName": "orders", "containerPort": 8080}],
    ),
    declared(
        "aws:lb/loadBalancer:LoadBalancer",
        "front",
        internal=False,
        loadBalancerType="application",
        securityGroups=[Ref("front-sg")],
        subnets=[Ref("public-a"), Ref("public-b")],
    ),
    declared(
        "aws:lb/targetGroup:TargetGroup", "targets", port=8080, protocol="HTTP", vpcId=Ref("vpc"), targetType="ip"
    ),
    declared(
        "aws:lb/listener:Listener",
        "https",
        loadBalancerArn=Ref("front", "arn"),
        port=443,
        protocol="HTTPS",
        sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn=Ref("certificate", "arn"),
        defaultActions=[{"type": "forward", "targetGroupArn": Ref("targets", "arn")}],
    ),
    declared(
        "aws:lambda/function:Function",
        "thumbnails",
        role=ROLE,
        runtime="python3.13",
        handler="main.run",
        s3Key=f"functions/{SHA256}.zip",
        sourceCodeHash=SUM,
        s3ObjectVersion="3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo",
        kmsKeyArn=KEY,
        environment={"variables": {"SECRET_NAME": "orders/db", "TOKEN_TTL": "3600", "RELEASE": SHA1}},
    ),
    declared("aws:cloudwatch/logGroup:LogGroup", "orders-logs", name="/ecs/orders", retentionInDays=30, kmsKeyId=KEY),
    declared("aws:sns/topic:Topic", "alerts", name="alerts", kmsMasterKeyId=KEY),
    declared("aws:sqs/queue:Queue", "jobs", name="jobs", kmsMasterKeyId=KEY),
    declared(
        "aws:wafv2/webAcl:WebAcl",
        "firewall",
        name="front",
        scope="REGIONAL",
        defaultAction={"allow": {}},
        tokenDomains=["acme.example"],
    ),
    declared(
        "aws:cloudfront/distribution:Distribution",
        "site",
        enabled=True,
        origins=[{"domainName": "uploads.s3.amazonaws.com", "originId": "s3"}],
        viewerCertificate={"acmCertificateArn": Ref("certificate", "arn"), "minimumProtocolVersion": "TLSv1.2_2021"},
    ),
]
DNS = [
    declared("aws:acm/certificate:Certificate", "certificate", domainName="acme.example", validationMethod="DNS"),
    declared(
        "aws:route53/record:Record",
        "validation",
        name=f"_{MD5}.acme.example",
        type="CNAME",
        records=[f"_{MD5[::-1]}.jkddzztszm.acm-validations.aws."],
    ),
    declared(
        "aws:route53/record:Record",
        "texts",
        name="acme.example",
        type="TXT",
        records=[
            f"google-site-verification={SUM[:43]}",
            "v=spf1 include:_spf.example.com ~all",
            f"stripe-verification={SHA256}",
        ],
    ),
    declared(
        "aws:route53/record:Record",
        "dkim",
        name="s1._domainkey.acme.example",
        type="TXT",
        records=[f"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3{SUM * 3}"],
    ),
    declared(
        "aws:route53/record:Record", "ds", name="sub.acme.example", type="DS", records=[f"12345 13 2 {SHA256.upper()}"]
    ),
]
CLUSTER = [
    declared(
        "kubernetes:apps/v1:Deployment",
        "core",
        apiVersion="apps/v1",
        kind="Deployment",
        metadata={"name": "core", "namespace": "payments"},
        spec={
            "replicas": 2,
            "template": {
                "metadata": {"annotations": {"checksum/config": SHA256}, "labels": kubernetes.NAMES},
                "spec": {
                    **kubernetes.POD,
                    "containers": [
                        {
                            **kubernetes.CONTAINER,
                            "name": "core",
                            "image": f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/core:{SHA1}@sha256:{SHA256}",
                            "env": [
                                {
                                    "name": "DB_PASSWORD",
                                    "valueFrom": {"secretKeyRef": {"name": "core-db", "key": "password"}},
                                },
                                {"name": "MAX_TOKENS", "value": "4096"},
                            ],
                        }
                    ],
                },
            },
        },
    ),
    kubernetes.budget(name="core-budget"),
    kubernetes.autoscaler(("spec.scaleTargetRef.name", "core"), name="core-scaler"),
    kubernetes.namespace(name="payments"),
    kubernetes.network_policy(name="default-deny"),
    kubernetes.network_policy(
        ("spec.podSelector", {"matchLabels": kubernetes.NAMES}),
        ("spec.ingress", [{"from": [{"podSelector": {"matchLabels": kubernetes.NAMES}}], "ports": [{"port": 8080}]}]),
        ("spec.egress", [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}]),
        name="core-policy",
    ),
    kubernetes.role(name="watcher"),
    kubernetes.binding(name="watchers"),
    kubernetes.project(name="tier-core"),
    kubernetes.application_set(name="services"),
    kubernetes.secret_class(name="core-secrets"),
    kubernetes.cron_job(name="nightly"),
    declared(
        "kubernetes:helm.sh/v3:Release",
        "postgres-chart",
        chart="postgresql",
        version="16.4.1",
        values={
            "auth": {"existingSecret": "postgres-credentials", "secretKeys": {"adminPasswordKey": "postgres-password"}},
            "image": {"digest": f"sha256:{SHA256}"},
            "imagePullSecrets": ["registry"],
            "tls": {"enabled": True, "certificatesSecret": "postgres-tls"},
        },
    ),
    declared(
        "kubernetes:external-secrets.io/v1:ExternalSecret",
        "core-db",
        apiVersion="external-secrets.io/v1",
        kind="ExternalSecret",
        spec={
            "refreshInterval": "1h",
            "secretStoreRef": {"name": "aws", "kind": "ClusterSecretStore"},
            "target": {"name": "core-db"},
            "data": [{"secretKey": "password", "remoteRef": {"key": "prod/orders", "property": "password"}}],
        },
    ),
]
COMPANY = [*NETWORK, *DATA, *SERVICE, *DNS, *CLUSTER]
