"""Checks of the sections that give access (acls, grants, ssh) and of those that hold it to account (tests)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sandbox.tailscale import selectors
from sandbox.tailscale.names import Names

SOURCES: Final = "any user group tag autogroup address host ipset domain"
DESTINATIONS: Final = f"{SOURCES} svc"
SPECIFIC: Final = "user group tag host address"
KEYS: Final = {
    "acls": {"action", "src", "users", "dst", "ports", "proto", "srcPosture"},
    "grants": {"src", "dst", "ip", "app", "via", "srcPosture"},
    "ssh": {
        "action", "src", "dst", "users", "checkPeriod", "acceptEnv", "recorder", "enforceRecorder", "srcPosture"
    },
    "tests": {"src", "user", "accept", "allow", "deny", "proto", "srcPostureAttrs"},
    "sshTests": {"src", "dst", "accept", "check", "deny", "srcPostureAttrs"},
    "nodeAttrs": {"target", "attr", "app", "ipPool"},
    "autoApprovers": {"routes", "exitNode", "services"},
}  # fmt: skip


def faults(section: str, entries: list[Any], names: Names) -> Iterator[str]:
    """Everything that the service would refuse in a list of rules or tests."""
    check = _CHECKS[section]
    for index, entry in enumerate(entries):
        where = f"{section}[{index}]"
        if not isinstance(entry, Mapping):
            yield f"{where}: want an object, got {entry!r}"
            continue
        yield from (f"{where}: unknown field {key!r}" for key in entry if key not in KEYS[section])
        yield from (f"{where}: {why}" for why in check(entry, names))


def _acl(entry: Mapping[str, Any], names: Names) -> Iterator[str]:
    src, dst = entry.get("src", entry.get("users")), entry.get("dst", entry.get("ports"))
    if entry.get("action") != "accept":
        yield f"invalid action {entry.get('action')!r}, must be 'accept'"
    yield from names.faults(src, "src", SOURCES)
    yield from names.posture_faults(entry.get("srcPosture", []))
    numbers = frozenset({6, 17})
    try:
        numbers = selectors.protocols(str(entry.get("proto", "")))
    except ValueError as error:
        yield str(error)
    if not isinstance(dst, list) or not dst or not src:
        yield "src and dst must be lists that are not empty"
    for destination in dst if isinstance(dst, list) else ():
        try:
            host, ports = selectors.split(str(destination))
            selectors.require_ports(numbers, selectors.ports(ports), str(entry.get("proto", "")))
        except ValueError as error:
            yield str(error)
            continue
        yield from _destination(host, names, src)


def _grant(entry: Mapping[str, Any], names: Names) -> Iterator[str]:
    src, dst, ip = entry.get("src"), entry.get("dst"), entry.get("ip", [])
    yield from names.faults(src, "src", SOURCES)
    yield from names.posture_faults(entry.get("srcPosture", []))
    yield from names.faults(entry.get("via", []), "via", "tag")
    if not src or not dst:
        yield "src and dst must be lists that are not empty"
    if not ip and not entry.get("app"):
        yield "a grant needs ip or app"
    for host in dst if isinstance(dst, list) else ():
        yield from _destination(str(host), names, src)
    for item in ip if isinstance(ip, list) else [ip]:
        try:
            selectors.grant_ip(str(item))
        except ValueError as error:
            yield str(error)


def _destination(host: str, names: Names, src: Any) -> Iterator[str]:
    if why := names.fault(host, "dst", DESTINATIONS):
        yield why
    strangers = (
        [s for s in src if selectors.kind(str(s)) in {"tag", "address", "host"}] if isinstance(src, list) else []
    )
    if host == "autogroup:self" and (strangers or "autogroup:tagged" in src):
        yield "autogroup:self can only be used with users, groups, or supported autogroups as src"


def _ssh(entry: Mapping[str, Any], names: Names) -> Iterator[str]:
    src, dst, users = entry.get("src"), entry.get("dst"), entry.get("users")
    action, period = entry.get("action"), entry.get("checkPeriod")
    if action not in {"accept", "check"}:
        yield f"invalid SSH action {action!r}, must be one of: accept, check"
    yield from names.faults(src, "ssh src", "user group tag autogroup domain")
    yield from names.faults(dst, "ssh dst", "user tag autogroup")
    yield from names.posture_faults(entry.get("srcPosture", []))
    yield from names.faults(entry.get("recorder", []), "recorder", "tag")
    if not isinstance(users, list) or not users or not all(isinstance(user, str) and user for user in users):
        yield f"invalid users {users!r}: want a list that is not empty"
    if period is not None and (action != "check" or not _good_period(str(period))):
        yield f"invalid checkPeriod {period!r}: want 1m to 168h or always, with action check"
    if isinstance(src, list) and isinstance(dst, list):
        yield from _ssh_pairs(src, dst, str(action))


def _ssh_pairs(src: list[Any], dst: list[Any], action: str) -> Iterator[str]:
    tagged = [name for name in map(str, src) if selectors.kind(name) == "tag" or name == "autogroup:tagged"]
    owned = [name for name in map(str, dst) if selectors.kind(name) == "user" or name.startswith("autogroup:")]
    owned = [name for name in owned if name != "autogroup:tagged"]
    if tagged and action == "check":
        yield f"tags in SSH source cannot be used with action check: {tagged[0]!r}"
    if tagged and owned:
        yield f"tags in SSH source cannot access user-owned devices: {owned[0]!r}"
    for user in (name for name in owned if selectors.kind(name) == "user"):
        if src != [user]:
            yield f"user destination requires source to contain only that same user {user!r}"
    if "autogroup:member" in owned:
        yield "autogroup:member as SSH destination would let users into each other's devices; use autogroup:self"


def _good_period(text: str) -> bool:
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:0s)?", text)
    minutes = int(match[1] or 0) * 60 + int(match[2] or 0) if match else 0
    return text == "always" or 1 <= minutes <= 168 * 60


def _test(entry: Mapping[str, Any], names: Names) -> Iterator[str]:
    src = entry.get("src", entry.get("user"))
    if why := names.fault(src, "test src", SPECIFIC):
        yield why
    elif selectors.kind(str(src)) == "address" and "/" in str(src):
        yield f"invalid test src {src!r}: want one address"
    wanted = [*_items(entry.get("accept", entry.get("allow"))), *_items(entry.get("deny"))]
    if not wanted:
        yield "a test needs accept or deny"
    try:
        selectors.protocols(str(entry.get("proto", "")))
    except ValueError as error:
        yield str(error)
    if not isinstance(entry.get("srcPostureAttrs", {}), Mapping):
        yield "srcPostureAttrs must be an object"
    for destination in wanted:
        try:
            host, ports = selectors.split(str(destination))
        except ValueError as error:
            yield str(error)
            continue
        if not re.fullmatch(r"\d+", ports) or not 1 <= int(ports) <= 65535:
            yield f"address {destination!r}: port must be a single number"
        if (why := names.fault(host, "test destination", SPECIFIC)) or "/" in host:
            yield f"address {destination!r}: {why or 'prefixes are not allowed in tests'}"


def _ssh_test(entry: Mapping[str, Any], names: Names) -> Iterator[str]:
    if why := names.fault(entry.get("src"), "test src", SPECIFIC):
        yield why
    yield from names.faults(entry.get("dst"), "test destination", SPECIFIC)
    if not any(entry.get(key) for key in ("accept", "check", "deny")):
        yield "an SSH test needs accept, check or deny"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else ([] if value is None else [value])


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any], Names], Iterator[str]]]] = {
    "acls": _acl,
    "grants": _grant,
    "ssh": _ssh,
    "tests": _test,
    "sshTests": _ssh_test,
}
