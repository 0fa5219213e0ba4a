"""What each identity of a stack may do: its statements and managed policies, however they are attached."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import PolicyResource

from lib.shapes import mapping
from policy.facts import iam_resources as of_iam
from policy.facts.dangers import values
from policy.facts.iam import Statement
from policy.facts.props import UNKNOWN, Unknown, as_list, get, items, of_type, referenced, texts

ROLE, USER, GROUP = of_iam.ROLE, "aws:iam/user:User", "aws:iam/group:Group"
PERMISSION_SET = "aws:ssoadmin/permissionSet:PermissionSet"
IDENTITIES = {ROLE: "role", USER: "user", GROUP: "group", PERMISSION_SET: "permission set"}
MEMBERS = {
    "aws:iam/groupMembership:GroupMembership": ("users", "group"),
    "aws:iam/userGroupMembership:UserGroupMembership": ("user", "groups"),
}
ACCESS_KEY = "aws:iam/accessKey:AccessKey"
ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
# By type: the properties that may name whom a policy or an attachment is for.
_FOR = {
    of_iam.ROLE_POLICY: ("role",),
    "aws:iam/groupPolicy:GroupPolicy": ("group",),
    "aws:iam/userPolicy:UserPolicy": ("user",),
    of_iam.PERMISSION_SET_POLICY: ("permissionSetArn",),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role",),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ("group",),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ("user",),
    "aws:iam/policyAttachment:PolicyAttachment": ("roles", "users", "groups"),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": ("roleName",),
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": ("groupName",),
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": ("userName",),
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": ("permissionSetArn",),
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": ("permissionSetArn",),
}
_KIND = {"role": "role", "roles": "role", "roleName": "role", "user": "user", "users": "user", "userName": "user",
         "group": "group", "groups": "group", "groupName": "group", "permissionSetArn": "permission set"}  # fmt: skip
TYPES = (*IDENTITIES, *_FOR, of_iam.POLICY, *MEMBERS, ASSIGNMENT, ACCESS_KEY)


@dataclass(eq=False)
class Identity:
    """``called`` is how a sentence names it; ``sources`` are URNs of what says what it may do."""

    called: str
    urn: str
    declared: bool
    statements: list[Statement] = field(default_factory=list)
    managed: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


class Identities:
    """Those of one stack, by URN, or by kind and name where the stack does not declare them."""

    def __init__(self, resources: Sequence[PolicyResource]) -> None:
        self._policies = of_type(resources, of_iam.POLICY)
        self._known = of_type(resources, *IDENTITIES)
        self.found: dict[str, Identity] = {}
        self._used: set[str] = set()
        for one in self._known:
            called = f"{IDENTITIES[one.resource_type]} {one.name}"
            identity = self.found.setdefault(one.urn, Identity(called, one.urn, declared=True))
            self._own(identity, one)
        for one in of_type(resources, *_FOR):
            for identity in self._whom(one):
                self._add(identity, one)
        for policy in self._policies:
            if policy.urn not in self._used:  # whom it is for is said elsewhere, or nobody has it yet
                bounds = any(policy in of_iam.boundary_of(role, resources) for role in of_type(resources, ROLE))
                called = f"{'boundary' if bounds else 'policy'} {policy.name}"
                self._documents(self.found.setdefault(policy.urn, Identity(called, policy.urn, declared=True)), policy)

    def _own(self, identity: Identity, one: PolicyResource) -> None:
        """What stands in the identity itself."""
        identity.sources.add(one.urn)
        if one.resource_type == ROLE:
            self._documents(identity, one)
            self._managed(identity, one, "managedPolicyArns")

    def _whom(self, one: PolicyResource) -> list[Identity]:
        """Whom a policy or attachment is for; itself where a preview cannot tell yet."""
        unnamed = Identity(f"policy {one.name}", one.urn, declared=True)
        return [*self._named(one)] or [self.found.setdefault(one.urn, unnamed)]

    def _named(self, one: PolicyResource) -> Iterator[Identity]:
        for key in _FOR[one.resource_type]:
            declared = referenced(one, key, self._known)
            for found in declared:
                yield self.found[found.urn]
            keys = ("name", "arn", "id")
            names = {name for found in declared for part in keys for name in texts(get(found.props, part))}
            for name in texts(get(one.props, key)):
                if name and name not in names:
                    called = f"{_KIND[key]} {name}"
                    yield self.found.setdefault(called, Identity(called, one.urn, declared=False))

    def _add(self, identity: Identity, one: PolicyResource) -> None:
        identity.sources.add(one.urn)
        if one.resource_type in of_iam.DOCUMENTS:
            self._documents(identity, one)
        else:
            self._managed(identity, one, of_iam.ATTACHED[one.resource_type])

    def _managed(self, identity: Identity, one: PolicyResource, key: str) -> None:
        own = referenced(one, key, self._policies)
        for policy in own:
            self._used.add(policy.urn)
            identity.sources.add(policy.urn)
            self._documents(identity, policy)
        arns = {arn for policy in own for arn in texts(get(policy.props, "arn"))}
        for found in values(one.props, key):
            given = list(items({key: found.value}, key)) if found.value is not None else []
            if len(given) > len(own):  # else each is one of the stack's own, whose ARN not every state holds
                identity.managed |= {arn for arn in given if isinstance(arn, str) and arn and arn not in arns}
            if UNKNOWN in given and not own:
                identity.unknown.add(one.urn)

    def _documents(self, identity: Identity, one: PolicyResource) -> None:
        key = of_iam.DOCUMENTS.get(one.resource_type)
        held = [get(one.props, key)] if key else [get(row, "policy") for row in _blocks(one)]
        for value in held:
            rows = of_iam.known(value) if value is not UNKNOWN else UNKNOWN
            if isinstance(rows, Unknown):
                identity.unknown.add(one.urn)
            else:
                identity.statements += rows or ()


def _blocks(one: PolicyResource) -> Iterator[Mapping[str, Any]]:
    return (mapping(row) for row in as_list(get(one.props, "inlinePolicies")) if row is not UNKNOWN)
