"""A database is one row of the access model: a second one is deployed whole, and the first stays as it is."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pytest

from models.access.loader import ACCESS, load_access
from tests.conftest import Deploy, Deployment
from tests.layers.support.program import platform
from tests.layers.support.stacks import deployed_stack

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

ROW = """  inventory-database:
    description: PostgreSQL of the inventory services.
    kind: database
    instance: inventory
    data: production
    tier: analytics
    ports: [5434]
    reached: router
"""
GRANTS = """  - group: workloads
    resource: inventory-database
    ports: [5434]
    role: writer
    login: inventory
    purpose: Count stock.
    owner: engineering
  - group: on-call
    resource: inventory-database
    ports: [5434]
    role: reader
    purpose: Diagnose incidents.
    owner: engineering
"""
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def with_second_database(folder: Path, grants: str = GRANTS) -> Path:
    """A copy of the model with one row and its grants more."""
    text = ACCESS.read_text(encoding="utf-8")
    copy = folder / "access.yaml"
    copy.write_text(text.replace("resources:\n", f"resources:\n{ROW}") + grants, encoding="utf-8")
    return copy


_MADE: list[Deployment] = []


@pytest.fixture
def made(deploy: Deploy, tmp_path: Path) -> Deployment:
    """Production with the second database, deployed once: tests only read it."""
    if not _MADE:
        with pytest.MonkeyPatch.context() as model:
            model.setattr("layers.access.load_access", partial(load_access, with_second_database(tmp_path)))
            _MADE.append(platform(deploy, "production"))
    return _MADE[0]


def test_a_second_database_is_one_row(made: Deployment) -> None:
    """Instance, subnets, firewall, secrets, functions, alarms, forwards, names and outputs come from it."""
    instance = made.named("inventory-instance").inputs
    assert (instance["identifier"], instance["port"]) == ("inventory", 5434)
    assert instance["tags"]["nationgraph:access"] == "inventory-database"
    subnets = made.named("inventory-subnets").inputs["subnetIds"]
    assert subnets == [f"network-analytics-eu-central-1{zone}-id" for zone in "abc"]
    ingress = made.named("inventory-security-group").inputs["ingress"]
    assert [(rule["fromPort"], rule["description"]) for rule in ingress] == [
        (5434, "inventory-database from the private tier"),
        (5434, "inventory-database over the VPN"),
    ]
    assert ingress[0]["cidrBlocks"] == [f"10.3.{third}.0/20" for third in (0, 16, 32)]
    assert ingress[1]["securityGroups"] == ["vpn-routers-security-group-id"]
    variables = made.named("inventory-database-function-function").inputs["environment"]["variables"]
    assert (variables["DATABASE_HOST"], variables["DATABASE_PORT"]) == ("inventory-instance.internal", "5434")
    assert json.loads(variables["DATABASE_ROLES"]) == ["inventory_a", "inventory_b"]
    secrets = [made.named(f"inventory-{kind}-secret").inputs["name"] for kind in ("rotator", "database")]
    assert secrets == ["nationgraph/inventory/rotator", "nationgraph/inventory/database"]
    alarms = {alarm.name for alarm in made.all(ALARM)}
    copies = {name.replace("core", "inventory", 1) for name in alarms if name.startswith("core-")}
    assert {name for name in copies if "migrator" not in name} <= alarms  # nobody is granted its migrations
    assert not any(name.startswith("inventory-migrator") for name in alarms)
    assert {"inventoryDatabaseAddress", "inventoryDatabaseSecretArn"} <= made.result.keys()


def test_people_reach_it_over_the_vpn(made: Deployment) -> None:
    """Routers forward its port into its tier, and the tailnet's policy opens it to those who are granted it."""
    egress = made.named("vpn-routers-security-group").inputs["egress"]
    forwards = {(rule["fromPort"], *rule["cidrBlocks"]) for rule in egress if rule["fromPort"] == 5434}
    assert forwards == {(5434, "10.3.160.0/23", "10.3.162.0/23", "10.3.164.0/23")}
    policy: dict[str, Any] = json.loads(made.named("vpn-policy").inputs["acl"])
    opened = [rule for rule in policy["acls"] if "inventory-database-1:5434" in rule["dst"]]
    assert [rule["src"] for rule in opened] == [["group:on-call"]]


def test_the_first_stays_as_it_is(made: Deployment, deploy: Deploy) -> None:
    """Every resource of the real model is there under its own name, and each other one is called after the new row."""
    before = {resource.urn for resource in deployed_stack(deploy, "production").resources}
    after = {resource.urn for resource in made.resources}
    assert before <= after
    assert {urn.split("::")[-1].split("-")[0] for urn in after - before} == {"inventory"}


def test_a_database_that_its_rotation_cannot_reach_is_refused(
    deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is made of it, with the row and the fix."""
    only_people = GRANTS.partition("  - group: on-call")
    copy = with_second_database(tmp_path, only_people[1] + only_people[2])
    monkeypatch.setattr("layers.access.load_access", partial(load_access, copy))
    with pytest.raises(
        pulumi.RunError, match=r"inventory-database: is granted to nobody in the private tier.*workloads"
    ):
        platform(deploy, "production")
