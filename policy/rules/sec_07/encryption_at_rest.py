"""SEC-07: data at rest is encrypted with a key whose policy and rotation are ours."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, get, raise_unknown

# By type: the flags that must be True, and the keys that must be named. AWS encrypts some of these without being asked,
# but with a key that every principal of the account may use and that nobody can revoke.
FLAGS = {
    "aws:rds/instance:Instance": ("storageEncrypted",),
    "aws:rds/cluster:Cluster": ("storageEncrypted",),
    "aws:redshift/cluster:Cluster": ("encrypted",),
    "aws:ebs/volume:Volume": ("encrypted",),
    "aws:efs/fileSystem:FileSystem": ("encrypted",),
}
KEYS = {
    **dict.fromkeys(FLAGS, "kmsKeyId"),
    "aws:secretsmanager/secret:Secret": "kmsKeyId",
    "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
    "aws:sns/topic:Topic": "kmsMasterKeyId",
    "aws:sqs/queue:Queue": "kmsMasterKeyId",
}
# A key that is needed only where a feature is on.
CONDITIONAL = {
    "performanceInsightsEnabled": "performanceInsightsKmsKeyId",
    "manageMasterUserPassword": "masterUserSecretKmsKeyId",
}


def check(resource: Resource) -> Iterator[str]:
    """Flags are True, keys are named and not AWS's own. A key that is unknown is one that this update creates."""
    flags = FLAGS.get(resource.resource_type, ())
    for flag in flags:
        value = get(resource.props, flag)
        if value is not True and value is not UNKNOWN:
            yield f"{flag} is {value!r}, must be True"
    keys = [KEYS[resource.resource_type], *(key for on, key in CONDITIONAL.items() if get(resource.props, on) is True)]
    for key in keys:
        value = get(resource.props, key)
        if value is not UNKNOWN and (not value or "alias/aws/" in str(value)):
            yield f"{key} is {value!r}, must be a customer-managed KMS key"
    raise_unknown(resource, *flags)


RULE = Rule(
    clause="SEC-07",
    description="Databases, secrets, logs, topics, queues and volumes are encrypted with a customer-managed KMS key.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.2.1"),
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.3.1"),
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.4.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Use the service's component (PrivateDatabase, AlertTopic, Network), or pass the ARN of a kms.Key.",
    types=frozenset(KEYS),
    check=check,
)
