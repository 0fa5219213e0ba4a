"""One way to make a role: fixed name and path, boundary, shared policies, one policy of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws.iam.policy import Policy
from pulumi_aws.iam.role import Role
from pulumi_aws.iam.role_policy import RolePolicy
from pulumi_aws.iam.role_policy_attachment import RolePolicyAttachment

from components.iam import deploy_permissions
from components.iam.permissions import read_document
from components.shared.account import PATH
from components.shared.platform import Platform, Site
from components.shared.policy_documents import Document

HOUR = 3600
"""Seconds; the shortest session that IAM lets a role be limited to."""


@dataclass(frozen=True, kw_only=True)
class IdentityRole:
    """A role of people, CI or emergencies. ``name`` gets the prefix ``nationgraph-``.

    ``session_seconds`` is the longest session, from 3,600 to 43,200. ``policies`` are attached by key, and the keys
    name the attachments; ``own`` becomes its inline policy.
    """

    name: str
    description: str
    trust: Document
    session_seconds: int
    policies: Mapping[str, pulumi.Input[str]]
    own: Document


def make_role(
    prefix: str,
    role: IdentityRole,
    platform: Platform,
    parent: pulumi.ComponentResource,
    trusted: Sequence[pulumi.Resource] = (),
) -> pulumi.Output[str]:
    """Declare ``{prefix}-role``, ``{prefix}-policy`` and one ``{prefix}-{key}`` per shared policy; the role's ARN.

    ``trusted`` are the identity providers that the role's trust names and that must exist before it.
    """
    child = pulumi.ResourceOptions(parent=parent)
    resource = Role(
        f"{prefix}-role",
        name=f"nationgraph-{role.name}",
        path=PATH,
        description=role.description,
        assume_role_policy=pulumi.Output.json_dumps(role.trust),
        max_session_duration=role.session_seconds,
        permissions_boundary=platform.boundary_arn,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(trusted)),
    )
    for key, arn in role.policies.items():
        RolePolicyAttachment(f"{prefix}-{key}", role=resource.name, policy_arn=arn, opts=child)
    own = pulumi.Output.json_dumps(role.own)
    RolePolicy(f"{prefix}-policy", name=f"nationgraph-{role.name}", role=resource.name, policy=own, opts=child)
    return resource.arn


@dataclass(frozen=True, kw_only=True)
class AccessPoliciesArgs:
    """The account whose resources the policies speak of."""

    site: Site


class AccessPolicies(pulumi.ComponentResource):
    """The managed policies that several roles share. They grant nothing until a role attaches them.

    Creates ``{name}-read`` and, for the deploy role, ``{name}-network``, ``{name}-data``, ``{name}-operations``,
    ``{name}-identity`` and ``{name}-cluster``. No platform role can change them: the boundary forbids it.
    """

    def __init__(self, name: str, args: AccessPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:AccessPolicies", name, {}, opts)
        account = args.site.account

        def policy(key: str, document: Mapping[str, Any]) -> pulumi.Output[str]:
            return Policy(
                f"{name}-{key}",
                name=f"nationgraph-{key}",
                path=PATH,
                policy=pulumi.Output.json_dumps(document),
                opts=pulumi.ResourceOptions(parent=self),
            ).arn

        self.read: Mapping[str, pulumi.Output[str]] = {"read": policy("read", read_document(account))}
        self.deploy: Mapping[str, pulumi.Output[str]] = {
            "network": policy("network", deploy_permissions.network_document(account)),
            "data": policy("data", deploy_permissions.data_document(account)),
            "operations": policy("operations", deploy_permissions.operations_document(account)),
            "identity": policy("identity", deploy_permissions.identity_document(account)),
            "cluster": policy("cluster", deploy_permissions.cluster_document(account)),
        }
        self.register_outputs({"read": self.read, "deploy": self.deploy})
