"""SEC-06: strangers have no way to a data store. More topologies are in ``hostile.py``."""

import pytest

from policy.rules.sec_06.no_path_from_internet import RULE
from tests.policy.support.blocks import judge, messages
from tests.policy.support.forbidden import FORBIDDEN, PERMITTED
from tests.policy.support.topologies import WORLD, admits, group, host, stack, tailnet, tcp
from tests.policy.support.topology_parts import PUBLIC, ROUTERS, TO_INTERNET, TO_ROUTERS
from tests.support.resources import UNKNOWN, Case, Ref, Res

OPEN = {"orders": PUBLIC, "database_rt": TO_INTERNET, "db_sg": admits(tcp(5432, WORLD))}
REFUSED = ["public address", "load balancer to database", "host with a public address"]
DOMAIN = "aws:opensearch/domain:Domain"
VPC_ONLY = {"vpcOptions": {"subnetIds": [Ref("database-a")], "securityGroupIds": [Ref("db-sg")]}}
UNPLACED = stack(**{**OPEN, "orders": {**PUBLIC, "dbSubnetGroupName": UNKNOWN}})

CASES = [
    Case("pass", "private tier alone", stack()),
    Case("pass", "load balancer, application, database", PERMITTED["load balancer, application, database"]),
    Case("pass", "routers of the tailnet", stack(*ROUTERS, tailnet(), db_sg=TO_ROUTERS)),
    Case("pass", "domain in the VPC", stack(Res(DOMAIN, "search", VPC_ONLY))),
    *(Case("fail", name, FORBIDDEN[name][0], [FORBIDDEN[name][1]]) for name in REFUSED),
    Case("absent", "domain without a VPC", stack(Res(DOMAIN, "search", {})), ["internet anywhere -> public endpoint"]),
    Case("unknown", "public flag", stack(**{**OPEN, "orders": {"publiclyAccessible": UNKNOWN}})),
    Case("unknown", "subnet group without a trace", UNPLACED),
    Case("unknown", "source of a rule", stack(**{**OPEN, "db_sg": admits(tcp(5432, UNKNOWN))})),
    Case("unknown", "every rule", stack(**{**OPEN, "db_sg": {"ingress": UNKNOWN}})),
    Case("unknown", "routes", stack(**{**OPEN, "database_rt": {"routes": UNKNOWN}})),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_unknown_references_are_followed_by_their_dependencies() -> None:
    """A first preview knows no id, and the whole way is told all the same."""
    unknown = {
        "orders": {
            **PUBLIC,
            "dbSubnetGroupName": Ref("group", unknown=True),
            "vpcSecurityGroupIds": [Ref("db-sg", unknown=True)],
        },
        "group": {"subnetIds": [Ref("database-a", unknown=True), Ref("database-b", unknown=True)]},
        "database_rt": {"routes": [{"cidrBlock": WORLD, "gatewayId": Ref("igw", unknown=True)}]},
        "database_a_rt": {
            "subnetId": Ref("database-a", unknown=True),
            "routeTableId": Ref("database-rt", unknown=True),
        },
        "db_sg": admits(tcp(5432, WORLD)),
    }
    (message,) = messages(RULE, stack(**unknown))
    assert "internet gateway igw -> route table database-rt -> network ACL default -> subnet database-a" in message


def test_the_shortest_way_is_told() -> None:
    """Two hosts in a row and one alone: the one alone is the message."""
    ssh = group("ssh", tcp(22, WORLD))
    hosts = [host(name, "public-a", "ssh", associatePublicIpAddress=True) for name in ("one", "two")]
    reference = {**tcp(5432), "securityGroups": [Ref("ssh")]}
    (message,) = messages(RULE, stack(ssh, *hosts, db_sg=admits(reference)))
    assert message.count("tcp 22 ->") == 1
