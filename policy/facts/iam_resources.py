"""Where IAM's documents live in a stack: on policies, in roles, behind attachments."""

from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import PolicyResource
from pulumi_policy.proxy import UnknownValueError

from policy.facts.iam import Statement, statements
from policy.facts.props import UNKNOWN, Resource, Unknown, as_list, get, items, of_type, parsed, referenced

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
PERMISSION_SET_POLICY = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
# By type: the property that holds the document.
DOCUMENTS = {
    POLICY: "policy",
    ROLE_POLICY: "policy",
    "aws:iam/groupPolicy:GroupPolicy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    PERMISSION_SET_POLICY: "inlinePolicy",
}
IDENTITY_POLICIES = tuple(DOCUMENTS)
# Properties of an attachment to roles: the one that names them, and the one that names policies.
ATTACHMENTS = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policyArn"),
    "aws:iam/policyAttachment:PolicyAttachment": ("roles", "policyArn"),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": ("roleName", "policyArns"),
}
# By type: the property that names AWS's or our managed policies, in every way of attaching them.
ATTACHED = {
    **{type_: policies for type_, (_, policies) in ATTACHMENTS.items()},
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns",
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": "managedPolicyArns",
    "aws:quicksight/iamPolicyAssignment:IamPolicyAssignment": "policyArn",
    "aws:budgets/budgetAction:BudgetAction": "definition.iamActionDefinition.policyArn",
}

Rows = tuple[Statement, ...]


def documents(resource: Resource) -> Iterator[tuple[str, Rows | None]]:
    """Path and statements of each identity policy on the resource; unknown ones left out, None for what is none."""
    if resource.resource_type in IDENTITY_POLICIES:
        key = DOCUMENTS[resource.resource_type]
        held = [(key, get(resource.props, key))]
    else:
        # A block without a document is the provider's way to say: no inline policies.
        held = [
            (f"inlinePolicies[{number}].policy", get(row, "policy", default=UNKNOWN))
            for number, row in enumerate(items(resource.props, "inlinePolicies"))
            if row is not UNKNOWN
        ]
    for path, value in held:
        if value is not UNKNOWN:
            rows = known(value)
            if not isinstance(rows, Unknown):
                yield path, rows


def known(value: object) -> Rows | Unknown | None:
    """The statements of a document, None where it is none, ``UNKNOWN`` where a part of an object is unknown."""
    try:
        return statements(value)
    except UnknownValueError:
        return UNKNOWN


def raise_unknown_documents(resource: Resource) -> None:
    """Raise UnknownValueError where an identity policy or managed policy of the resource is unknown."""
    if resource.resource_type in IDENTITY_POLICIES:
        statements(resource.props.get(DOCUMENTS[resource.resource_type]))
        return
    for key in ("managedPolicyArns", "inlinePolicies"):
        for item in as_list(resource.props.get(key)):
            if isinstance(item, Mapping):
                statements(item.get("policy"))


def own_accounts(resource: object) -> set[str]:
    """The accounts that the resource's provider is confined to; empty where it names none."""
    props = getattr(getattr(resource, "provider", None), "props", {})
    given = get(props, "allowedAccountIds", default=())
    if isinstance(given, str):  # the engine hands provider settings over as JSON
        given = parsed(given)
    return set() if given is UNKNOWN else {str(account) for account in as_list(given)}


def attached_policies(role: PolicyResource, resources: Sequence[PolicyResource]) -> list[PolicyResource]:
    """The managed and inline policies of the stack that apply to the role, however they are attached."""
    policies = of_type(resources, POLICY)
    found = referenced(role, "managedPolicyArns", policies)
    for attachment in of_type(resources, *ATTACHMENTS):
        roles, held = ATTACHMENTS[attachment.resource_type]
        if referenced(attachment, roles, [role]):
            found += referenced(attachment, held, policies)
    found += [row for row in of_type(resources, ROLE_POLICY) if referenced(row, "role", [role])]
    return list({policy.urn: policy for policy in found}.values())


def boundary_of(role: PolicyResource, resources: Sequence[PolicyResource]) -> list[PolicyResource]:
    """The policy of the stack that bounds the role."""
    return referenced(role, "permissionsBoundary", of_type(resources, POLICY))


def paths_of(resource: PolicyResource) -> list[str]:
    """How ARNs end that name the role or policy: ``role/team/name``; empty while its name is unknown."""
    kind = "role" if resource.resource_type == ROLE else "policy"
    name, path = get(resource.props, "name"), get(resource.props, "path", default="/")
    arn = get(resource.props, "arn")
    ends = [f"{kind}{path}{name}"] if isinstance(name, str) and isinstance(path, str) else []
    return ends + ([arn.split(":", 5)[-1]] if isinstance(arn, str) and arn.count(":") >= 5 else [])
