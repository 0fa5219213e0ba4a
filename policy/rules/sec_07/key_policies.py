"""SEC-07: a KMS key can be changed by its own account, and by no other."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts import key_policies
from policy.facts.iam_resources import POLICY, ROLE, known, own_accounts
from policy.facts.props import UNKNOWN, Unknown, get, of_type

KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
KEYS = (
    "aws:kms/key:Key",
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
    KEY_POLICY,
)
VPC = "aws:ec2/vpc:Vpc"
UNCHECKED = "bypassPolicyLockoutSafetyCheck"


def _account(resource: PolicyResource) -> str:
    arn = get(resource.props, "arn")
    account = arn.split(":")[4] if isinstance(arn, str) and arn.count(":") >= 5 else ""
    return account if account.isdigit() else ""


def _provider(resource: PolicyResource) -> str:
    return getattr(resource.provider, "urn", "")


def _accounts(key: PolicyResource, resources: Sequence[PolicyResource]) -> set[str]:
    """The key's account by its ARN or its provider's confinement; else the accounts of what its provider also made."""
    certain = own_accounts(key) | {_account(key)} - {""}
    siblings = of_type(resources, *KEYS, ROLE, POLICY, VPC)  # an `arn` of these is their own
    return certain or {_account(other) for other in siblings if _provider(other) == _provider(key)} - {""}


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each key policy that is known; absent is AWS's default, by which the account's administrators change it."""
    for key in of_type(resources, *KEYS):
        value = get(key.props, "policy")
        rows = None if value in (None, "", UNKNOWN) else known(value)
        if rows is None or isinstance(rows, Unknown):
            continue  # sec-07-resource-policies tells of what is no document
        for row, principal in key_policies.foreign(rows, _accounts(key, resources)):
            yield key, f"policy, {row.label}: {principal!r} of another account may change the key, must only use it"
        if key_policies.is_locked(rows):
            unchecked = f"; {UNCHECKED} is True, so that AWS does not refuse it" if get(key.props, UNCHECKED) else ""
            yield key, f"policy: nobody may change the key, must allow its account kms:PutKeyPolicy{unchecked}"


RULE = Rule(
    clause="SEC-07",
    description="KMS keys are administered by their own account, which cannot lock itself out.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="KMS.5"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Use components.shared.keys, or allow kms:* to the root of the key's account and uses alone to others.",
    check_stack=check_stack,
)
