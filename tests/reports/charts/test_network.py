"""Inside the cluster a connection is open where the catalog says so, and nowhere else, by the objects that are applied.

What is expected is read here from the catalog's files as they are written, and not by the reader that makes the values.
"""

import ipaddress
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest
import yaml

from lib.yaml_file import ROOT
from policy.reachability.network_policies import Cluster, End, Pod
from stacks.environments import ENVIRONMENTS
from tests.policy.support.kubernetes import changed
from tests.reports.charts.support.rendered import rendered

VPC = {"sandbox": "10.0", "dev": "10.1", "staging": "10.2", "production": "10.3"}
MONITORING = Pod(namespace="monitoring", labels={"app": "agent"}, address=ipaddress.IPv4Address("10.9.0.1"))
DNS = Pod(namespace="kube-system", labels={"k8s-app": "kube-dns"}, address=ipaddress.IPv4Address("10.9.0.2"))
STRANGER = Pod(namespace="elsewhere", labels={"app.kubernetes.io/name": "gateway"})
INTERNET, METADATA, AGENT = map(ipaddress.IPv4Address, ("93.184.216.34", "169.254.169.254", "169.254.170.23"))
DEFAULT_DENY = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


class Declared(NamedTuple):
    """A service as its file says."""

    name: str
    team: str
    ports: dict[str, int]
    raw: dict[str, Any]


@cache
def declared(environment: str) -> dict[str, Declared]:
    """The services that an environment runs, as their files are written."""
    files = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "catalog" / "services").glob("*.yaml"))]
    followed = "dev" if environment == "sandbox" else environment
    running = {
        line["service"] for line in yaml.safe_load((ROOT / "charts" / "versions" / f"{followed}.yaml").read_text())
    }
    return {
        raw["name"]: Declared(raw["name"], raw["owner"], {port["name"]: port["port"] for port in raw["ports"]}, raw)
        for raw in files
        if raw["name"] in running
    }


def expected(environment: str) -> set[tuple[str, str, int]]:
    """Caller, called and port: declared dependencies, and the gateway by each route."""
    found = set()
    services = declared(environment)
    for one in services.values():
        for need in one.raw.get("dependencies", {}).get("services", []):
            name, port = (need, "http") if isinstance(need, str) else (need["name"], need.get("port", "http"))
            if name in services:
                found.add((one.name, name, services[name].ports[port]))
        for route in one.raw.get("routes", []):
            found.add(("gateway", one.name, one.ports["http" if isinstance(route, str) else route.get("port", "http")]))
    return found


@cache
def pods(environment: str) -> dict[str, Pod]:
    """The pods of each service, from the Deployments that are applied."""
    made = {}
    for number, one in enumerate(one for one in rendered(environment) if one.kind == "Deployment"):
        template = one.body["spec"]["template"]
        ports = [port for container in template["spec"]["containers"] for port in container["ports"]]
        made[one.service] = Pod(
            namespace=one.body["metadata"]["namespace"],
            labels=template["metadata"]["labels"],
            address=ipaddress.IPv4Address(f"{VPC[environment]}.0.{number + 10}"),
            ports={(port["name"], port["protocol"]): port["containerPort"] for port in ports},
        )
    return made


def cluster(environment: str, *changes: tuple[str, Any]) -> Cluster:
    """The policies that are applied, with the denials of the teams' namespaces; changed where a test says so."""
    policies = [changed(one.body, *changes) for one in rendered(environment) if one.kind == "NetworkPolicy"]
    spaces = {one["metadata"]["namespace"] for one in policies}
    return Cluster(policies=[*policies, *({"metadata": {"namespace": name}, "spec": DEFAULT_DENY} for name in spaces)])


def open_ports(where: Cluster, source: End, target: End, numbers: list[int]) -> Iterator[int]:
    """Those to which a connection may be opened."""
    return (number for number in numbers if where.allows(source, target, number))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_services_reach_what_the_catalog_declares_and_nothing_else(environment: str) -> None:
    """Every pair, every port of any service, and one that nobody has."""
    where, services = cluster(environment), pods(environment)
    assert services.keys() == declared(environment).keys()
    numbers = sorted({port for one in declared(environment).values() for port in one.ports.values()} | {7777})
    pairs = [(a, b) for a, b in product(services, services) if a != b]
    found = {(a, b, n) for a, b in pairs for n in open_ports(where, services[a], services[b], numbers)}
    assert found == expected(environment)
    assert len(found) > 15
    tried = len(pairs) * len(numbers)
    print(f"{environment}: {tried} of {tried} connections between services as the catalog says, {len(found)} open")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_world_dns_data_stores_and_monitoring(environment: str) -> None:
    """Everything else that a service may open, or that may be opened to it, with what it must not."""
    where = cluster(environment)
    balancer, database = (ipaddress.IPv4Address(f"{VPC[environment]}.{third}.7") for third in (128, 144))
    inside = ipaddress.IPv4Address(f"{VPC[environment]}.0.250")
    tried = 0
    for name, pod in pods(environment).items():
        raw = declared(environment)[name].raw
        external = raw.get("dependencies", {}).get("external", [])
        agent = bool(raw.get("secrets") or raw.get("dataStores") or "aws-s3" in external)
        ways: list[tuple[End, End, int, bool]] = [
            (pod, INTERNET, 443, bool(external)),
            (pod, INTERNET, 80, False),
            (pod, METADATA, 80, False),
            (pod, AGENT, 80, agent),
            (pod, AGENT, 443, False),
            (pod, database, 5432, bool(raw.get("dataStores"))),
            (pod, database, 22, False),
            (pod, inside, 443, False),
            (pod, DNS, 53, True),
            (pod, DNS, 443, False),
            (INTERNET, pod, 8080, False),
            (inside, pod, 8080, False),
            (balancer, pod, 8080, name == "gateway"),
            (balancer, pod, 9090, False),
            (MONITORING, pod, 9090, True),
            (MONITORING, pod, 8080, False),
            (STRANGER, pod, 8080, False),
        ]
        for source, target, number, allowed in ways:
            assert where.allows(source, target, number) is allowed, (name, source, target, number)
        assert where.allows(pod, DNS, 53, "UDP")
        tried += len(ways) + 1
    print(f"{environment}: {tried} of {tried} connections from and to elsewhere as declared")


def test_the_comparison_can_fail() -> None:
    """With one rule of every policy taken away, or one added, it does."""
    services = pods("production")
    numbers = [8080, 8081]

    def found(where: Cluster) -> set[tuple[str, str, int]]:
        pairs = [(a, b) for a, b in product(services, services) if a != b]
        return {(a, b, n) for a, b in pairs for n in open_ports(where, services[a], services[b], numbers)}

    assert found(cluster("production")) == expected("production")
    assert found(cluster("production", ("spec.ingress", []))) == set()
    wider = cluster("production", ("spec.ingress", [{}]), ("spec.egress", [{}]))
    assert len(found(wider)) > len(expected("production"))
