"""IAM and Access Analyzer: documents, quotas, references."""

from typing import Final

from sandbox.aws.refusals import documents
from sandbox.aws.refusals.check import Account, Params, found, refuse, refuses

MANAGED, INLINE = 6144, 10240
"""Characters of a managed policy, and of all inline policies of a role.

Source: IAM user guide, "IAM and AWS STS quotas"."""
ATTACHED: Final = 10
"""Managed policies of a role, as far as nobody has asked for more."""


@refuses("iam", "CreateRole")
def _role(api: Account, params: Params) -> None:
    documents.check(api, params["AssumeRolePolicyDocument"], documents.TRUST)
    _session(params)
    _boundary(api, params)
    for role in api.client("iam").get_paginator("list_roles").paginate().search("Roles[].RoleName"):
        if role.lower() == params["RoleName"].lower():
            refuse("EntityAlreadyExists", f"Role with name {params['RoleName']} already exists.")


def _boundary(api: Account, params: Params) -> None:
    arn = params.get("PermissionsBoundary")
    if arn and not arn.startswith("arn:aws:iam::aws:") and not found(api.client("iam").get_policy, PolicyArn=arn):
        refuse("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


def _session(params: Params) -> None:
    if not 3600 <= params.get("MaxSessionDuration", 3600) <= 43200:
        refuse("ValidationError", "MaxSessionDuration must be between 3600 and 43200")


@refuses("iam", "UpdateRole")
def _changed_role(_api: Account, params: Params) -> None:
    _session(params)


@refuses("iam", "PutRolePermissionsBoundary", "CreateUser")
def _changed_boundary(api: Account, params: Params) -> None:
    _boundary(api, params)


@refuses("iam", "UpdateAssumeRolePolicy")
def _trust(api: Account, params: Params) -> None:
    documents.check(api, params["PolicyDocument"], documents.TRUST)


@refuses("iam", "CreatePolicy", "CreatePolicyVersion")
def _policy(api: Account, params: Params) -> None:
    size = documents.size(params["PolicyDocument"])
    if size > MANAGED:
        refuse("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED}")
    documents.check(api, params["PolicyDocument"], documents.IDENTITY)


@refuses("iam", "PutRolePolicy")
def _inline(api: Account, params: Params) -> None:
    documents.check(api, params["PolicyDocument"], documents.IDENTITY)
    iam, name = api.client("iam"), params["RoleName"]
    total = documents.size(params["PolicyDocument"])
    for other in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        if other != params["PolicyName"]:
            total += documents.size(_text(iam.get_role_policy(RoleName=name, PolicyName=other)["PolicyDocument"]))
    if total > INLINE:
        refuse("LimitExceeded", f"Maximum policy size of {INLINE} bytes exceeded for role {name}")


def _text(document: object) -> str:
    import json  # noqa: PLC0415

    return document if isinstance(document, str) else json.dumps(document)


@refuses("iam", "AttachRolePolicy")
def _attachment(api: Account, params: Params) -> None:
    arn, iam = params["PolicyArn"], api.client("iam")
    if not arn.startswith("arn:aws:iam::aws:") and not found(iam.get_policy, PolicyArn=arn):
        refuse("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
    attached = [
        p["PolicyArn"] for p in iam.list_attached_role_policies(RoleName=params["RoleName"])["AttachedPolicies"]
    ]
    if arn not in attached and len(attached) >= ATTACHED:
        refuse("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {ATTACHED}")


@refuses("iam", "AddRoleToInstanceProfile")
def _profile(api: Account, params: Params) -> None:
    profile = api.client("iam").get_instance_profile(InstanceProfileName=params["InstanceProfileName"])
    if profile["InstanceProfile"]["Roles"]:
        refuse("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    if not found(api.client("iam").get_role, RoleName=params["RoleName"]):
        refuse("NoSuchEntity", f"The role with name {params['RoleName']} cannot be found.")


@refuses("iam", "DeleteInstanceProfile")
def _profile_in_use(api: Account, params: Params) -> None:
    profile = api.client("iam").get_instance_profile(InstanceProfileName=params["InstanceProfileName"])
    if profile["InstanceProfile"]["Roles"]:
        refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")


@refuses("iam", "DeleteRole")
def _role_in_use(api: Account, params: Params) -> None:
    iam, name = api.client("iam"), params["RoleName"]
    if not found(iam.get_role, RoleName=name):
        return
    if iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        refuse("DeleteConflict", "Cannot delete entity, must detach all policies first.")
    if iam.list_role_policies(RoleName=name)["PolicyNames"]:
        refuse("DeleteConflict", "Cannot delete entity, must delete policies first.")
    if iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"]:
        refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")


@refuses("iam", "CreateOpenIDConnectProvider")
def _provider(_api: Account, params: Params) -> None:
    if not params["Url"].startswith("https://"):
        refuse("ValidationError", "Invalid Open ID Connect Provider URL")
    if len(params.get("ThumbprintList") or ()) > 5:
        refuse("LimitExceeded", "Cannot exceed quota for ThumbprintsPerOpenIdConnectProvider: 5")
    if any(len(thumbprint) != 40 for thumbprint in params.get("ThumbprintList") or ()):
        refuse("ValidationError", "A thumbprint has 40 hexadecimal digits")


@refuses("iam", "UpdateAccountPasswordPolicy")
def _passwords(_api: Account, params: Params) -> None:
    for key, low, high in (("MinimumPasswordLength", 6, 128), ("MaxPasswordAge", 1, 1095),
                           ("PasswordReusePrevention", 1, 24)):  # fmt: skip
        if key in params and not low <= params[key] <= high:
            refuse("ValidationError", f"{key}: {params[key]} is not {low} to {high}")


@refuses("iam", "EnableOutboundWebIdentityFederation")
def _federation(api: Account, _params: Params) -> None:
    if found(api.client("iam").get_outbound_web_identity_federation_info):
        refuse("FeatureEnabled", "Outbound web identity federation is already enabled for this account.")


@refuses("accessanalyzer", "CreateAnalyzer")
def _analyzer(api: Account, params: Params) -> None:
    for other in api.client("accessanalyzer").list_analyzers()["analyzers"]:
        if other["type"] == params["type"] and other["name"] != params["analyzerName"]:
            refuse("ServiceQuotaExceededException", f"The quota of analyzers of type {params['type']} is 1")
