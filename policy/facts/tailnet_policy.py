"""A tailnet's policy file as Tailscale reads it, and what in it gives access to everyone or to everything.

Tailscale reads HuJSON (JSON with comments and trailing commas), takes keys in any capitals, as Go does, and the older
``users`` and ``ports`` for ``src`` and ``dst``. A file without ``acls`` and without ``grants`` allows everything.
Source: https://tailscale.com/docs/reference/syntax/policy-file.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lib.addresses import TAILNET, TAILNET_IPV6
from lib.shapes import mapping
from policy.facts.props import is_overlarge, parsed, shape, texts

EVERYONE = (
    "*",
    "autogroup:member",
    "autogroup:members",
    "autogroup:tagged",
    "autogroup:danger-all",
    "autogroup:shared",
    str(TAILNET),
    str(TAILNET_IPV6),
)
"""Who is everyone; the two ranges hold every device of a tailnet."""
ANYWHERE = ("*", "autogroup:internet", "autogroup:danger-all")
PORTED = ("", "tcp", "udp", "sctp", "6", "17", "132")
"""Protocols that have ports; a rule that names none means TCP and UDP."""
LAST_PORT = 65535
NEARLY_ALL = 60_000
"""Ports that one destination may open before it counts as every port."""
OLDER = {"acls": {"users": "src", "ports": "dst"}, "tests": {"user": "src", "allow": "accept"}}
"""Older names of keys by section, which Tailscale still takes."""
LISTS = ("acls", "grants", "ssh", "tests", "nodeattrs")
OBJECTS = ("groups", "hosts", "ipsets", "autoapprovers")

_STRING = r'"(?:[^"\\\n]|\\.)*+"'
_COMMENT = re.compile(rf"{_STRING}|//[^\n]*+|/\*.*?\*/", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|,(?=\s*+[\]}}])")


@dataclass(frozen=True, kw_only=True)
class Access:
    """What one rule gives: its place in the file, who, and to which hosts on which ports (empty for no network)."""

    place: str
    sources: tuple[str, ...]
    destinations: tuple[tuple[str, str], ...]
    protocol: str = ""

    @property
    def has_ports(self) -> bool:
        """False for ICMP and the like, of which there is nothing but all."""
        return self.protocol.lower() in PORTED


@dataclass(frozen=True, kw_only=True)
class TailnetPolicy:
    """The sections, their keys in small letters and under today's names; ``faults`` are values of a wrong type."""

    sections: Mapping[str, Any]
    faults: tuple[str, ...] = ()

    @property
    def allows_everything(self) -> bool:
        """True where neither kind of rule is given: Tailscale then lets everyone reach everything."""
        return self.sections.get("acls") is None and self.sections.get("grants") is None

    def rows(self, section: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The entries of a section that is a list, numbered as in the file; what is no object is a fault."""
        given = self.sections.get(section)
        for index, row in enumerate(given if isinstance(given, list) else ()):
            if isinstance(row, Mapping):
                yield index, row

    def access(self) -> Iterator[Access]:
        """What each rule gives; ``grants`` name ports apart, and may give rights within applications alone."""
        for index, rule in self.rows("acls"):
            ends = tuple(split(entry) for entry in texts(rule.get("dst")))
            protocol = str(rule.get("proto") or "")
            yield Access(
                place=f"acls[{index}]", sources=tuple(texts(rule.get("src"))), destinations=ends, protocol=protocol
            )
        for index, grant in self.rows("grants"):
            who, hosts = tuple(texts(grant.get("src"))), [unbracketed(host) for host in texts(grant.get("dst"))]
            for service in texts(grant.get("ip")):
                protocol, _, ports = service.rpartition(":")
                ends = tuple((host, ports) for host in hosts)
                yield Access(place=f"grants[{index}]", sources=who, destinations=ends, protocol=protocol)

    def members(self, source: str) -> list[str]:
        """A group's members; for anything else itself."""
        groups = mapping(self.sections.get("groups"))
        return texts(groups[source]) if source in groups else [source]

    def ranges(self, name: str, seen: tuple[str, ...] = ()) -> list[str]:
        """The ranges that an address, host or IP set stands for; none for anything else."""
        hosts, sets = mapping(self.sections.get("hosts")), mapping(self.sections.get("ipsets"))
        if name in sets and name not in seen:
            added = [entry.removeprefix("add ") for entry in texts(sets[name]) if not entry.startswith("remove ")]
            return [found for entry in added for found in self.ranges(entry, (*seen, name))]
        value = hosts.get(name, name)
        return [value] if isinstance(value, str) and network(value) else []

    def routes(self) -> Mapping[str, list[str]]:
        """Who may advertise which route without a person's approval."""
        given = fold(self.sections.get("autoapprovers")).get("routes")
        return {route: texts(who) for route, who in mapping(given).items()}

    def exit_nodes(self) -> list[str]:
        """Who may become an exit node without a person's approval."""
        return [name for name in texts(fold(self.sections.get("autoapprovers")).get("exitnode")) if name]


def read(text: object) -> TailnetPolicy | None:
    """The policy that ``text`` states; None where it is no HuJSON object."""
    if not isinstance(text, str):
        return None
    plain = _COMMA.sub(_kept, _COMMENT.sub(_kept, text))
    raw = parsed(plain)
    if not isinstance(raw, Mapping):
        return None
    sections = fold(raw)
    faults = []
    for name, expected in (*((name, list) for name in LISTS), *((name, dict) for name in OBJECTS)):
        given = sections.get(name)
        if given is not None and not isinstance(given, expected):
            faults.append(f"{name} is {shape(given)}, must be {shape(expected())}")
    for name in LISTS:
        if isinstance(sections.get(name), list):
            wrong = [(index, row) for index, row in enumerate(sections[name]) if not isinstance(row, Mapping)]
            faults += [f"{name}[{index}] is {shape(row)}, must be an object" for index, row in wrong]
            today = OLDER.get(name, {})
            sections[name] = [{today.get(key, key): item for key, item in fold(row).items()} for row in sections[name]]
    return TailnetPolicy(sections=sections, faults=tuple(faults))


def _kept(match: re.Match[str]) -> str:
    return match.group() if match.group().startswith('"') else " "


def fold(value: object) -> dict[str, Any]:
    """An object with its keys in small letters; lists under keys that differ in capitals alone are joined."""
    found: dict[str, Any] = {}
    for key, item in mapping(value).items():
        before = found.get(key.lower())
        found[key.lower()] = [*before, *item] if isinstance(before, list) and isinstance(item, list) else item
    return found


def split(entry: str) -> tuple[str, str]:
    """Host and ports of ``host:ports``; IPv6 addresses may stand in brackets."""
    host, _, ports = entry.rpartition(":")
    return unbracketed(host), ports


def unbracketed(host: str) -> str:
    """``[fd7a::1]`` without its brackets."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


@lru_cache(maxsize=4096)
def network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The range of an address or CIDR; None where it is neither."""
    try:
        return ipaddress.ip_network(name, strict=False)
    except ValueError:
        return None


def intervals(ports: str) -> list[tuple[int, int]]:
    """``5432``, ``80,443``, ``8000-8100`` or ``*`` as intervals; what is none of these is left out."""
    found = []
    for part in ports.split(","):
        low, _, high = part.strip().partition("-")
        if part.strip() == "*":
            found.append((0, LAST_PORT))
        elif low.isascii() and low.isdigit() and len(low) <= 5 and (high or low).isdigit() and len(high) <= 5:
            found.append((int(low), int(high or low)))
    return found


def _is_everything(policy: TailnetPolicy, names: Iterable[str]) -> list[str]:
    """Those of the names whose ranges together hold more public addresses than one organisation is known by."""
    wide = {name: policy.ranges(name) for name in names}
    return [name for name in wide if wide[name]] if is_overlarge(cidr for row in wide.values() for cidr in row) else []


def _holds(policy: TailnetPolicy, source: str, everyone: Sequence[str]) -> bool:
    """True where a source, or a member of the group that it is, stands for everyone, of one domain or of all."""
    return any(name in everyone or name.startswith("user:*@") for name in policy.members(source))


def wildcards(policy: TailnetPolicy) -> Iterator[str]:
    """Rules that name everyone, everything or every port, and ways to the internet."""
    if policy.allows_everything:
        yield "acls and grants are absent, must be a list ([] to close it): Tailscale lets everyone reach everything"
    for rule in policy.access():
        everyone = [name for name in rule.sources if _holds(policy, name, (*EVERYONE, *ANYWHERE))]
        for name in dict.fromkeys([*everyone, *_is_everything(policy, rule.sources)]):
            yield f"{rule.place}.src holds {name!r}, must name groups or tags"
        hosts = [host for host, _ in rule.destinations]
        everything = [host for host in hosts if host in (*ANYWHERE, *EVERYONE)]
        for host in dict.fromkeys([*everything, *_is_everything(policy, hosts)]):
            yield f"{rule.place}.dst holds {host!r}, must name hosts, subnets or tags"
        for host, ports in rule.destinations if rule.has_ports else ():
            if sum(high - low + 1 for low, high in intervals(ports)) > NEARLY_ALL:
                yield f"{rule.place}.dst opens every port of {host!r}, must name ports"
    for index, grant in policy.rows("grants"):
        if grant.get("app") and not grant.get("ip"):
            everyone = [name for name in texts(grant.get("src")) if _holds(policy, name, EVERYONE)]
            yield from (f"grants[{index}].src holds {name!r}, must name groups or tags" for name in everyone)
    yield from _doors(policy)


def _doors(policy: TailnetPolicy) -> Iterator[str]:
    """SSH for everyone or as root, and nodes that are served on the internet."""
    for index, rule in policy.rows("ssh"):
        own = texts(rule.get("dst")) == ["autogroup:self"]
        everyone = [name for name in texts(rule.get("src")) if _holds(policy, name, ("*",) if own else EVERYONE)]
        if everyone or {"root", "*"} & {*texts(rule.get("users"))}:
            yield f"ssh[{index}] lets everyone in, or in as root, must name groups and users"
    for index, row in policy.rows("nodeattrs"):
        if "funnel" in texts(row.get("attr")):
            yield f"nodeAttrs[{index}].attr holds 'funnel', must be absent: it serves nodes on the internet"
