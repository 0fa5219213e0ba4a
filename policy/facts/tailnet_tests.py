"""Whether a tailnet policy's own tests would notice if its rules gave more, or less, than they should."""

from collections.abc import Iterator, Sequence

from policy.facts.props import texts
from policy.facts.tailnet_policy import Access, TailnetPolicy, intervals, network, split

NO_DESTINATION = ("autogroup:", "svc:", "*")
"""What no test can name: tests are about single devices and addresses."""


def untested(policy: TailnetPolicy) -> Iterator[str]:
    """Sources and destinations of rules that the file's tests leave out, so that a mistake would pass unseen.

    What no test can state is not asked for: protocols without ports, rights within applications, autogroups, services.
    """
    rules = [rule for rule in policy.access() if _testable(policy, rule)]
    tests: dict[str, tuple[list[str], list[str]]] = {}
    for _, test in policy.rows("tests"):
        for source in texts(test.get("src")):
            accept, deny = tests.setdefault(source, ([], []))
            accept += texts(test.get("accept"))
            deny += texts(test.get("deny"))
    if rules and not tests:
        yield "tests are absent, must say who is accepted and who is denied"
        return
    for rule in rules:
        for who in sorted({member for source in rule.sources for member in _subjects(policy, source, tests)}):
            yield from _of_one(policy, rule, who, tests.get(who, ([], [])))


def _of_one(policy: TailnetPolicy, rule: Access, who: str, tried: tuple[list[str], list[str]]) -> Iterator[str]:
    accept, deny = tried
    if not accept or not deny:
        lacking = " and ".join(name for name, found in (("accept", accept), ("deny", deny)) if not found)
        yield f"{rule.place}: tests say nothing of {who} under {lacking}"
        return
    ends = _testable(policy, rule)
    missing = [f"{host}:{ports}" for host, ports in ends if not _covered(policy, host, ports, accept)]
    if missing:
        yield f"{rule.place}: no test accepts {who} at {', '.join(missing[:3])}"


def _subjects(policy: TailnetPolicy, source: str, tests: dict[str, tuple[list[str], list[str]]]) -> list[str]:
    """Those whom tests name for a source: a group as such or each member, a user, a tag, an address; else nobody."""
    if source in tests:
        return [source]
    members = policy.members(source)
    named = [name for name in members if name.startswith("tag:") or ("@" in name and "*" not in name)]
    found = [network(cidr) for name in members for cidr in policy.ranges(name)]
    return named + [str(one.network_address) for one in found if one and one.num_addresses == 1 and source not in tests]


def _testable(policy: TailnetPolicy, rule: Access) -> list[tuple[str, str]]:
    """The destinations that a test can name."""
    if not rule.has_ports:
        return []
    ends = [end for end in rule.destinations if not end[0].startswith(NO_DESTINATION) and intervals(end[1])]
    return [(host, ports) for host, ports in ends if not host.startswith("ipset:") or policy.ranges(host)]


def _covered(policy: TailnetPolicy, host: str, ports: str, accept: Sequence[str]) -> bool:
    """Whether each port or range of ports of a destination is accepted somewhere within it."""
    tried = [(name, numbers) for entry in accept for name, text in [split(entry)] for numbers in intervals(text)]
    inside = [numbers for name, numbers in tried if _within(policy, name, host)]
    return all(any(low <= port <= high for port, _ in inside) for low, high in intervals(ports))


def _within(policy: TailnetPolicy, name: str, host: str) -> bool:
    if name == host or name in policy.members(host):
        return True
    for one in map(network, policy.ranges(name)):
        for other in map(network, policy.ranges(host)):
            if one and other and one.version == other.version and one.subnet_of(other):  # type: ignore[arg-type]
                return True
    return False
