"""A tailnet that realises an access model: control server, nodes, two routers, and what lies behind them."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from lib.addresses import FIRST_UNIT_AND_WIDTH, subnet_cidr
from models.access.model import ROUTER_TAG, Access
from models.access.tailscale import for_headscale
from models.access.tailscale import policy as compiled
from tests.e2e.support.postgres import Postgres
from tests.e2e.vpn.support.control import Control
from tests.e2e.vpn.support.machines import end
from tests.e2e.vpn.support.nodes import Node
from tests.e2e.vpn.support.translate import Cell, matrix, with_doors

HERE = Path(__file__).parent
VPC = "10.0.0.0/16"
CIDRS = {tier: [subnet_cidr(VPC, tier, slot) for slot in range(3)] for tier in FIRST_UNIT_AND_WIDTH}
PATIENCE = 1.5
"""Seconds until an attempt counts as unanswered. Answers take milliseconds; TCP repeats a lost packet after one."""


@dataclass(frozen=True)
class Verdict:
    """A cell, and what came of the attempt."""

    cell: Cell
    answer: str | None
    why: str | None

    @property
    def right(self) -> bool:
        """Whether what the model says is what happened, at the resource itself where it answered."""
        if not self.cell.allowed:
            return self.answer is None
        return self.answer in (self.cell.resource, "S")


@dataclass(frozen=True)
class Enforced:
    """When a policy was put into force, how many seconds later the last round of attempts ended, and that round."""

    began: float
    seconds: float
    verdicts: list[Verdict]

    @property
    def wrong(self) -> list[Verdict]:
        """What is not as the model says."""
        return [verdict for verdict in self.verdicts if not verdict.right]


@dataclass(frozen=True)
class Watch:
    """What ``sessions.py`` has written so far."""

    log: Path

    def outcomes(self, kind: str) -> list[dict[str, Any]]:
        """All outcomes of a kind, oldest first."""
        whole = self.log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [said for said in map(json.loads, whole.splitlines()) if said["kind"] == kind]

    def first(self, kind: str, *, ok: bool, after: float, seconds: float = 40) -> dict[str, Any]:
        """The first outcome that ended ``after`` a time, awaited; TimeoutError where none comes."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            for said in self.outcomes(kind):
                if said["ok"] is ok and said["at"] > after:
                    return said
            time.sleep(0.05)
        raise TimeoutError(f"no {kind} session with ok={ok} in {seconds} s: {self.log.read_text()[-1000:]}")


@dataclass
class Lab:
    """Nodes by group, by resource and by name; ``places`` are the addresses of resources, ``inner`` those
    of the routers on the side of the data, from which a database sees them ask.

    ``access`` is the model of all environments, with the lab's own people.
    """

    access: Access
    control: Control
    postgres: Postgres
    groups: dict[str, Node] = field(default_factory=dict)
    resources: dict[str, Node] = field(default_factory=dict)
    routers: dict[str, Node] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    inner: dict[str, str] = field(default_factory=dict)

    @property
    def routes(self) -> list[str]:
        """What the routers advertise: all that the policy lets them."""
        return sorted(compiled(self.access, CIDRS)["autoApprovers"]["routes"])

    def route_to(self, resource: str) -> str:
        """The route in which a resource behind the routers lies."""
        return next(route for route in self.routes if IPv4Address(self.places[resource]) in IPv4Network(route))

    def policy(self, access: Access, *, doors: bool = False) -> dict[str, Any]:
        """A model as headscale takes it, ``doors`` as in :func:`with_doors`."""
        made = for_headscale(compiled(access, CIDRS))
        if not doors:
            return made
        sources = [self.principal(name) for name in self.groups]
        routed = [cidr for tier in sorted({*self.tiers()}) for cidr in CIDRS[tier]]
        return with_doors(made, sources, [*routed, ROUTER_TAG, *(f"tag:{name}" for name in self.resources)])

    def principal(self, group: str) -> str:
        """How a policy names a group."""
        return f"{'group' if self.access.groups[group].kind == 'people' else 'tag'}:{group}"

    def tiers(self) -> Iterator[str]:
        """The tiers of what lies behind the routers."""
        return (resource.tier for resource in self.access.resources.values() if resource.reached == "router")

    def ask(self, cells: Sequence[Cell]) -> list[Verdict]:
        """Try every cell, all at once."""

        def of(group: str) -> list[Verdict]:
            mine = [cell for cell in cells if cell.group == group]
            asked = [f"{self.places[cell.resource]}:{cell.port}" for cell in mine]
            said = self.groups[group].machine.run(sys.executable, HERE / "probe.py", str(PATIENCE), *asked)
            return [Verdict(cell, end["answer"], end["why"]) for cell, end in zip(mine, json.loads(said), strict=True)]

        with ThreadPoolExecutor(len(self.groups)) as pool:
            return [verdict for verdicts in pool.map(of, self.groups) for verdict in verdicts]

    def enforce(self, access: Access, *, doors: bool = False, seconds: float = 30) -> Enforced:
        """Put a model into force and try its whole matrix until all is as it says, or the time is over."""
        wanted, cells = self.policy(access, doors=doors), list(matrix(access, doors=doors))
        began = self.control.reload(wanted)
        while True:
            verdicts = self.ask(cells)
            took = time.time() - began
            if took > seconds or all(verdict.right for verdict in verdicts):
                return Enforced(began, took, verdicts)

    @contextmanager
    def watch(self, group: str, resource: str, user: str, password: str) -> Iterator[Watch]:
        """Sessions of a group's node with a database; see ``sessions.py``."""
        options = {
            "host": f"{resource}.internal",
            "hostaddr": self.places[resource],
            "user": user,
            "password": password,
            "dbname": "postgres",
            "sslmode": "verify-full",
            "sslrootcert": str(self.postgres.ca),
        }
        node = self.groups[group]
        asked, log = node.folder / "options.json", node.folder / f"sessions-{time.time_ns()}"
        asked.touch(mode=0o600)
        asked.write_text(json.dumps(options), encoding="utf-8")
        child = node.machine.start(sys.executable, HERE / "sessions.py", asked, log=log)
        try:
            yield Watch(log)
        finally:
            end(child)
