"""Run a rule so that no resource can end it: what a rule cannot read becomes a finding, and the rule goes on.

A rule that raises has met a value that its author did not expect. The values that make it raise are found by leaving
out the properties of resources, then single properties. With these hidden, as a preview hides what it does not know
yet, the rule runs again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policy.core.engine import Check, StackCheck
from policy.facts.props import Resource, shape

Found = tuple[Any, str]
"""The resource that a finding is about, and its message."""
Run = Callable[[], Iterator[Found]]
Chosen = tuple[Any, list[str]]
"""A resource and the keys of some of its properties."""
KEPT = frozenset({"id", "urn"})
"""What is never hidden: by these other resources name this one."""


def of_resource(check: Check, resource: Resource) -> Iterator[Found]:
    """What a rule says of one resource, and what it cannot read of it. Only UnknownValueError is raised."""

    def run() -> Iterator[Found]:
        for message in check(resource):
            yield resource, message

    yield from _isolated(run, (resource,))


def of_stack(check: StackCheck, resources: Sequence[Any]) -> Iterator[Found]:
    """What a rule says of a stack, and what it cannot read of which resource. Only UnknownValueError is raised."""
    yield from _isolated(lambda: check(resources), resources)


def _isolated(run: Run, resources: Sequence[Any]) -> Iterator[Found]:
    reported: dict[tuple[str, str], Found] = {}
    fault: Exception | None = None
    try:
        for resource, message in run():
            reported[resource.urn, message] = (resource, message)
            yield resource, message
    except UnknownValueError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a rule raises must not end the pack
        fault = error
    if fault is None:
        return
    culprits = _culprits(run, resources)
    for resource, keys in culprits:
        yield resource, _cannot(resource, keys, fault)
    if not culprits and resources:
        yield resources[0], f"this rule cannot judge the stack ({_named(fault)}), must be corrected"
    for resource, message in _survivors(run, culprits):
        if (resource.urn, message) not in reported:
            reported[resource.urn, message] = (resource, message)
            yield resource, message


def _cannot(resource: Resource, keys: Sequence[str], fault: Exception) -> str:
    values = _raw(resource.props)
    shapes = " and ".join(f"{key} is {shape(values[key])}" for key in keys)
    return f"{shapes}, which this rule cannot read ({_named(fault)}), must have the type that the provider documents"


def _named(fault: Exception) -> str:
    """The kind alone: an error's text may quote a value."""
    return type(fault).__name__


def _culprits(run: Run, resources: Sequence[Any]) -> list[Chosen]:
    """The resources whose properties make the rule raise, with these; none where it raises whatever is hidden."""
    everything = [(resource, _keys(resource)) for resource in resources]
    return [
        (resource, [key for _, (key,) in _least(run, [(resource, [key]) for key in keys], others)])
        for resource, keys, others in _by_resource(run, everything)
    ]


def _by_resource(run: Run, pool: Sequence[Chosen]) -> Iterator[tuple[Any, list[str], list[Chosen]]]:
    chosen = _least(run, pool, [])
    for entry in chosen:
        yield *entry, [other for other in chosen if other is not entry]


def _least(run: Run, pool: Sequence[Chosen], hidden: Sequence[Chosen]) -> list[Chosen]:
    """A small part of ``pool`` to leave out, beside ``hidden``, for the rule to run; found by halving."""
    chosen: list[Any] = []
    if _raises(run, [*hidden, *pool]):
        return chosen
    while _raises(run, [*hidden, *chosen]):
        low, high = 1, len(pool)
        while low < high:
            middle = (low + high) // 2
            if _raises(run, [*hidden, *chosen, *pool[:middle]]):
                low = middle + 1
            else:
                high = middle
        chosen.append(pool[low - 1])
        pool = pool[: low - 1]
    return chosen


def _raises(run: Run, left_out: Sequence[Chosen]) -> bool:
    with _without(left_out):
        try:
            for _ in run():
                pass
        except UnknownValueError:
            return False
        except Exception:  # noqa: BLE001 - see above
            return True
    return False


def _survivors(run: Run, culprits: Sequence[Chosen]) -> Iterator[Found]:
    """What the rule says beside; of the culprits only what it says while their properties are unknown."""
    try:
        with _without(culprits, unknown=True):
            yield from list(run())
    except Exception:  # noqa: BLE001 - it asks for what is hidden, or raises still: the culprits are named already
        named = {resource.urn for resource, _ in culprits}
        with _without(culprits):
            yield from _until_it_raises(run, named)


def _until_it_raises(run: Run, named: set[str]) -> Iterator[Found]:
    try:
        yield from ((resource, message) for resource, message in run() if resource.urn not in named)
    except Exception:  # noqa: BLE001 - see above
        return


@contextmanager
def _without(chosen: Iterable[Chosen], *, unknown: bool = False) -> Iterator[None]:
    """Leave properties out for a while, or make them unknown."""
    before = []
    for resource, keys in chosen:
        before.append((resource, resource.props))
        kept = {key: value for key, value in _raw(resource.props).items() if unknown or key not in keys}
        hidden = dict.fromkeys(keys, UNKNOWN_STRING_VALUE) if unknown else {}
        resource.props = unknown_checking_proxy({**kept, **hidden})
    try:
        yield
    finally:
        for resource, props in reversed(before):
            resource.props = props


def _keys(resource: Resource) -> list[str]:
    return [key for key in _raw(resource.props) if key not in KEPT]


def _raw(props: Mapping[str, Any]) -> dict[str, Any]:
    """The properties behind the proxy, whose elements are proxies themselves."""
    return dict(props) if isinstance(props, dict) else dict(props["__target"])
