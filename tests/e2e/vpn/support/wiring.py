"""Put up a lab, and take it down."""

import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Network
from pathlib import Path

from models.access.model import ROUTER_TAG, Access, Resource
from models.access.tailscale import for_headscale
from models.access.tailscale import policy as compiled
from tests.e2e.support.certificates import Authority
from tests.e2e.support.postgres import Postgres
from tests.e2e.vpn.support.control import Control
from tests.e2e.vpn.support.lab import CIDRS, HERE, VPC, Lab
from tests.e2e.vpn.support.machines import Machine, plug
from tests.e2e.vpn.support.nodes import Node
from tests.e2e.vpn.support.translate import DOOR, ROUTERS, SSH, UNGRANTED, person, with_own_people

INTERNET = IPv4Network("10.213.0.0/24")
"""The segment on which nodes, routers and control server see each other; nothing else is reachable from it."""

DATABASE_PORT = 5432
ANY = "0.0.0.0"  # noqa: S104 - in a namespace


def address_of(resource: Resource, number: int) -> str:
    """An address in the tier of a resource, in one zone after the other."""
    return str(IPv4Network(CIDRS[resource.tier][number % 3])[10 + number])


def _listen(machine: Machine, folder: Path, places: dict[str, tuple[int, ...]], where: dict[str, str]) -> None:
    """Answer on the ports of each resource, and wait until it does."""
    log = folder / f"{machine.name}.listen"
    asked = [f"{where[name]}:{port}={name}" for name, ports in places.items() for port in ports]
    machine.start(sys.executable, HERE / "listen.py", *asked, log=log)
    deadline = time.monotonic() + 20
    while "ready" not in log.read_text():
        if time.monotonic() > deadline:
            raise RuntimeError(f"listeners of {machine.name}: {log.read_text()}")
        time.sleep(0.05)


def _ports(resource: Resource) -> tuple[int, ...]:
    """The ports on which a stand-in answers for a resource: all but that of a real PostgreSQL."""
    real = {DATABASE_PORT} if resource.kind == "database" and resource.reached == "router" else set()
    return tuple(port for port in (*resource.ports, UNGRANTED, DOOR) if port not in real)


@contextmanager
def running(access: Access, headscale: Path, tailscaled: Path, *, relayed: Collection[str] = ()) -> Iterator[Lab]:
    """The lab of ``access``, under the policy of all its grants; nodes of ``relayed`` groups have no direct way."""
    access = with_own_people(access)
    with ExitStack() as stack:
        # Not pytest's folder: paths of Unix sockets are limited to 107 characters.
        folder = Path(tempfile.mkdtemp(prefix="vpn-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        authority = Authority(folder)
        addresses = INTERNET.hosts()
        switch = stack.enter_context(Machine("switch"))
        switch.ip(*(f"link add {bridge} type bridge" for bridge in ("outside", "inside")))
        switch.ip(*(f"link set {bridge} up" for bridge in ("outside", "inside")))

        def machine(name: str) -> tuple[Machine, str]:
            made, address = stack.enter_context(Machine(name)), str(next(addresses))
            plug(switch, "outside", made, "eth0", [f"{address}/{INTERNET.prefixlen}"])
            return made, address

        def node(name: str, *, relay: bool = False) -> Node:
            made = Node(machine(name)[0], folder / name, tailscaled, authority.certificate, relay=relay)
            made.start()
            return made

        control = Control(*machine("control"), folder, headscale, authority)
        control.start(for_headscale(compiled(access, CIDRS)))
        routed = {name: r for name, r in access.resources.items() if r.reached == "router"}
        places = {name: address_of(resource, number) for number, (name, resource) in enumerate(routed.items())}
        data = stack.enter_context(Machine("data"))
        plug(switch, "inside", data, "eth0", [f"{address}/32" for address in places.values()])
        data.ip(f"route add {VPC} dev eth0")
        databases = [name for name, resource in routed.items() if resource.kind == "database"]
        postgres = Postgres(
            names=[f"{name}.internal" for name in databases],
            address=places[databases[0]],
            port=DATABASE_PORT,
            networks=[VPC],
            settings={"listen_addresses": ",".join(places[name] for name in databases)},
            within=data.command([]),
        )
        stack.callback(postgres.remove)
        lab = Lab(access, control, postgres, places=places)
        for number, name in enumerate(ROUTERS):
            lab.routers[name] = node(name)
            inside = lab.routers[name].machine
            lab.inner[name] = str(IPv4Network(CIDRS["public"][number])[10])
            plug(switch, "inside", inside, "eth1", [f"{lab.inner[name]}/32"])
            inside.ip(f"route add {VPC} dev eth1")
            inside.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        lab.groups |= {
            name: node(name, relay=name in relayed) for name, group in access.groups.items() if group.on_tailnet
        }
        lab.resources |= {name: node(name) for name, resource in access.resources.items() if resource.reached == "node"}
        _join(lab)
        _listen(data, folder, {name: _ports(resource) for name, resource in routed.items()}, places)
        for name, made in lab.resources.items():
            lab.places[name] = made.address
            _listen(made.machine, folder, {name: _ports(access.resources[name])}, {name: ANY})
        for name, made in lab.routers.items():
            lab.places[name] = made.address
            _listen(made.machine, folder, {name: (SSH, DOOR)}, {name: ANY})
        postgres.start()
        yield lab


def _join(lab: Lab) -> None:
    """Every node logs in, as the device of a person or under a tag; routers offer what the policy lets them.

    Routers and resources are first: headscale 0.28 was seen to leave a node without a route that was approved in the
    second in which the node joined.
    """

    def join(name: str, made: Node) -> None:
        if name in lab.routers:
            made.join(lab.control.url, lab.control.key(tag=ROUTER_TAG), lab.routes)
        elif name in lab.groups and lab.access.groups[name].kind == "people":
            made.join(lab.control.url, lab.control.key(person=person(name)))
        else:
            made.join(lab.control.url, lab.control.key(tag=f"tag:{name}"))

    for nodes in ({**lab.routers, **lab.resources}, lab.groups):
        with ThreadPoolExecutor(len(nodes)) as pool:
            list(pool.map(join, nodes.keys(), nodes.values()))
        lab.control.await_routers(lab.routers, lab.routes)
