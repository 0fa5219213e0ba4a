"""``python -m tests.bench.reach``: what it costs to prove a network, at 10, 100 and 1,000 services.

Each service has a host, a database, a security group for each of them, and two rules: 1,000 services have 2,000 rules.
Only ratios mean anything on a busy machine: the cost of a service must stay the same however many there are.
"""

import time
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from policy.reachability.read import read_stack
from policy.rules.sec_06 import granted_paths as sec_06_granted_paths
from policy.rules.sec_06 import no_path_from_internet as sec_06_no_path_from_internet
from tests.policy.support.topologies import DATABASE, INGRESS_RULE, WORLD, group, host, stack, tcp
from tests.support.resources import Ref, Res, as_stack

SIZES = (10, 100, 1000)


def _service(number: int) -> Iterator[Res]:
    """The second rule is by range, as those of a connection pool would be."""
    app, store = f"app-{number}", f"store-{number}"
    yield group(f"{app}-sg", tcp(8080, "10.0.0.0/23"))
    yield group(f"{store}-sg", egress=[])
    yield host(app, "private-a", f"{app}-sg")
    place = {"dbSubnetGroupName": Ref("group", "name"), "vpcSecurityGroupIds": [Ref(f"{store}-sg")]}
    yield Res(DATABASE, store, {"engine": "postgres", **place, "tags": {"nationgraph:access": "core-database"}})
    opened = {"securityGroupId": Ref(f"{store}-sg"), "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432}
    yield Res(INGRESS_RULE, f"{store}-app", {**opened, "referencedSecurityGroupId": Ref(f"{app}-sg")})
    yield Res(INGRESS_RULE, f"{store}-pool", {**opened, "cidrIpv4": "10.0.2.0/24"})


def main() -> None:
    """Measure and print."""
    table = Table(
        *(
            "services",
            "resources",
            "rules",
            "read, CPU s",
            "solve, CPU s",
            "ms a service",
            "against 10",
            "both rules, CPU s",
        ),
        title="Reachability",
        title_justify="left",
        box=None,
    )
    first = 0.0
    for size in SIZES:
        front = group("ssh", tcp(22, WORLD))
        resources = as_stack(stack(front, *(part for number in range(size) for part in _service(number))))
        started = time.process_time()
        here = read_stack(resources)
        read = time.process_time() - started
        paths = sum(len(here.solver.into(store)) for store in here.targets())
        solved = time.process_time() - started - read
        started = time.process_time()
        for rule in (sec_06_no_path_from_internet, sec_06_granted_paths):
            found = list(rule.check_stack(resources))
        rules = time.process_time() - started
        each = 1000 * (read + solved) / size
        first = first or each
        figures = (size, len(resources), 2 * size, f"{read:.3f}", f"{solved:.3f}", f"{each:.2f}", f"{each / first:.2f}")
        table.add_row(*map(str, figures), f"{rules:.3f}")
        if found or paths != 2 * size + 1:
            raise AssertionError(f"{size} services: {paths} paths, findings {found[:1]}: the stack is not as intended")
    Console().print(table)


if __name__ == "__main__":
    main()
