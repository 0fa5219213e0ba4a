"""The table of environments keeps the promises that the roadmap makes for each of them."""

import pytest

from components.database.database import BACKUP_DAYS
from lib.vocabulary import DATA_CLASSIFICATIONS
from stacks.environments import ENVIRONMENTS
from stacks.model import MIN_ZONES

# What CloudWatch Logs accepts as retention in days, from botocore's model of PutRetentionPolicy.
LOG_RETENTION = {
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
}


def test_environments_go_from_least_to_most_careful() -> None:
    """The sandbox is thrown away, production comes last; what is rehearsed stands between them."""
    names = list(ENVIRONMENTS)
    assert (names[0], names[-1]) == ("sandbox", "production")
    assert {"dev", "staging"} <= {*names}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_row_is_one_that_aws_and_the_roadmap_accept(name: str) -> None:
    """Retention, storage and zones lie in their limits; only the sandbox may be thrown away."""
    row = ENVIRONMENTS[name]
    assert row.backup_retention_days in BACKUP_DAYS
    assert row.log_retention_days in LOG_RETENTION
    assert row.zone_count >= MIN_ZONES
    assert row.storage_gib >= 20  # the least that RDS gives a PostgreSQL instance on gp3
    assert row.storage_gib * 1.1 <= row.max_storage_gib  # RDS refuses a ceiling less than 10% above the storage
    assert row.data_classification in DATA_CLASSIFICATIONS
    assert row.protect == (name != "sandbox")


def test_two_zones_in_dev_three_elsewhere() -> None:
    """INF: the VPC spans three zones, two in dev."""
    assert {name: row.zone_count for name, row in ENVIRONMENTS.items() if row.zone_count != 3} == {"dev": 2}


def test_production_alone_has_a_nat_gateway_in_each_zone() -> None:
    """One zone's loss leaves the others their way out; elsewhere one gateway is enough."""
    assert [name for name, row in ENVIRONMENTS.items() if row.nat_per_zone] == ["production"]


def test_routers_outlive_the_loss_of_one_and_in_production_of_two() -> None:
    """SEC-05: one may be replaced at any time, and in production another may fail meanwhile."""
    counts = {name: row.router_count for name, row in ENVIRONMENTS.items()}
    assert min(counts.values()) >= 2
    assert counts["production"] >= 3


def test_production_keeps_the_most() -> None:
    """No environment outdoes production in availability, backups or logs."""
    production = ENVIRONMENTS["production"]
    assert production.multi_az
    for row in ENVIRONMENTS.values():
        assert row.backup_retention_days <= production.backup_retention_days
        assert row.log_retention_days <= production.log_retention_days


def test_people_read_no_secret_of_production() -> None:
    """SEC-03: what a service needs on a laptop comes from another environment."""
    assert [name for name, row in ENVIRONMENTS.items() if not row.people_read_secrets] == ["production"]


def test_staging_and_production_hold_customers_data() -> None:
    """Staging rehearses on copies, so that whoever may not see production's data may not enter it either."""
    assert [name for name, row in ENVIRONMENTS.items() if row.production_data] == ["staging", "production"]
