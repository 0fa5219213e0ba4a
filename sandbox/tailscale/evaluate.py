"""Who reaches what under a policy. Rules only give: access is the union of all rules that match."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sandbox.tailscale import posture, selectors
from sandbox.tailscale.selectors import Network, Ports

NOT_INTERNET: Final = tuple(
    ipaddress.ip_network(cidr)
    for cidr in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/4", "fc00::/7", "fe80::/10", "ff00::/8", "::1/128",
    )
)  # fmt: skip
"""What ``autogroup:internet``, the exit nodes, leaves out."""


@dataclass(frozen=True)
class Device:
    """One end of a connection: the words that mean it, and its addresses where these are known."""

    words: frozenset[str]
    network: Network | None = None
    owner: str = ""


@dataclass(frozen=True)
class Flow:
    """What is tried: a port over some protocol, from a device with these posture attributes."""

    port: int
    protocols: frozenset[int]
    attributes: posture.Attributes


@dataclass(frozen=True)
class Rule:
    """An ``acls`` entry, or one ``ip`` of a grant. ``protocols`` is None for all, ``postures`` for the default."""

    sources: Sequence[str]
    destinations: Sequence[tuple[str, Ports]]
    protocols: frozenset[int] | None
    postures: Sequence[str] | None


class Evaluator:
    """Answers for one policy that has no faults."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._of_source: dict[Device, list[Rule]] = {}

    def reaches(self, src: str, dst: str, flow: Flow) -> list[bool]:
        """For each device of ``src`` and each of ``dst``, whether the one reaches the other."""
        return [
            any(self._gives(rule, source, target, flow) for rule in self._rules_of(source))
            for source in self.devices(src)
            for target in self.devices(dst)
        ]

    def ssh(self, src: str, dst: str, user: str, attributes: posture.Attributes) -> str | None:
        """The strictest action for every device of ``src``: check before accept; None where one has no rule."""
        found: list[str | None] = []
        for source in self.devices(src):
            for target in self.devices(dst):
                actions = {
                    rule["action"]
                    for rule in self._data.get("ssh", ())
                    if self._is_source(source, rule["src"])
                    and self._is_target(source, target, rule["dst"])
                    and any(_login(name, user, source) for name in rule["users"])
                    and self._posture(rule.get("srcPosture"), attributes)
                }
                found.append("check" if "check" in actions else next(iter(actions), None))
        return None if not found or None in found else ("check" if "check" in found else "accept")

    def devices(self, name: str) -> Iterator[Device]:
        """What ``name`` stands for: one device for a user, tag or address, one for each member of a group."""
        form, groups = selectors.kind(name), self._data.get("groups", {})
        if form == "group":
            for member in groups[name]:
                yield from self.devices(member)
        elif form == "tag":
            yield Device(frozenset({name, "autogroup:tagged"}))
        elif form == "user":
            own = {group for group, members in groups.items() if name in members}
            words = {name, f"user:*@{name.partition('@')[2]}", "autogroup:member", "autogroup:members"}
            yield Device(frozenset(words | own), owner=name)
        else:
            yield Device(frozenset({name}), self._network(name))

    def _rules_of(self, source: Device) -> list[Rule]:
        if source not in self._of_source:
            self._of_source[source] = [rule for rule in self._rules if self._is_source(source, rule.sources)]
        return self._of_source[source]

    @cached_property
    def _rules(self) -> list[Rule]:
        rules = []
        if "acls" not in self._data and "grants" not in self._data:  # then the service allows everything
            return [Rule(["*"], [("*", selectors.EVERY_PORT)], None, None)]
        for acl in self._data.get("acls", ()):
            parts = [selectors.split(text) for text in acl.get("dst", acl.get("ports"))]
            hosts = [(host, selectors.ports(ports)) for host, ports in parts]
            numbers = selectors.protocols(str(acl.get("proto", "")))
            rules.append(Rule(acl.get("src", acl.get("users")), hosts, numbers, acl.get("srcPosture")))
        for grant in self._data.get("grants", ()):
            for text in grant.get("ip", ()):
                numbers_or_all, ports = selectors.grant_ip(text)
                hosts = [(host, ports) for host in grant["dst"]]
                rules.append(Rule(grant["src"], hosts, numbers_or_all, grant.get("srcPosture")))
        return rules

    def _gives(self, rule: Rule, source: Device, target: Device, flow: Flow) -> bool:
        if rule.protocols is not None and not flow.protocols & rule.protocols:
            return False
        hosts = [host for host, ports in rule.destinations if any(low <= flow.port <= high for low, high in ports)]
        return bool(hosts) and self._is_target(source, target, hosts) and self._posture(rule.postures, flow.attributes)

    def _is_source(self, device: Device, names: Sequence[str]) -> bool:
        everyone = "*" in names or "autogroup:danger-all" in names
        return everyone or not device.words.isdisjoint(names) or any(self._within(device, name) for name in names)

    def _is_target(self, source: Device, device: Device, names: Sequence[str]) -> bool:
        if "autogroup:self" in names and device.owner and device.owner == source.owner:
            return True
        if "autogroup:internet" in names and device.network is not None:
            net = device.network
            if not any(net.version == other.version and net.overlaps(other) for other in NOT_INTERNET):
                return True
        return "*" in names or not device.words.isdisjoint(names) or any(self._within(device, name) for name in names)

    def _within(self, device: Device, name: str) -> bool:
        """Whether the whole of the device's range lies in the range or the IP set that ``name`` means."""
        if device.network is None:
            return False
        if selectors.kind(name) == "ipset":
            entries = self._data.get("ipsets", {}).get(name, ())
            removed = [entry.removeprefix("remove ") for entry in entries if entry.startswith("remove ")]
            added = [entry.removeprefix("add ") for entry in entries if not entry.startswith("remove ")]
            taken = any(self._within(device, entry) for entry in removed)
            return not taken and any(self._within(device, entry) for entry in added)
        found, net = self._network(name), device.network
        if isinstance(found, ipaddress.IPv4Network) and isinstance(net, ipaddress.IPv4Network):
            return net.subnet_of(found)
        if isinstance(found, ipaddress.IPv6Network) and isinstance(net, ipaddress.IPv6Network):
            return net.subnet_of(found)
        return False

    def _network(self, name: str) -> Network | None:
        return self._networks.get(name) if name in self._networks else selectors.network(name)

    @cached_property
    def _networks(self) -> dict[str, Network | None]:
        return {name: selectors.network(str(value)) for name, value in self._data.get("hosts", {}).items()}

    def _posture(self, names: Sequence[str] | None, attributes: posture.Attributes) -> bool:
        """Any one of the postures suffices; a rule without some takes the policy's default."""
        wanted = names or self._data.get("defaultSrcPosture", ())
        return not wanted or any(_holds(self._conditions[name], attributes) for name in wanted)

    @cached_property
    def _conditions(self) -> dict[str, list[posture.Condition]]:
        found = {}
        for name, value in self._data.get("postures", {}).items():
            found[name] = [
                posture.parse(text) for text in (value["assertions"] if isinstance(value, Mapping) else value)
            ]
        return found


def _holds(conditions: Sequence[posture.Condition], attributes: posture.Attributes) -> bool:
    return all(condition.holds(attributes) for condition in conditions)


def _login(name: str, user: str, source: Device) -> bool:
    """Whether an entry of ``users`` lets ``source`` be ``user``."""
    if name.startswith("localpart:*@"):
        local, _, domain = source.owner.partition("@")
        return domain == name.partition("@")[2] and local == user
    return user != "root" if name == "autogroup:nonroot" else name == user
