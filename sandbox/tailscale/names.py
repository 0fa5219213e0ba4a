"""Which names a policy defines, and whether a name may stand where it stands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.tailscale.selectors import AUTOGROUPS, has_host_bits, kind, tag_fault


@dataclass(frozen=True)
class Names:
    """What the policy defines, by section."""

    groups: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, Any] = field(default_factory=dict)
    hosts: Mapping[str, Any] = field(default_factory=dict)
    ipsets: Mapping[str, Any] = field(default_factory=dict)
    postures: Mapping[str, Any] = field(default_factory=dict)

    def fault(self, name: Any, place: str, allowed: str) -> str | None:
        """Why ``name`` cannot stand at ``place``, a key of ``AUTOGROUPS``; ``allowed`` lists the kinds that may."""
        if not isinstance(name, str) or not name:
            return f"invalid name {name!r}: want a string"
        form = kind(name)
        if form not in allowed.split():
            return f"invalid {place} {name!r}: {form} is not allowed here"
        if form == "autogroup":
            known = AUTOGROUPS.get(place, frozenset())
            return None if name.partition(":")[2] in known else f"autogroup {name!r} is not supported as {place}"
        if form == "tag" and (why := tag_fault(name)):
            return f"tag {name!r}: {why}"
        if form in ("svc", "address") and (why := _malformed(form, name)):
            return why
        defined = {"group": self.groups, "tag": self.tags, "host": self.hosts, "ipset": self.ipsets}.get(form)
        return f"{form} not found: {name!r}" if defined is not None and name not in defined else None

    def faults(self, names: Any, place: str, allowed: str) -> Iterator[str]:
        """The faults of a list of names; a value that is no list is one fault."""
        if not isinstance(names, list):
            yield f"invalid {place} {names!r}: want a list of strings"
            return
        yield from (why for name in names if (why := self.fault(name, place, allowed)))

    def posture_faults(self, names: Any) -> Iterator[str]:
        """References to postures that are not defined."""
        if not isinstance(names, list):
            yield f"invalid srcPosture {names!r}: want a list of postures"
            return
        yield from (f"posture not found: {name!r}" for name in names if name not in self.postures)


def _malformed(form: str, name: str) -> str | None:
    if form == "svc":
        good = re.fullmatch(r"svc:[a-z][a-z0-9-]{0,62}", name)
        return None if good else f"invalid service {name!r}: want svc: and a DNS label"
    return f"invalid prefix {name!r}: host bits are set" if has_host_bits(name) else None


def names_of(policy: Mapping[str, Any]) -> Names:
    """The definitions of ``policy``; a section of another form defines nothing."""
    sections = (policy.get(key) for key in ("groups", "tagOwners", "hosts", "ipsets", "postures"))
    return Names(*(section if isinstance(section, Mapping) else {} for section in sections))
