"""A team's namespace is closed, restricted, bounded, and stays."""

from typing import Any

import pytest

from components.namespaces.namespaces import REMOVABLE, SERVICE_ACCOUNTS, TeamNamespace, TeamNamespaceArgs
from lib.labels import TEAM
from lib.quota import Quota
from policy.core.engine import load_rules
from tests.conftest import Deploy, Deployment

QUOTA = Quota(pods=9, millicores=1500, mebibytes=2048)


def made(deploy: Deploy, *, protect: bool = True) -> Deployment:
    """The namespace of payments."""
    args = TeamNamespaceArgs(team="payments", quota=QUOTA, protect=protect)
    return deploy(lambda: TeamNamespace("team-payments", args))


def test_pods_are_restricted_at_a_pinned_version(deploy: Deploy) -> None:
    """In all three modes, so that what would be refused is also warned of and written down."""
    labels = made(deploy).one("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.34"
    assert labels[TEAM] == "payments"


@pytest.mark.parametrize("protect", [True, False])
def test_it_stays_where_data_is_protected(deploy: Deploy, *, protect: bool) -> None:
    """Pulumi keeps it, and the cluster would refuse to delete it; elsewhere neither does."""
    namespace = made(deploy, protect=protect).one("kubernetes:core/v1:Namespace")
    assert (namespace.protect, namespace.retain) == (protect, protect)
    assert (namespace.inputs["metadata"]["annotations"].get(REMOVABLE) is None) is protect


def test_nothing_connects_that_no_policy_names(deploy: Deploy) -> None:
    """Every pod, both ways, and no rule."""
    spec = made(deploy).one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_bounds_are_the_given_ones_and_no_secret_is_let_in(deploy: Deploy) -> None:
    """Numbers as Kubernetes writes them; kinds that no service of ours has are at nought."""
    hard = made(deploy).one("kubernetes:core/v1:ResourceQuota").inputs["spec"]["hard"]
    assert (hard["pods"], hard["requests.cpu"], hard["requests.memory"]) == ("9", "1500m", "2048Mi")
    none = ("count/secrets", "services.loadbalancers", "services.nodeports", "persistentvolumeclaims")
    assert {hard[kind] for kind in none} == {"0"}


def test_accounts_have_no_token_of_the_api(deploy: Deploy) -> None:
    """Services and migrations alike, each in the namespace, after it was made."""
    deployed = made(deploy)
    accounts = deployed.all("kubernetes:core/v1:ServiceAccount")
    assert {account.inputs["metadata"]["name"] for account in accounts} == {*SERVICE_ACCOUNTS}
    namespace = deployed.one("kubernetes:core/v1:Namespace").urn
    for account in accounts:
        assert account.inputs["automountServiceAccountToken"] is False
        assert account.inputs["metadata"]["namespace"] == "payments"
        assert namespace in account.dependencies


@pytest.mark.parametrize("team", ["", "Payments", "-a", "a" * 64, "kube_system"])
def test_a_name_that_no_namespace_can_have_is_refused(team: str) -> None:
    """Before anything is registered, with the value and what it may be."""
    with pytest.raises(ValueError, match="use lower-case letters, digits, dashes"):
        TeamNamespaceArgs(team=team, quota=QUOTA, protect=False)


def test_every_rule_takes_it(deploy: Deploy, stack_violations: Any) -> None:
    """The platform obeys itself."""
    deployed = made(deploy)
    assert [found for rule in load_rules().values() for found in stack_violations(rule, deployed)] == []
