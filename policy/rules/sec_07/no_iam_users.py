"""SEC-07: people and machines assume roles; no IAM user has a password or key that lasts."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, get

ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
"""Roles are attached with it too: it is a violation only where it names users or groups."""

STANDING = frozenset(
    f"aws:iam/{name}:{name[0].upper()}{name[1:]}"
    for name in (
        "accessKey",
        "group",
        "groupMembership",
        "groupPoliciesExclusive",
        "groupPolicy",
        "groupPolicyAttachment",
        "groupPolicyAttachmentsExclusive",
        "serviceSpecificCredential",
        "signingCertificate",
        "sshKey",
        "user",
        "userGroupMembership",
        "userLoginProfile",
        "userPoliciesExclusive",
        "userPolicy",
        "userPolicyAttachment",
        "userPolicyAttachmentsExclusive",
        "virtualMfaDevice",
    )
)
"""Users, what belongs to users, and groups, which only users can join."""


def check(resource: Resource) -> Iterator[str]:
    """The resource itself is the violation, whatever its properties are."""
    if resource.resource_type in STANDING:
        yield f"{resource.resource_type} is declared, must be a role that is assumed for a limited time"
        return
    for key in ("users", "groups"):
        names = get(resource.props, key)
        if names and names is not UNKNOWN:
            yield f"{key} is not empty, must be absent: attach the policy to a role"


RULE = Rule(
    clause="SEC-07",
    description="There are no IAM users, access keys, login profiles or groups.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="1.15"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Give people a role of components.iam and machines OIDC or an instance profile.",
    types=STANDING | {ATTACHMENT},
    check=check,
)
