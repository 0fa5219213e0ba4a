"""SEC-03, SEC-07: a service's pod reads the secrets of its namespace, by the tags of session and secret."""

import json
from typing import Any

import pytest

from components.cluster.access import Entry
from components.secrets.documents import namespaces_tag
from tests.components.cluster.support.cluster import ASSOCIATION, NAME, deployed, rights, trust
from tests.components.iam.support.access import allowed
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:nationgraph/core/database-AbCdEf"
READ = "secretsmanager:GetSecretValue"


def may(made: Deployment, namespace: str, tag: dict[str, str], action: str = READ, on: str = SECRET) -> bool:
    """Whether a pod of a namespace may do it to a secret with this tag, as IAM fills in the session's tag."""
    text = json.dumps(rights(made, "services")).replace("${aws:PrincipalTag/kubernetes-namespace}", namespace)
    document: dict[str, Any] = json.loads(text)
    context = {f"secretsmanager:ResourceTag/{key}": value for key, value in tag.items()}
    return allowed(document, action, on, context)


def test_each_team_has_the_roles_of_services_and_migrations(deploy: Deploy) -> None:
    """In its namespace, each for the one service account of that name; sessions carry where they run."""
    made = deployed(deploy)
    rows = made.all(ASSOCIATION)
    assert {row.name: (row.inputs["namespace"], row.inputs["serviceAccount"]) for row in rows} == {
        f"cluster-team-{team}-{account}": (team, account)
        for team in ("payments", "graph")
        for account in ("services", "migrations")
    }
    assert not any(row.inputs.get("disableSessionTags") for row in rows)
    for account in ("services", "migrations"):
        row = trust(made, account)
        assert row["Action"] == ["sts:AssumeRole", "sts:TagSession"]
        assert row["Condition"]["ArnEquals"] == {"aws:SourceArn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{NAME}"}
        assert made.named(f"cluster-{account}-role").inputs["name"] == account


def test_a_pod_reads_what_names_its_namespace(deploy: Deploy) -> None:
    """And nothing else: no other team's, none without a tag, none of a team whose name holds its own."""
    made = deployed(deploy)
    tag = namespaces_tag(["payments", "graph"])
    assert may(made, "payments", tag)
    assert may(made, "graph", tag)
    for other in ("pay", "ments", "graph-x", "platform"):
        assert not may(made, other, tag), other
    assert not may(made, "payments", {})


def test_a_pod_that_says_not_where_it_runs_reads_nothing(deploy: Deploy) -> None:
    """A session without the tag: IAM fills in nothing, and two colons stand in no tag."""
    assert not may(deployed(deploy), "", namespaces_tag(["payments", "graph"]))


def test_a_pod_only_reads(deploy: Deploy) -> None:
    """It changes no secret, and decrypts through Secrets Manager alone."""
    made = deployed(deploy)
    tag = namespaces_tag(["payments"])
    for action in ("secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret", "secretsmanager:TagResource"):
        assert not may(made, "payments", tag, action)
    assert not may(made, "payments", tag, "kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1")
    assert not may(made, "payments", tag, on=SECRET.replace("nationgraph/", "other/"))


@pytest.mark.parametrize("group", ["system:masters", "system:nodes"])
def test_groups_of_kubernetes_itself_are_refused(group: str) -> None:
    """As EKS does, but before anything is made."""
    with pytest.raises(ValueError, match=f"groups: '{group}' is Kubernetes' own, and EKS refuses it; choose a name"):
        Entry(principal_arn="arn", policy="AmazonEKSViewPolicy", groups=["nationgraph:ops", group])
