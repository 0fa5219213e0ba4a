"""Changes of the files that people edit, in words: sentences of their own where a reviewer has to decide something."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from reports.catalog.comparison import Differs
from reports.markdown import Code, Sentence
from reports.values import text

LONGEST = 120
"""Characters of a value."""
_Entry = Mapping[str, Any]


def _value(value: Any, name: str) -> Code:
    return Code(text(value, name, LONGEST))


def entry_added(kind: str, name: str, entry: _Entry) -> Sentence:
    """A new entry in one sentence."""
    own = ADDED.get(kind)
    return own(name, entry) if own else (f"new {kind} ", Code(name))


def entry_removed(kind: str, name: str, entry: _Entry) -> Sentence:
    """An entry that is gone, in one sentence."""
    own = REMOVED.get(kind)
    return own(name, entry) if own else (f"{kind} ", Code(name), " is gone")


def differing(kind: str, name: str, one: Differs) -> Sentence:
    """One difference of an entry that stays, in one sentence."""
    path = "/".join((kind, *(part.replace("/", ":") for part in one.path)))
    for pattern, added, removed in ITEMS:
        if pattern.count("/") == path.count("/") and fnmatchcase(path, pattern):
            if one.before is None:
                return added(name, one.after)
            if one.after is None:
                return removed(name, one.before)
    return _generic(kind, name, one)


def _generic(kind: str, name: str, one: Differs) -> Sentence:
    where, key = ".".join(one.path), one.path[-1] if one.path else ""
    head: Sentence = (f"{kind} ", Code(name), ": ", Code(where))
    if one.before is None:
        return (*head, " is new: ", _value(one.after, key))
    if one.after is None:
        return (*head, " is gone: ", _value(one.before, key))
    return (*head, " ", _value(one.before, key), " → ", _value(one.after, key))


def _slo(slo: _Entry) -> Sentence:
    limit = f" below {slo['thresholdMs']} ms" if slo.get("thresholdMs") else ""
    return Code(str(slo.get("name"))), f" of {float(slo['objective']):g}% ({slo['kind']}{limit})"


def _secret(secret: _Entry) -> Sentence:
    return Code(f"{secret.get('key')} of {secret.get('name')}"), ""


def _store(store: _Entry) -> Sentence:
    word = {"reader": "read", "writer": "write"}.get(str(store.get("role")), "use")
    return f" {word} ", Code(str(store.get("database"))), " and migrates it" if store.get("migrates") else ""


def _need(need: _Entry) -> Sentence:
    return Code(str(need.get("name"))), " on port ", Code(str(need.get("port")))


def _route(route: _Entry) -> Sentence:
    return Code(str(route.get("path"))), " on port ", Code(str(route.get("port")))


def _grant(grant: _Entry) -> Sentence:
    role = f" as {grant['role']}" if grant.get("role") else ""
    ports = ", ".join(map(str, grant.get("ports", ())))
    until = f" until {grant['expires']}" if grant.get("expires") else ""
    places = Code(", ".join(grant.get("environments", ())))
    return f" reach {ports} of ", Code(str(grant.get("resource"))), f"{role} in ", places, until


def _waiver(waiver: _Entry) -> Sentence:
    return (
        Code(str(waiver.get("policy"))),
        " does not apply to ",
        Code(str(waiver.get("resource"))),
        " of ",
        Code(str(waiver.get("stack"))),
    )


def _purpose(entry: _Entry, key: str) -> Sentence:
    return ", because: ", Code(text(entry.get(key), key, LONGEST))


_Said = Callable[[str, Any], Sentence]
ADDED: Mapping[str, _Said] = {
    "service": lambda name, e: (
        "new service ", Code(name), " of team ", Code(e["owner"]), f", tier {e['tier']}: ", Code(e["description"]),
    ),
    "team": lambda name, e: ("new team ", Code(name), ": ", Code(e["description"])),
    "dependency": lambda name, e: ("new external dependency ", Code(name), ", held by team ", Code(e["owner"])),
    "grant": lambda _, e: ("group ", Code(e["group"]), " may", *_grant(e), *_purpose(e, "purpose")),
    "waiver": lambda _, e: (
        f"waived until {e['expires']}: ", *_waiver(e), *_purpose(e, "reason"),
        " (owner ", Code(e["owner"]), ", approved by ", Code(e["approver"]), ")",
    ),
    "version": lambda name, e: (Code(name), " is deployed for the first time, with chart ", Code(e["chart"])),
    "variable": lambda name, e: ("commands may get ", Code(name), " from the secret ", Code(e["source"])),
}  # fmt: skip
REMOVED: Mapping[str, _Said] = {
    "service": lambda name, e: ("service ", Code(name), " of team ", Code(e["owner"]), " is gone"),
    "grant": lambda _, e: ("group ", Code(e["group"]), " may no longer", *_grant(e)),
    "waiver": lambda _, e: ("no longer waived: ", *_waiver(e)),
    "version": lambda name, _: (Code(name), " is no longer deployed"),
}
ITEMS: tuple[tuple[str, _Said, _Said], ...] = (
    (
        "service/slos/*",
        lambda name, slo: (Code(name), " gains the SLO ", *_slo(slo)),
        lambda name, slo: (Code(name), " loses the SLO ", *_slo(slo)),
    ),
    (
        "service/secrets/*",
        lambda name, secret: (Code(name), " may read the secret ", *_secret(secret)),
        lambda name, secret: (Code(name), " no longer reads the secret ", *_secret(secret)),
    ),
    (
        "service/dataStores/*",
        lambda name, store: (Code(name), " may", *_store(store)),
        lambda name, store: (Code(name), " may no longer", *_store(store)),
    ),
    (
        "service/dependencies/services/*",
        lambda name, need: (Code(name), " may call ", *_need(need)),
        lambda name, need: (Code(name), " may no longer call ", *_need(need)),
    ),
    (
        "service/dependencies/external/*",
        lambda name, other: (Code(name), " depends on ", Code(str(other))),
        lambda name, other: (Code(name), " no longer depends on ", Code(str(other))),
    ),
    (
        "service/routes/*",
        lambda name, route: ("the internet reaches ", Code(name), " at ", *_route(route)),
        lambda name, route: ("the internet no longer reaches ", Code(name), " at ", *_route(route)),
    ),
    (
        "team/members/*",
        lambda name, member: (Code(str(member)), " joins team ", Code(name)),
        lambda name, member: (Code(str(member)), " leaves team ", Code(name)),
    ),
    (
        "grant/environments/*",
        lambda name, place: ("the grant of ", Code(name), " holds in ", Code(str(place)), " too"),
        lambda name, place: ("the grant of ", Code(name), " no longer holds in ", Code(str(place))),
    ),
    (
        "group/members/*",
        lambda name, member: (Code(str(member)), " joins group ", Code(name)),
        lambda name, member: (Code(str(member)), " leaves group ", Code(name)),
    ),
)
"""By kind and path: how an item that comes, and one that goes, is told."""
