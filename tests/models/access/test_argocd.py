"""Roles in Argo CD come from the access model's grants, and from nothing else."""

import csv
import datetime as dt

import pytest

from models.access.argocd import OPERATOR, VIEWER, rbac
from models.access.loader import load_access
from models.access.model import Access
from stacks.environments import ENVIRONMENTS

TODAY = dt.date(2026, 11, 29)


def grants(text: str) -> dict[str, str]:
    """The role of each group."""
    return {line.split(", ")[1]: line.split(", ")[2] for line in text.splitlines() if line.startswith("g, ")}


def access(*, external: bool = False, groups: tuple[str, ...] = ("engineering",)) -> Access:
    """A model in which these groups reach Argo CD."""
    people = {"kind": "people", "description": "d", "members": ["a@b.example"], "external": external}
    return Access.model_validate(
        {
            "groups": {
                "engineering": people,
                "data": people,
                "ci": {"kind": "machines", "description": "d"},
            },
            "resources": {
                "argocd": {
                    "description": "d",
                    "kind": "tool",
                    "data": "none",
                    "tier": "private",
                    "ports": [443],
                    "reached": "node",
                }
            },
            "grants": [
                {"group": name, "resource": "argocd", "ports": [443], "purpose": "p", "owner": "engineering"}
                for name in groups
            ],
        }
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_clone_grants_engineering_alone(environment: str) -> None:
    """In each environment; the pipeline has a grant on the tailnet and no user of Argo CD."""
    assert grants(rbac(load_access().for_environment(environment, TODAY))["policy.csv"]) == {
        "engineering": "role:operator"
    }


def test_whoever_has_no_grant_has_no_role() -> None:
    """And the default is nothing."""
    made = rbac(access(groups=()))
    assert grants(made["policy.csv"]) == {}
    assert made["policy.default"] == ""
    assert made["scopes"] == "[groups]"


def test_machines_have_no_role() -> None:
    """Groups of people come by the identity provider; machines do not."""
    assert grants(rbac(access(groups=("ci", "data")))["policy.csv"]) == {"data": "role:operator"}


def test_who_is_not_employed_only_sees() -> None:
    """A viewer's rights are an operator's, without what changes anything."""
    assert grants(rbac(access(external=True))["policy.csv"]) == {"engineering": "role:viewer"}
    assert set(VIEWER) < set(OPERATOR)
    assert all(right.endswith(", get") for right in VIEWER)


def test_nobody_creates_changes_or_deletes_by_hand() -> None:
    """Each line is one that Argo CD reads, and none of them has another verb."""
    rows = list(csv.reader(rbac(access())["policy.csv"].splitlines(), skipinitialspace=True))
    policies = [row for row in rows if row[0] == "p"]
    assert {len(row) for row in policies} == {6}
    (closed,) = (row for row in policies if row[5] == "deny")
    assert closed == ["p", "role:readonly", "*", "*", "*", "deny"]
    policies.remove(closed)
    assert {row[3] for row in policies} == {"get", "sync", "action/apps/Deployment/restart"}
    assert {row[5] for row in policies} == {"allow"}
    assert {row[4] for row in policies if row[2] in ("applications", "applicationsets", "logs")} == {"*/*"}


def test_order_does_not_matter() -> None:
    """The same model gives the same text."""
    assert rbac(access(groups=("engineering", "data"))) == rbac(access(groups=("data", "engineering")))
