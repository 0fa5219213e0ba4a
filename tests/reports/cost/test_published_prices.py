"""The table against figures that others publish of the same region, written down here and not read from it."""

from decimal import Decimal

import pytest

from models.prices.loader import current
from models.prices.model import HOURS

REGION = "eu-central-1"
LIBCLOUD = "https://pypi.org/project/apache-libcloud/3.9.1/: pricing.json, 2025-03-02"
XPOV = "https://github.com/sucounix/xpov: estimate of Infracost, 2023-02-26"
BASEROW = "https://github.com/blackbird-cloud/terraform-aws-baserow: estimate of Infracost, 2025"
SMARTSCHED = "https://github.com/ArioMoniri/classroombookings/blob/main/infra/aws/smartsched_aws.py, 2026"
AWS_CALC = "https://github.com/FahadMustafa/aws-calc: rds-mariadb.md, AWS's calculator, 2026-09-24"
VANTAGE = "https://www.vantage.sh/blog/amazon-eks-extended-support-cost-kubernetes, 2024"
RAG = "https://github.com/maksimillian1/simple-rag: AWS's price list interface, 2026-09-22"
LINES = [
    ("ec2/t4g.small", "0.0192", LIBCLOUD),
    ("ec2/t4g.medium", "0.0384", LIBCLOUD),
    ("ec2/t4g.large", "0.0768", LIBCLOUD),
    ("ec2/m6g.xlarge", "0.184", LIBCLOUD),
    ("ec2/m7g.large", "0.0978", LIBCLOUD),
    ("ec2/m7g.xlarge", "0.1955", LIBCLOUD),
    ("nat/gateway", Decimal("37.96") / 730, XPOV),
    ("nat/data", "0.052", XPOV),
    ("lb/network", Decimal("19.71") / 730, XPOV),  # the usage type is that of every load balancer
    ("secrets/secret", "0.40", XPOV),
    ("secrets/requests", Decimal("0.05") / 10_000, XPOV),
    ("logs/ingested", "0.63", XPOV),
    ("logs/stored", "0.0324", XPOV),
    ("eks/cluster", Decimal("73.00") / 730, BASEROW),
    ("kms/key", "1.00", BASEROW),
    ("ebs/gp3", "0.0952", SMARTSCHED),
    ("vpc/public-ipv4", "0.005", SMARTSCHED),
    ("eks/extended-support", Decimal("0.60") - Decimal("0.10"), VANTAGE),
    ("vpc/endpoint", "0.012", RAG),
    ("vpc/endpoint-data", "0.01", RAG),
]
"""Item, USD for one unit, and where it is published; a month's figure is divided by its hours."""
SCALED = [
    # Two zones of db.r7g.2xlarge cost 2.329 an hour; a class of half the size costs half as much, and so does one zone.
    ("rds/postgres/db.r7g.xlarge", Decimal("2.329") / 4, AWS_CALC),
    ("rds/postgres/db.r7g.large", Decimal("2.329") / 8, AWS_CALC),
]
A_THOUSANDTH = Decimal("0.001")
"""AWS rounds each class by itself."""


@pytest.mark.parametrize(("item", "usd", "source"), LINES)
def test_a_row_is_what_others_publish(item: str, usd: str | Decimal, source: str) -> None:
    """To the last digit."""
    price = current().price(REGION, item)
    assert price is not None, source
    assert price.usd == Decimal(usd), source


@pytest.mark.parametrize(("item", "usd", "source"), SCALED)
def test_a_class_of_another_size_fits(item: str, usd: Decimal, source: str) -> None:
    """To what rounding leaves."""
    price = current().price(REGION, item)
    assert price is not None, source
    assert abs(price.usd - usd) < A_THOUSANDTH, source


def test_two_zones_cost_twice_as_much_storage() -> None:
    """Both are in AWS's list; an estimate of the standby would be the same."""
    one, two = (current().price(REGION, item) for item in ("rds/gp3", "rds/gp3-multi-az"))
    assert one
    assert two
    assert (two.usd, HOURS) == (2 * one.usd, 730)


def test_twenty_rows_are_compared() -> None:
    """Each another item."""
    assert len({item for item, *_ in LINES}) == len(LINES) >= 20
