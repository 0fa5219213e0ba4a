"""What looks like a secret, drawn or put together at run time, and what only seems so to a careless eye."""

import base64
import random
import string
import uuid

RANDOM = random.Random(7)  # noqa: S311 - test data


def drawn(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Random characters, the same in every run."""
    return "".join(RANDOM.choice(alphabet) for _ in range(length))


# Put together here, so that scanners of this repository find no secret in it.
ACCESS_KEY = "AK" + "IA" + drawn(16, string.ascii_uppercase + string.digits)
HEX = string.digits + "abcdef"
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890"}', drawn(32).encode())
)
OF_LIBRARY = {
    "aws": ACCESS_KEY,
    "aws secret": f"aws_secret_key = '{drawn(40)}'",
    "azure": "AccountKey=" + drawn(88),
    "basic auth": "https://ada:" + "hunter22" + "@example.com/",
    "cloudant": "cloudant_password = '" + drawn(64, HEX) + "'",
    "discord": "M" + drawn(23) + "." + drawn(6) + "." + drawn(27),
    "github": "gh" + "p_" + drawn(36),
    "gitlab": "glp" + "at-" + drawn(20),
    "ibm iam": "ibm_cloud_iam_api_key = '" + drawn(44) + "'",
    "ibm cos": "cos_secret_access_key = '" + drawn(48, HEX) + "'",
    "jwt": JWT,
    "mailchimp": drawn(32, HEX) + "-us12",
    "npm": "//registry.npmjs.org/:_authTo" + "ken=" + str(uuid.UUID(int=RANDOM.getrandbits(128))),
    "openai": "sk" + "-" + drawn(20) + "T3Blbk" + "FJ" + drawn(20),
    "private key": "-----BEGIN RSA PRI" + "VATE KEY-----\nabc",
    "pypi": "pypi-AgEIcHlwa" + "S5vcmc" + drawn(72),
    "sendgrid": "S" + "G." + drawn(22) + "." + drawn(43),
    "slack": "xo" + "xb-123456789012-" + drawn(24, string.ascii_lowercase),
    "slack hook": "https://hooks.sl" + "ack.com/services/T0000/B0000/" + drawn(24),
    "softlayer": "softlayer_api_key = '" + drawn(64, HEX) + "'",
    "square": "sq0" + "csp-" + drawn(43),
    "stripe": "sk_li" + "ve_" + drawn(24),
    "telegram": "1234567890:" + drawn(35),
    "twilio": "S" + "K" + drawn(32, HEX),
}
OWN = {
    "github fine-grained": "github_" + "pat_" + drawn(40),
    "stripe webhook": "whs" + "ec_" + drawn(32),
    "anthropic": "sk-" + "ant-" + drawn(40),
    "google": "AI" + "za" + drawn(35),
    "vault": "hv" + "s." + drawn(24),
    "tailscale": "tskey-" + "auth-" + drawn(20),
    "doppler": "dp." + "st." + drawn(40),
    "pulumi": "pul-" + drawn(40, HEX),
    "age": "AGE-SECRET-" + "KEY-1" + drawn(58, string.ascii_uppercase),
    "bearer": "Authorization: Bear" + "er " + drawn(20),
}
PLAIN = [
    "arn:aws:iam::123456789012:role/nationgraph-production-deploy",
    "arn:aws:sns:eu-central-1:123456789012:nationgraph-production-database-alarms-topic",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-0a1b2c3d-1234-1234-1234-0123456789ab-AbCdEf",
    "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "vpc-0a1b2c3d4e5f67890",
    "eni-attach-0a1b2c3d4e5f67890",
    "10.20.128.0/19",
    "2001:db8:1234:5678::/64",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "AmazonSSMManagedInstanceCore",
    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
    "com.amazonaws.eu-central-1.secretsmanager",
    "secretsmanager:GetSecretValue",
    "token.actions.githubusercontent.com:sub",
    "repo:nationgraph/platform:environment:production",
    "rds_superuser,rds_iam,pgaudit",
    "cron(0/15 8-17 ? * MON-FRI *)",
    "{ ($.eventName = ConsoleLogin) && ($.userIdentity.type = Root) }",
    "Rotates the token: monthly, see the runbook",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/orders@sha256:" + drawn(64, HEX),
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + drawn(43) + " ada@example.com",
    "https://nationgraph-production.eu-central-1.rds.amazonaws.com:5432/orders",
    "/nationgraph/production/orders/database-password",
    "nationgraph-production-eu-central-1-log-archive-bucket-replication-configuration",
    "api.tailscale.com/k" + drawn(10) + "CNTRL-k" + drawn(12) + "CNTRL",
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol}",
]
