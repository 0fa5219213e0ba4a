"""A policy file as Tailscale's service judges it: refused with reasons, or put in force and asked who reaches what."""

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from sandbox.tailscale import definitions, hujson, rules, selectors
from sandbox.tailscale.evaluate import Evaluator, Flow
from sandbox.tailscale.names import names_of
from sandbox.tailscale.posture import Attributes

NONE: Final[Attributes] = MappingProxyType({})

_OBJECTS: Final = {
    "groups": definitions.groups,
    "tagOwners": definitions.tag_owners,
    "hosts": definitions.hosts,
    "ipsets": definitions.ipsets,
    "postures": definitions.postures,
    "autoApprovers": definitions.auto_approvers,
}
_LISTS: Final = ("acls", "grants", "ssh", "tests", "sshTests")
_SSH: Final = ("accept", "check", "deny")
_OTHERS: Final = ("nodeAttrs", "defaultSrcPosture", "derpMap", "disableIPv4", "oneCGNATRoute", "randomizeClientPort")
_KEYS: Final = {key.lower(): key for key in (*_OBJECTS, *_LISTS, *_OTHERS, "attrConfig")}


class PolicyError(ValueError):
    """The service would refuse the policy; ``data`` names each test that failed, as its API does."""

    def __init__(self, message: str, data: list[dict[str, Any]] | None = None) -> None:
        self.message, self.data = message, data or []
        lines = [message]
        for failed in self.data:
            lines.append(f"test(s) failed for user: {failed['user']}")
            lines += [f"    [acl test error]: {error}" for error in failed["errors"]]
        super().__init__("\n".join(lines))

    def response(self) -> dict[str, Any]:
        """The body of the API's answer."""
        return {"message": self.message, "data": self.data}


class Policy:
    """A policy without faults. ``data`` has the keys of the documentation, whatever their case in the file."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self._evaluator = Evaluator(data)

    def allows(self, src: str, dst: str, port: int, *, proto: str = "tcp", attributes: Attributes = NONE) -> bool:
        """Whether every device that ``src`` names reaches ``dst`` on ``port``; ``attributes`` are of the source.

        ``src`` and ``dst`` are users, groups, tags, hosts or addresses.
        """
        reached = self._evaluator.reaches(src, dst, Flow(port, selectors.protocols(proto), attributes))
        return bool(reached) and all(reached)

    def ssh(self, src: str, dst: str, user: str, *, attributes: Attributes = NONE) -> str | None:
        """What Tailscale SSH does with ``src`` who wants to be ``user`` on ``dst``: accept, check, or None."""
        return self._evaluator.ssh(src, dst, user, attributes)

    def failures(self) -> list[dict[str, Any]]:
        """The tests that fail, by source, in the form and the words of the service."""
        return [*self._failed_tests(), *self._failed_ssh_tests()]

    def _failed_tests(self) -> Iterator[dict[str, Any]]:
        """Of a group every member must be accepted, or none: the service tests one of its choice."""
        for test in self.data.get("tests", ()):
            src, attributes = test.get("src", test.get("user")), test.get("srcPostureAttrs", NONE)
            protocols = selectors.protocols(str(test.get("proto", "")))
            errors = []
            for wanted, destinations in (("Accept", test.get("accept", test.get("allow"))), ("Drop", test.get("deny"))):
                for destination in destinations or ():
                    host, port = selectors.split(destination)
                    reached = self._evaluator.reaches(src, host, Flow(int(port), protocols, attributes))
                    accepted = bool(reached) and all(reached) if wanted == "Accept" else any(reached)
                    got = "Accept" if accepted else "Drop"
                    if got != wanted:
                        errors.append(f'address "{destination}": want: {wanted}, got: {got}')
            if errors:
                yield {"user": src, "errors": errors}

    def _failed_ssh_tests(self) -> Iterator[dict[str, Any]]:
        for test in self.data.get("sshTests", ()):
            attributes = test.get("srcPostureAttrs", NONE)
            errors = []
            cases = [(key, user, dst) for key in _SSH for user in test.get(key) or () for dst in test["dst"]]
            for wanted, user, dst in cases:
                got = self.ssh(test["src"], dst, user, attributes=attributes) or "deny"
                if got != wanted:
                    errors.append(f'ssh to "{dst}" as "{user}": want: {wanted}, got: {got}')
            if errors:
                yield {"user": test["src"], "errors": errors}


def load(text: str) -> Policy:
    """The policy that ``text`` (HuJSON) states. Raises ``PolicyError`` with every fault; does not run its tests."""
    try:
        raw = hujson.parse(text)
    except hujson.HuJsonError as error:
        raise PolicyError(f"parsing HuJSON: {error}") from error
    found = list(_faults(raw))
    if found:
        raise PolicyError("\n".join(found))
    return Policy(_canonical(raw))


def check(text: str) -> Policy:
    """What the service does on a change: ``load``, then run the tests. Raises ``PolicyError``."""
    policy = load(text)
    failures = policy.failures()
    if failures:
        raise PolicyError("test(s) failed", failures)
    return policy


def _canonical(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The sections with the documentation's keys, also inside: Go's decoder, which the service uses, ignores case."""
    policy = {_KEYS[key.lower()]: value for key, value in raw.items() if key.lower() in _KEYS and value is not None}
    for section, value in policy.items():
        known = {key.lower(): key for key in rules.KEYS.get(section, ())}
        if isinstance(value, list):
            policy[section] = [_renamed(entry, known) for entry in value]
        elif section == "autoApprovers":
            policy[section] = _renamed(value, known)
    return policy


def _renamed(entry: Any, known: Mapping[str, str]) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    named = [key.lower() for key in entry]
    same = {key for key in named if named.count(key) > 1}  # a key in two spellings stays, and is refused as unknown
    return {key if key.lower() in same else known.get(key.lower(), key): value for key, value in entry.items()}


def _faults(raw: Any) -> Iterator[str]:
    if not isinstance(raw, Mapping):
        yield f"policy must be an object, got {type(raw).__name__}"
        return
    yield from (f"unknown field {key!r}" for key in raw if key.lower() not in _KEYS)
    named = [key.lower() for key in raw]
    yield from (f"field {key!r} is given twice in different case" for key in sorted(set(named)) if named.count(key) > 1)
    policy = _canonical(raw)
    names = names_of(policy)
    for key, faults in _OBJECTS.items():
        section = policy.get(key, {})
        yield from faults(section, names) if isinstance(section, Mapping) else [f"{key} must be an object"]
    for key in (*_LISTS, "nodeAttrs", "defaultSrcPosture"):
        section = policy.get(key, [])
        if not isinstance(section, list):
            yield f"{key} must be a list"
        elif key in _LISTS:
            yield from rules.faults(key, section, names)
        else:
            yield from definitions.node_attrs(section, names) if key == "nodeAttrs" else names.posture_faults(section)
    for key in ("disableIPv4", "randomizeClientPort"):
        if not isinstance(policy.get(key, False), bool):
            yield f"{key} must be true or false"
    words = set(re.findall(r'"(autogroup:members?)[":]', json.dumps(policy)))
    if len(words) > 1:
        yield "autogroup:member and autogroup:members cannot be used in one policy"
