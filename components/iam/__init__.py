"""SEC-07: who may do what in the account. Every role is bounded, nobody has keys, and GitHub deploys without any."""

from components.iam.account import AccountBaseline
from components.iam.boundary import PermissionsBoundary, PermissionsBoundaryArgs
from components.iam.break_glass import BreakGlass, BreakGlassArgs
from components.iam.github import GithubRoles, GithubRolesArgs
from components.iam.people import PeopleGroup, PeopleRoles, PeopleRolesArgs
from components.iam.roles import AccessPolicies, AccessPoliciesArgs
from components.iam.state_bucket import StateBucket, StateBucketArgs
from components.iam.trust import Directory
from components.shared.account import WORKLOAD_PATH, Account

__all__ = [
    "WORKLOAD_PATH",
    "AccessPolicies",
    "AccessPoliciesArgs",
    "Account",
    "AccountBaseline",
    "BreakGlass",
    "BreakGlassArgs",
    "Directory",
    "GithubRoles",
    "GithubRolesArgs",
    "PeopleGroup",
    "PeopleRoles",
    "PeopleRolesArgs",
    "PermissionsBoundary",
    "PermissionsBoundaryArgs",
    "StateBucket",
    "StateBucketArgs",
]
