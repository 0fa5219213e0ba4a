"""SEC-07: every document is one that AWS takes, and is as narrow as AWS's own reference of actions lets it be."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import parliament
import pytest
from moto import mock_aws

from components.iam.boundary import LIMIT, boundary_document
from components.shared.account import Account
from stacks.environments import ENVIRONMENTS
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.components.iam.support.access import ROLE, as_aws, as_list, everything, expand, reference, statements
from tests.conftest import Deploy, Deployment

Documents = Mapping[str, Mapping[str, Any]]
ACCEPTED = {
    # sts:GetWebIdentityToken is newer than parliament's list; the routers of the VPN prove by it who they are.
    ("boundary-policy", "UNKNOWN_ACTION"),
    # Its patterns also match actions on resources that it does not list: these stay denied, as a ceiling should.
    ("boundary-policy", "RESOURCE_MISMATCH"),
    # parliament knows kms:ResourceAliases for no action; AWS sends it with CreateGrant and PutKeyPolicy.
    ("boundary-policy", "UNKNOWN_CONDITION_FOR_ACTION"),
    # parliament lists aws:ViaAWSService, a global key, for a few actions only; EC2 gets it with every request.
    ("access-cluster", "UNKNOWN_CONDITION_FOR_ACTION"),
    # iam:GetOutboundWebIdentityFederationInfo is newer than parliament's list: a refresh reads the account's switch.
    ("access-read", "UNKNOWN_ACTION"),
}


def test_all_documents_are_seen(documents: Documents) -> None:
    """The inventory is exact: a document that appears or disappears is looked at by a person."""
    assert sorted(documents) == [
        "access-cluster", "access-data", "access-identity", "access-network", "access-operations", "access-read",
        "boundary-policy", "github-audit-policy", "github-deploy-policy", "github-preview-policy",
        "github-verdicts-policy", "glass-policy", "people-data-policy",
        "people-engineering-policy", "people-on-call-policy",
    ]  # fmt: skip


def test_parliament_finds_nothing(documents: Documents) -> None:
    """No malformed statement, unknown action, mismatched resource, wrong operator or needless star."""
    found = {
        (name, finding.issue)
        for name, document in documents.items()
        for finding in parliament.analyze_policy_string(json.dumps(document)).findings
    }
    assert found == ACCEPTED


def test_every_pattern_means_something(documents: Documents) -> None:
    """A pattern that matches no action of AWS is a typing error that allows or denies nothing."""
    unknown = [
        (name, pattern)
        for name, document in documents.items()
        for statement in document["Statement"]
        for pattern in as_list(statement.get("Action", statement.get("NotAction")))
        if not expand(pattern)
    ]
    assert unknown == []


def test_privilege_is_granted_by_name(documents: Documents) -> None:
    """No wildcard allows an action whose access level is Permissions management; outside the boundary there is none."""
    for name, document in documents.items():
        for statement in statements(document, "Allow"):
            for pattern in as_list(statement["Action"]):
                assert not pattern.endswith(":*"), (name, pattern)
                if "*" not in pattern and "?" not in pattern:
                    continue
                assert name == "boundary-policy", (name, pattern)
                granted = [a for a, entry in expand(pattern) if entry["access_level"] == "Permissions management"]
                assert granted == [], (pattern, granted)


def test_star_only_where_aws_knows_no_resource(documents: Documents) -> None:
    """Every action that is allowed on ``*`` has no resource type in the Service Authorization Reference.

    In the boundary it may also be one that only sees: what a role may see on what, its own policies say.
    """
    for name, document in documents.items():
        for statement in statements(document, "Allow"):
            if "*" in as_list(statement["Resource"]):
                for pattern in as_list(statement["Action"]):
                    typed = [
                        action
                        for action, entry in expand(pattern)
                        if any(kind["resource_type"] for kind in entry["resource_types"])
                        and not (name == "boundary-policy" and entry["access_level"] in ("List", "Read"))
                    ]
                    assert typed == [], (name, pattern)


def test_conditions_are_ones_that_the_action_has(documents: Documents) -> None:
    """A condition on a key that AWS never sends for an action would allow nothing: each service key is documented."""
    for name, document in documents.items():
        for statement in statements(document, "Allow"):
            blocks = statement.get("Condition", {}).values()
            keys = {key for block in blocks for key in block if not key.startswith("aws:")}
            for action in as_list(statement["Action"]) if keys else ():
                service, verb = action.split(":")
                known = {k for t in reference()[service][verb.lower()]["resource_types"] for k in t["condition_keys"]}
                assert keys <= known, (name, action, keys)


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_boundary_has_room(stack: str) -> None:
    """A quarter of what IAM allows stays free for services to come. White space does not count, names and ids do."""
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")
    account = Account(id=settings.account_id, region=settings.region)
    used = len(json.dumps(boundary_document(account), separators=(",", ":")))
    print(f"boundary of {stack}: {used} of {LIMIT} characters used, {(LIMIT - used) / LIMIT:.1%} free")
    assert used <= LIMIT * 3 // 4


def test_policies_fit(deployed: Deployment) -> None:
    """The same for every managed policy; inline ones may have 10,240 for a role."""
    limits = {"aws:iam/policy:Policy": 6144, "aws:iam/rolePolicy:RolePolicy": 10240}
    for type_, limit in limits.items():
        for resource in deployed.all(type_):
            assert len(json.dumps(json.loads(resource.inputs["policy"]), separators=(",", ":"))) <= limit, resource.name


def test_aws_takes_them(deploy: Deploy) -> None:
    """The emulator's IAM, which validates documents, accepts each policy and each role."""
    deployed = deploy(everything)
    with mock_aws():
        iam = boto3.client("iam", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="y")
        for r in deployed.all("aws:iam/policy:Policy"):
            iam.create_policy(PolicyName=r.inputs["name"], Path=r.inputs["path"], PolicyDocument=r.inputs["policy"])
        boundary = "arn:aws:iam::123456789012:policy/nationgraph/identity/nationgraph-boundary"
        for r in deployed.all(ROLE):
            made = iam.create_role(
                RoleName=r.inputs["name"],
                Path=r.inputs["path"],
                AssumeRolePolicyDocument=r.inputs["assumeRolePolicy"],
                MaxSessionDuration=int(r.inputs["maxSessionDuration"]),
                PermissionsBoundary=boundary,
            )
            assert made["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
        for r in deployed.all("aws:iam/rolePolicy:RolePolicy"):
            policy = as_aws(r.inputs["policy"])
            iam.put_role_policy(RoleName=r.inputs["role"], PolicyName="own", PolicyDocument=policy)
        assert len(iam.list_roles(PathPrefix="/nationgraph/identity/")["Roles"]) == 8
